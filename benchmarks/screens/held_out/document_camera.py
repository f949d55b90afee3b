"""Squared paper on a grey desk under a hand-held phone; a left arm comes from the left below."""

from studio.desk import Desk, Rest, desk
from studio.ink import Pen
from studio.lens import Held, filmed
from studio.produce import Film, Part
from studio.writing import Draw, Turn, Write

GREEN = "#1c6b3a"
FILM = Film(
    "document_camera",
    "Reading a family tree of genes",
    "Peas, two alleles and the square of four boxes.",
    "Biology",
    "Genetics",
    (
        Part(
            desk(
                Desk(
                    Pen("Rufscript010.ttf", 50, 1.2),
                    color="#22252b",
                    table="#6d7278",
                    ruled="squares",
                    tilt=3.0,
                    sheet=(0.14, 0.03, 0.9, 0.98),
                    skin="#7a4b33",
                    sleeve="#b5b0a4",
                    arm=118.0,
                    big=0.56,
                ),
                (
                    Write("Mendel's peas", (0.1, 0.04), "Mendel crossed", size=1.2, pace=12),
                    Write("A = round", (0.1, 0.2), "The allele for round", GREEN, pace=8),
                    Write("a = wrinkled", (0.1, 0.31), "a small a", GREEN, pace=8),
                    Draw(
                        ((0.2, 0.46), (0.7, 0.46), (0.7, 0.9), (0.2, 0.9), (0.2, 0.46)),
                        "I draw a square",
                        "",
                        2.5,
                    ),
                    Draw(((0.45, 0.46), (0.45, 0.9)), None, "", 0.8),
                    Draw(((0.2, 0.68), (0.7, 0.68)), None, "", 0.8),
                    Write("AA", (0.28, 0.51), "In the first box", pace=4),
                    Write("Aa", (0.53, 0.51), "The next two", pace=4),
                    Write("Aa", (0.28, 0.73), None, pace=4),
                    Write("aa", (0.53, 0.73), "And the last", GREEN, pace=4),
                    Turn("Next page"),
                    Write("3 round : 1 wrinkled", (0.1, 0.08), "three to one", pace=9),
                    Write("Mendel counted:", (0.1, 0.26), "What did he", GREEN, pace=9),
                    Write("5474 and 1850", (0.14, 0.4), "Five thousand", pace=8),
                    Write("ratio 2.96", (0.14, 0.55), "two point nine six", GREEN, pace=7),
                    Turn("One more page"),
                    Write("one gene, two alleles", (0.1, 0.1), "So remember", pace=10),
                    Write("A hides a", (0.1, 0.28), "The large A", GREEN, pace=7),
                ),
                (
                    Rest(0.35, 0.7, "You read the square"),
                    Rest(-0.3, 1.2, "Only one in four"),
                    Rest(0.25, 0.75, "That is astonishingly"),
                    Rest(-0.3, 1.2, "With ten plants"),
                    Rest(-0.3, 1.2, "which is why"),
                ),
            ),
            """
            Mendel crossed peas in the garden of his abbey for eight years.
            The allele for round seeds we call a capital A.
            The one for wrinkled seeds is a small a.
            I draw a square with four boxes, one for each way in which they can meet.
            In the first box both parents give the round one.
            The next two are mixed, one of each kind.
            And the last box gets two small ones.
            You read the square by rows and columns, like a table.
            Only one in four has no allele for round at all, and that seed is wrinkled.
            Next page, for now we count.
            The rule predicts three to one, three round seeds for each wrinkled one.
            What did he find in his own garden?
            Five thousand four hundred and seventy four round ones, and eighteen hundred \
              and fifty wrinkled.
            That makes two point nine six.
            That is astonishingly close to three.
            With ten plants only, he would hardly have seen it.
            One more page for the summary.
            So remember that one gene comes in two alleles.
            The large A hides the small one, which is why we call it dominant.
            """,
            aim=filmed(Held(5.5, 0.014, 0.3, shake=1.2, breathe=0.004, sway=4.0, blur=0.7)),
            lead=1.0,
            tail=4.0,
            pause=0.55,
        ),
    ),
    size=(960, 720),
    fps=24,
    crf=32,
    key_every=2.5,
    seed=233,
)
