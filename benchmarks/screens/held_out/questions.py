"""A hall: one slide on a screen, filmed from the back, with a speaker at the side and heads."""

from rendering.script import Look as Person
from studio.captions import pointer
from studio.lens import Held, filmed
from studio.pages import Art, Look, Text, bullets, page
from studio.people import Guest, Inset, Place, Room, inset, meeting
from studio.produce import Film, Part

LOOK = Look(
    "#101820",
    "#1d2b3a",
    ink="#f4f4f4",
    accent="#7fd1ae",
    face="LiberationSans-Regular.ttf",
    bold="LiberationSans-Bold.ttf",
)
SLIDE = (
    Text("Open questions", (0.06, 0.1), 0.1, bold=True),
    *bullets(
        (
            ("What is dark matter made of?", None),
            ("Why is the expansion faster?", None),
            ("Where did the antimatter go?", None),
        ),
        (0.08, 0.36),
        0.07,
        0.17,
    ),
    Art("wave", (0.72, 0.06, 0.95, 0.36)),
)
HALL = Room(
    (Guest("", Person("#e0b392", "#d6d2ca", "long", "#3a3f4a", "#2c2a2e"), (0.83, 0.45)),),
    tall=0.3,
    share=(0.02, 0.06, 0.65, 0.8),
    ground="#0c0b0d",
    bar=False,
)
ASKING = Inset(
    Person("#c58b67", "#1c1512", "short", "#8b3a3a", "#4a4038"),
    (
        Place(0.0, -1.0, 0.0),
        Place("Could it be", 0.12, 0.9),
        Place("They would have", -1.0, 0.0),
        Place("Is it true", 0.12, 0.9),
        Place("It was measured", -1.0, 0.0),
    ),
    tall=0.16,
)
FILM = Film(
    "questions",
    "Questions after the cosmology lecture",
    "Dark matter, the expansion and the missing antimatter.",
    "Physics",
    "Cosmology",
    (
        Part(
            meeting(HALL, page(SLIDE, LOOK)),
            """
            ~ So, thank you for the applause, we have a quarter of an hour, and there is a \
              microphone.
            Could it be that dark matter is just gas that we have not seen?
            They would have absorbed light, and we see straight through it, so gas is ruled out.
            It must be something that feels gravity and hardly anything else.
            ~ The lady in the third row, yes, you, please wait for the microphone.
            Is it true that the universe grows faster and faster?
            It was measured with exploding stars, which were fainter than they should have been.
            Fainter means farther away, so the expansion has sped up since then.
            The cause is called dark energy, which is a name and not an explanation.
            ~ We have lost the sound for a moment, can you hear me at the back?
            Somebody asked about antimatter on a card.
            In the beginning there was nearly as much of it as of matter.
            One part in a billion was left over, and that is everything we see today.
            Nobody knows where this tiny difference came from.
            An experiment in Geneva compares the two very carefully.
            ~ I am told that the buffet is open, so let us stop here.
            """,
            over=(inset(ASKING), pointer("laser")),
            aim=filmed(Held(5.0, 0.01, 0.35, shake=0.5, sway=8.0, blur=0.6)),
            pause=0.6,
        ),
    ),
    size=(960, 540),
    fps=25,
    crf=32,
    key_every=4.0,
    seed=344,
)
