"""Long answers to questions over one slide, with a small camera picture in the corner."""

from rendering.script import Look as Person
from studio.captions import Toast, pointer, toast
from studio.pages import Fill, Look, Text, bullets, page
from studio.people import Inset, Place, inset
from studio.produce import Film, Part

LOOK = Look("#fcfcfc", ink="#24292f", accent="#0a5c8a", face="DejaVuSans.ttf")
SLIDE = (
    Fill((0, 0, 0.012, 1), "#0a5c8a"),
    Text("Vaccines: your questions", (0.06, 0.07), 0.075, bold=True),
    *bullets(
        (
            ("A vaccine shows the immune system a harmless part", None),
            ("Memory cells stay for years", None),
            ("Herd immunity protects those who cannot be vaccinated", None),
            ("Side effects are mostly mild and short", None),
        ),
        (0.07, 0.25),
        0.046,
        0.13,
        width=0.84,
    ),
)
CAMERA = Inset(
    Person("#e8bd98", "#c7c2b8", "short", "#49525e", "#a29a8e"),
    (Place(0.0, 0.9, 0.87),),
    tall=0.22,
    wide=1.33,
)
FILM = Film(
    "questions",
    "Vaccines, questions and answers",
    "A doctor answers what listeners wanted to know.",
    "Medicine",
    "Immunology",
    (
        Part(
            page(SLIDE, LOOK),
            """
            ~ Okay, we still have some minutes left, so let us take a few questions from the chat.
            The first one is whether a vaccine can give you the disease itself.
            It cannot, because it holds only a harmless part of the virus or a recipe for that part.
            ~ Could someone please mute, I hear a dog in the background.
            The next question is how long the protection lasts.
            Antibodies fade within months, but the memory cells stay for years and wake up fast.
            For measles that is a whole life, for influenza a single season, since the \
              virus changes.
            Somebody asks why healthy people should be vaccinated at all.
            If enough of us are immune, the virus does not find its way to those who cannot be.
            That is what we call herd immunity, and for measles it takes ninety five percent.
            ~ Sorry, I have to look for the next question, there are so many of them.
            Are the side effects dangerous, a mother wants to know.
            A sore arm and a little fever are common and gone after two days.
            Serious reactions occur about once in a million doses, and they can be treated.
            ~ That is all the time we have, thank you so much for coming tonight.
            """,
            over=(inset(CAMERA), pointer(), toast(Toast("Maria", "Thank you doctor!", 38.0))),
            pause=0.5,
        ),
    ),
    size=(1280, 720),
    fps=15,
    crf=31,
    key_every=20.0,
    seed=121,
)
