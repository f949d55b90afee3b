"""White formulas on black that morph into one another, and a curve that draws itself."""

import math

from studio.formula import Clear, Formula, Plot, morphing
from studio.formula import Film as Look
from studio.produce import Film, Part

FILM = Film(
    "morph",
    "Where Euler's number comes from",
    "A limit, its series, and the function that is its own derivative.",
    "Mathematics",
    "Calculus",
    (
        Part(
            morphing(
                Look(),
                (
                    Formula("( 1 + [ 1 / n ; ) ^n", "(1 + 1/n)^n", "Take one plus"),
                    Formula("( 1 + [ 1 / 10 ; ) ^10 = 2.594", "(1 + 1/10)^10 = 2.594", "For ten"),
                    Formula(
                        "( 1 + [ 1 / 1000 ; ) ^1000 = 2.717",
                        "(1 + 1/1000)^1000 = 2.717",
                        "For a thousand",
                    ),
                    Formula(
                        "e = 2.71828...",
                        "e = 2.71828...",
                        "in the end",
                        size=0.15,
                        colors={"e": "#ffd866"},
                    ),
                    Clear("Let us see"),
                    Formula("f ( x ) = e ^x", "f(x) = e^x", "The function", 0.24, 0.11),
                    Plot(
                        lambda x: math.exp(3 * x) / math.exp(3),
                        (0.25, 0.42, 0.75, 0.92),
                        "curve rises",
                        dot=True,
                    ),
                    Formula("f ' ( x ) = e ^x", "f'(x) = e^x", "Its derivative", 0.24, 0.11),
                    Clear("And now"),
                    Formula(
                        "e ^x = 1 + x + [ x ^2 / 2 ;",
                        "e^x = 1 + x + x^2/2",
                        "begins with",
                        0.5,
                        0.11,
                    ),
                    Formula(
                        "e ^x = 1 + x + [ x ^2 / 2 ; + [ x ^3 / 6 ; + ...",
                        "e^x = 1 + x + x^2/2 + x^3/6 + ...",
                        "then comes",
                        0.5,
                        0.1,
                    ),
                ),
            ),
            """
            Take one plus one over n, and raise it to the power of n.
            What happens to this expression when n becomes larger and larger?
            For ten the value is two point five nine four.
            Ten steps of interest in a year, if you like to think of a bank.
            For a thousand it is two point seven one seven, hardly more.
            The value grows, but ever more slowly, and it never reaches three.
            And in the end it settles at a number that we call e.
            Euler gave it this name in seventeen hundred and thirty one.
            Let us see why this number is so special.
            The function e to the x takes this number as its base.
            Its curve rises slowly at first, and then very steeply.
            Its derivative is the function itself, at every point of the curve.
            No other base has this property.
            And now the series, which computers use.
            It begins with one, plus x, plus half of x squared.
            The next term then comes with a sixth of the third power, and so on.
            Each term is the derivative of the one that follows it.
            """,
            pause=0.6,
            tail=2.5,
        ),
    ),
    size=(1280, 720),
    fps=30,
    crf=24,
    key_every=8.0,
    seed=61,
)
