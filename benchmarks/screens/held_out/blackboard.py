"""A whiteboard in a bright room; a tall woman writes from the right side and points at it."""

from rendering.script import Look
from studio.board import Hall, Walk, board
from studio.ink import Pen
from studio.lecturer import Figure
from studio.lens import Held, filmed
from studio.produce import Film, Part
from studio.writing import Draw, Wipe, Write

BLUE, RED, BLACK = "#1f3f9c", "#b3262b", "#20242a"
FILM = Film(
    "blackboard",
    "Balancing a chemical equation",
    "Methane burns: counting atoms on both sides of the arrow.",
    "Chemistry",
    "Stoichiometry",
    (
        Part(
            board(
                Hall(
                    Figure(
                        Look("#8c5b40", "#120e0c", "long", "#d9c24a", "#8a7f72"),
                        "stripes",
                        "#4a3b32",
                        tall=0.88,
                    ),
                    Pen("ComicNeue-Bold.otf", 50, 1.5),
                    color="#dfe3e4",
                    chalk=BLUE,
                    white=True,
                    frame=(150, 152, 156),
                    side=1,
                ),
                (
                    Write("Burning methane", (0.05, 0.05), "burning of methane", BLACK, 1.1, 13),
                    Write("CH4 + O2 -> CO2 + H2O", (0.05, 0.2), "On the left", BLUE, pace=8),
                    Write("C: 1 and 1", (0.05, 0.36), "Carbon is easy", RED),
                    Write("H: 4 and 2", (0.05, 0.48), "Hydrogen is not", RED),
                    Write("O: 2 and 3", (0.05, 0.6), "And oxygen", RED),
                    Wipe((0.03, 0.34, 0.5, 0.74), "I erase the counts", 2.2),
                    Write("CH4 + 2 O2", (0.05, 0.38), "Two molecules of oxygen", BLUE, pace=7),
                    Write("-> CO2 + 2 H2O", (0.1, 0.53), "two of water", BLUE, pace=7),
                    Draw(((0.06, 0.68), (0.48, 0.675)), "Now everything", RED, 1.0),
                    Wipe((0.03, 0.03, 0.98, 0.95), "clean the whole board", 4.0),
                    Write("16 g CH4", (0.08, 0.1), "Sixteen grams", BLACK, 1.1),
                    Write("needs 64 g O2", (0.08, 0.28), "sixty four grams", BLACK, 1.1),
                    Write("gives 36 g H2O", (0.08, 0.46), "thirty six", BLUE, 1.1),
                ),
                (
                    Walk(0.9, 0.0),
                    Walk(0.25, "So the sides"),
                    Walk(0.78, "We may only"),
                    Walk(0.2, "Count them again"),
                    Walk(0.88, "No atom is lost"),
                    Walk(0.9, "The law behind"),
                    Walk(0.35, "Lavoisier weighed"),
                    Walk(0.7, "Try the same"),
                ),
            ),
            """
            Welcome back, today we balance the equation for the burning of methane.
            On the left stand methane and oxygen, on the right carbon dioxide and water.
            Carbon is easy, there is one atom on each side.
            Hydrogen is not, we have four of them here and only two over there.
            And oxygen does not fit either, two against three.
            So the sides are out of balance, and atoms cannot simply appear or vanish.
            We may only change how many molecules there are, never the molecules themselves.
            I erase the counts now, and we put numbers in front instead.
            Two molecules of oxygen go in, and that gives one of carbon dioxide and two of water.
            Now everything is in balance.
            Count them again for yourselves, one carbon, four hydrogen, four oxygen.
            No atom is lost and none is made.
            Let me clean the whole board, because there is a question of mass as well.
            Sixteen grams of methane make one mole.
            They need sixty four grams of oxygen, four times as much.
            And out come thirty six grams of water, with forty four of carbon dioxide.
            The law behind this says that mass is conserved.
            Lavoisier weighed sealed flasks before and after, and the scale did not move.
            Try the same with propane until next week.
            """,
            aim=filmed(Held(sigma=5.0, flicker=0.015, vignette=0.12, shake=0.7, sway=5.0)),
            lead=1.5,
            tail=2.0,
            pause=0.5,
        ),
    ),
    size=(1280, 720),
    fps=25,
    crf=31,
    key_every=2.0,
    seed=211,
)
