"""Light ink on a dark canvas that jumps by steps of a wheel, with an erased slip."""

from rendering.script import Look as Person
from studio.canvas import Sheet, canvas
from studio.ink import Pen
from studio.people import Inset, Place, inset
from studio.produce import Film, Part
from studio.writing import Draw, Scroll, Wipe, Write

YELLOW, CYAN, PINK = "#f4d35e", "#7bdff2", "#f28fb0"
FILM = Film(
    "ink_canvas",
    "Probability with two dice",
    "Sums of two dice, from counting to a table.",
    "Mathematics",
    "Probability",
    (
        Part(
            canvas(
                Sheet(
                    Pen("Breip.ttf", 66, 0.9, bold=1),
                    YELLOW,
                    "#16181d",
                    "",
                    "left",
                    "#2b2e36",
                    steps=True,
                ),
                (
                    Write("Two dice", (0.1, 0.05), "two dice", CYAN, 1.1, 10),
                    Write("6 x 6 = 36 pairs", (0.12, 0.22), "Six times six", pace=9),
                    Write("sum 7: six pairs", (0.12, 0.38), "A sum of seven", pace=9),
                    Write("P = 6/36 = 1/6", (0.12, 0.54), "So the probability", PINK, pace=8),
                    Write("sum 2: two pairs", (0.12, 0.7), "A sum of two", pace=9),
                    Wipe((0.1, 0.7, 0.8, 0.84), "No, that was wrong", 1.2, slip=True),
                    Write("sum 2: one pair", (0.12, 0.7), "only one pair", pace=9),
                    Scroll(0.77, "We go on below", 1.0),
                    Write("at least one six:", (0.12, 1.0), "At least one six", CYAN, 1.0, 10),
                    Write("no six: 25/36", (0.14, 1.16), "It is easier", pace=9),
                    Write("1 - 25/36 = 11/36", (0.14, 1.32), "The rest", pace=8),
                    Draw(((0.14, 1.48), (0.62, 1.48)), "eleven of thirty six", PINK, 0.8),
                    Write("about 31 %", (0.14, 1.53), "thirty one percent", PINK, 1.1, 8),
                    Scroll(0.91, "A last question", 2.0),
                    Write("three dice: 216", (0.12, 1.84), "three dice instead", CYAN, 1.0, 9),
                    Write("no six: 125/216", (0.12, 2.02), "a hundred and twenty five", pace=8),
                    Write("one six or more: 42 %", (0.12, 2.2), "forty two", PINK, pace=9),
                ),
            ),
            """
            Today we throw two dice, a red one and a white one, and we ask for their sum.
            Six times six makes thirty six pairs, and all of them are equally likely.
            A sum of seven comes from six of these pairs.
            So the probability is six out of thirty six, that is one sixth.
            A sum of two comes from two pairs, one and one.
            No, that was wrong, let me take the eraser.
            There is only one pair, for both dice have to show a one.
            Good that you noticed, such slips happen all the time.
            We go on below with another kind of question.
            At least one six, how likely is that?
            It is easier to count the pairs without any six, which are twenty five.
            The rest are those with one six or two, eleven of thirty six.
            That is about thirty one percent, far less than most people guess.
            If you simply add one sixth and one sixth, the pair of sixes is counted twice.
            A last question for those who want more, take three dice instead of two.
            There are two hundred and sixteen triples, and a hundred and twenty five have no six.
            So it is forty two percent, still less than one half.
            Gamblers in the seventeenth century lost a fortune on exactly this mistake.
            """,
            over=(
                inset(
                    Inset(
                        Person("#f0c8a8", "#4a3424", "short", "#6a6f76", "#77808c"),
                        (Place(0.0, 0.9, 0.14),),
                        tall=0.2,
                    )
                ),
            ),
            tail=3.5,
            pause=0.5,
        ),
    ),
    size=(1024, 640),
    fps=20,
    crf=28,
    key_every=15.0,
    seed=244,
)
