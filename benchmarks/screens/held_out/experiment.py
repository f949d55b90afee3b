"""A beaker under a burette that changes its colour twice and is stirred. No writing."""

from studio.lab import Bench, Phase, beaker, experiment
from studio.lens import Held, filmed
from studio.produce import Film, Part

FILM = Film(
    "experiment",
    "An indicator changes colour",
    "Base is dripped into acid until the liquid turns.",
    "Chemistry",
    "Acids and bases",
    (
        Part(
            experiment(
                Bench(beaker, "#c3bfae", "#3f4a52", 0.7, "#8a5a40", "#3d7a6a", (0.56, 0.2)),
                (
                    Phase("clear"),
                    Phase("drops", "I open the tap", 1.6),
                    Phase("pink", "Now it turns pink", 0.0),
                    Phase("blue", "The second liquid", 2.0),
                ),
            ),
            """
            In the beaker there is a weak acid, which looks just like water.
            Above it hangs a burette, filled with a base of known strength.
            A few drops of an indicator have been added, but there is nothing to be seen of it yet.
            I open the tap now, and the base falls into the acid drop by drop.
            Each drop is used up at once, so the liquid stays almost clear.
            You can see a short flash where a drop falls in.
            We have to be patient, for near the end a single drop decides.
            Now it turns pink, and the colour does not vanish any more.
            At this moment there is as much base as there was acid.
            The mark on the burette tells us the volume, and from that we know how strong \
              the acid was.
            The second liquid that I pour in contains copper, and everything becomes deep blue.
            I stir it with the glass rod until the colour is the same everywhere.
            Small bubbles rise, because a gas is set free.
            The blue colour comes from copper ions that are surrounded by water.
            """,
            aim=filmed(Held(3.5, 0.008, 0.18, shake=0.9, breathe=0.003, sway=6.0)),
            lead=1.0,
            tail=2.0,
            pause=0.85,
        ),
    ),
    size=(720, 576),
    fps=30,
    crf=31,
    key_every=3.0,
    seed=355,
)
