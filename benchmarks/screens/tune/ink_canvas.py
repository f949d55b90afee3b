"""Blue ink on white with a tool bar; the canvas scrolls smoothly when it is full."""

from studio.canvas import Sheet, canvas
from studio.ink import Pen
from studio.produce import Film, Part
from studio.writing import Draw, Scroll, Write

RED, GREEN = "#c22b2b", "#1e7f45"
FILM = Film(
    "ink_canvas",
    "Solving two linear equations",
    "Elimination and the check, written on a tablet.",
    "Mathematics",
    "Algebra",
    (
        Part(
            canvas(
                Sheet(Pen("ComicNeue-Regular.otf", 50, 1.1)),
                (
                    Write("Two equations", (0.06, 0.09), "We have two", RED, 1.1, 14),
                    Write("2x + 3y = 16", (0.1, 0.26), "Two x plus", pace=9),
                    Write("4x - 3y = 2", (0.1, 0.4), "Four x minus", pace=9),
                    Draw(((0.08, 0.52), (0.42, 0.52)), "If we add them", "", 0.8),
                    Write("6x = 18", (0.16, 0.56), "six x equals", pace=8),
                    Write("x = 3", (0.16, 0.7), "so x is three", GREEN, pace=7),
                    Draw(((0.14, 0.84), (0.32, 0.84)), None, GREEN, 0.6),
                    Scroll(0.62, "I scroll down", 1.4),
                    Write("2 * 3 + 3y = 16", (0.1, 0.95), "Put this into", pace=9),
                    Write("3y = 10", (0.1, 1.09), "three y equals", pace=8),
                    Write("y = 10/3", (0.1, 1.23), "y is ten", GREEN, pace=8),
                    Write("check: 12 - 10 = 2", (0.1, 1.4), "For the check", RED, 1.0, 9),
                    Scroll(0.7, "Let us look at", 1.8),
                    Draw(((0.1, 2.2), (0.1, 1.62), (0.1, 2.1), (0.55, 2.1)), "Draw both", "", 1.5),
                    Draw(((0.12, 1.7), (0.5, 2.06)), "The first falls", "", 1.0),
                    Draw(((0.14, 2.08), (0.42, 1.66)), "the second one rises", RED, 1.0),
                    Write("they meet at x = 3", (0.58, 1.78), "they meet", GREEN, 0.9, 10),
                ),
            ),
            """
            We have two equations today and two numbers that nobody knows.
            Two x plus three y equals sixteen is the first of them.
            Four x minus three y equals two is the second.
            If we add them, the terms with y cancel each other.
            What is left is six x equals eighteen, and so x is three.
            I scroll down a little to make room for the rest.
            Put this into the first equation, two times three plus three y is sixteen.
            Then three y equals ten, and so y is ten thirds.
            For the check we put both numbers into the second equation, twelve minus ten is two.
            That is right, and so we have found the only solution.
            Let us look at the same thing as a picture.
            Draw both lines into one system of axes.
            The first falls from left to right, and the second one rises.
            At the point where they meet, x is three, just as we computed.
            Every pair of lines that are not parallel meets in exactly one point.
            """,
            pause=0.95,
            tail=3.0,
        ),
    ),
    size=(1280, 720),
    fps=30,
    crf=30,
    key_every=8.0,
    seed=41,
)
