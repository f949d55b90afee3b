"""An animation without any sound: formulas morph under a title, then a curve."""

from studio.formula import Clear, Formula, Plot, morphing
from studio.formula import Film as Look
from studio.produce import Film, Part

FILM = Film(
    "silent",
    "The quadratic formula, animated",
    "Completing the square in seven steps without a word.",
    "Mathematics",
    "Algebra",
    (
        Part(
            morphing(
                Look("#111111", "#fafafa", "DejaVuSerif-Italic.ttf"),
                (
                    Formula("x ^2 + p x + q = 0", "x^2 + px + q = 0", 1.0, 0.28, 0.11),
                    Formula("x ^2 + p x = − q", "x^2 + px = -q", 8.0, 0.5, 0.11),
                    Formula(
                        "( x + [ p / 2 ; ) ^2 = [ p ^2 / 4 ; − q",
                        "(x + p/2)^2 = p^2/4 - q",
                        16.0,
                        0.5,
                        0.11,
                        {"p": "#58c4dd"},
                    ),
                    Clear(25.0),
                    Formula("x + [ p / 2 ; = ± √ D", "x + p/2 = ±√D", 27.0, 0.4, 0.12),
                    Formula(
                        "x = − [ p / 2 ; ± √ D",
                        "x = -p/2 ± √D",
                        34.0,
                        0.4,
                        0.13,
                        {"D": "#fc6255"},
                    ),
                    Clear(44.0),
                    Plot(
                        lambda x: 0.1 + 3.2 * (x - 0.5) ** 2,
                        (0.2, 0.2, 0.8, 0.8),
                        46.0,
                        "#83c167",
                        3.0,
                        True,
                    ),
                    Formula("y = x ^2 − 1", "y = x^2 - 1", 51.0, 0.12, 0.09),
                ),
            ),
            lead=66.0,
            tail=0.0,
        ),
    ),
    size=(1280, 720),
    fps=15,
    crf=25,
    key_every=10.0,
    seed=377,
)
