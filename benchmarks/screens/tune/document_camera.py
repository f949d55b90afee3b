"""Ruled paper on a brown desk; a right hand writes, rests on the sheet, and turns to a new one."""

from studio.desk import Desk, Rest, desk
from studio.ink import Pen
from studio.lens import Held, filmed
from studio.produce import Film, Part
from studio.writing import Draw, Turn, Write

RED = "#a3242a"
FILM = Film(
    "document_camera",
    "Percent and interest",
    "Worked on paper: what compound interest does to a hundred euros.",
    "Mathematics",
    "Arithmetic",
    (
        Part(
            desk(
                Desk(Pen("Breip.ttf", 62, 0.8, bold=2), ruled="lines"),
                (
                    Write("Interest", (0.07, 0.05), "Let us compute", size=1.15),
                    Draw(((0.07, 0.17), (0.3, 0.165)), None, "", 0.6),
                    Write("100 at 5 % in one year", (0.07, 0.23), "Suppose you put", pace=9),
                    Write("100 x 1.05 = 105", (0.1, 0.37), "Five percent more", pace=8),
                    Write("second year:", (0.07, 0.51), "In the second year", pace=9),
                    Write("105 x 1.05 = 110.25", (0.1, 0.64), "a hundred and ten", RED, pace=8),
                    Turn("I take a new sheet"),
                    Write("after n years", (0.07, 0.06), "After n years", pace=8),
                    Write("K = 100 x 1.05 ^ n", (0.1, 0.22), "to the power", RED, pace=7),
                    Write("n = 10: 162.89", (0.1, 0.4), "After ten years", pace=8),
                    Write("n = 20: 265.33", (0.1, 0.54), "after twenty", pace=8),
                    Draw(((0.08, 0.68), (0.55, 0.67)), "more than doubled", RED, 0.8),
                ),
                (
                    Rest(0.75, 0.55, "Notice the extra"),
                    Rest(1.3, 1.1, "So the interest"),
                    Rest(0.7, 0.8, "You see that"),
                    Rest(1.3, 1.2, "This is what"),
                ),
            ),
            """
            Let us compute interest on paper today, step by step.
            Suppose you put a hundred euros into the bank at five percent a year.
            Five percent more means that you multiply by one point zero five.
            In the second year the bank pays on the hundred and five.
            So you get a hundred and ten euros and twenty five cents.
            Notice the extra quarter of a euro that did not come from the first hundred.
            So the interest earns interest itself, and that is what compound means.
            I take a new sheet for the general rule.
            After n years we have multiplied n times by the same factor.
            That is a hundred times one point zero five to the power of n.
            After ten years you own a hundred and sixty three euros.
            And after twenty years it is two hundred and sixty five.
            The money has more than doubled without any work of yours.
            You see that the second ten years brought far more than the first ten.
            This is what people mean when they call the growth exponential.
            """,
            aim=filmed(Held(4.0, 0.01, 0.15, shake=0.0, breathe=0.002, sway=7.0, blur=0.5)),
            pause=1.0,
            tail=3.0,
        ),
    ),
    size=(1024, 576),
    fps=15,
    crf=29,
    key_every=5.0,
    seed=31,
)
