"""Digital ink on squared paper without any sound."""

from studio.canvas import Sheet, canvas
from studio.ink import Pen
from studio.produce import Film, Part
from studio.writing import Draw, Wipe, Write

RED = "#d23a2f"
FILM = Film(
    "silent",
    "Pythagoras in two minutes",
    "Right triangle, theorem and one example, drawn without a word spoken.",
    "Mathematics",
    "Geometry",
    (
        Part(
            canvas(
                Sheet(Pen("ComicNeue-Bold.otf", 48, 0.9), "#10243e", "#f7f9ff", "squares", "left"),
                (
                    Write("The theorem of Pythagoras", (0.08, 0.06), 1.0),
                    Draw(((0.15, 0.75), (0.5, 0.75), (0.15, 0.35), (0.15, 0.75)), 6.0, "", 3.0),
                    Write("a", (0.31, 0.77), 10.5, RED),
                    Write("b", (0.11, 0.52), 12.0, RED),
                    Write("c", (0.34, 0.46), 13.5, RED),
                    Write("a² + b² = c²", (0.55, 0.36), 17.0, RED, 1.2, 5),
                    Wipe((0.05, 0.3, 0.98, 0.98), 30.0, 2.0),
                    Write("Example", (0.1, 0.24), 34.0),
                    Write("a = 3   b = 4", (0.1, 0.4), 38.0, pace=6),
                    Write("c² = 9 + 16 = 25", (0.1, 0.56), 44.0, pace=6),
                    Write("c = 5", (0.1, 0.72), 51.0, RED, 1.2, 5),
                ),
            ),
            lead=66.0,
            tail=0.0,
        ),
    ),
    size=(854, 480),
    fps=30,
    crf=30,
    key_every=8.0,
    seed=151,
)
