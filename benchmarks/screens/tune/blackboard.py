"""A green chalkboard; the lecturer writes from the left and then walks across it."""

from rendering.script import Look
from studio.board import Hall, Walk, board
from studio.ink import Pen
from studio.lecturer import Figure
from studio.lens import Held, filmed
from studio.produce import Film, Part
from studio.writing import Draw, Wipe, Write

HALL = Hall(
    Figure(
        Look(skin="#d9a07c", hair="#2c211b", shirt="#7d3b3b", hair_style="short"),
        "checks",
        tall=0.78,
    ),
    Pen("Rufscript010.ttf", 54, 1.0, grain=0.55),
)
SAY = """
Today we look at Newton's second law and what it says about a falling stone.
Force equals mass times acceleration, that is the whole law in one line.
Near the ground the only force on the stone is its weight, mass times g.
So the mass drops out, and the acceleration is simply g, the same for every stone.
A feather falls slower only because the air pushes against it.
Galileo already knew this, long before anyone could write it as an equation.
Let me wipe the right half, for we now need the speed.
After a time t the speed is g times t, if the stone starts at rest.
The distance is the area under this line, one half g t squared.
In two seconds the stone has fallen about twenty metres.
I step aside now, so that you can copy all of this.
You see that the distance grows with the square of the time.
Think about what happens when you throw the stone upwards first.
The same equations hold, only the first speed is no longer zero.
We shall do exactly that in the exercise after the break.
"""
LEFT, RIGHT = "#f2efe2", "#f3d98a"
FILM = Film(
    "blackboard",
    "Newton's second law and free fall",
    "From force equals mass times acceleration to the distance that a stone falls.",
    "Physics",
    "Mechanics",
    (
        Part(
            board(
                HALL,
                (
                    Write("Newton II", (0.06, 0.06), "Newton's second", LEFT),
                    Write("F = m a", (0.06, 0.22), "Force equals", LEFT),
                    Write("weight: F = m g", (0.06, 0.36), "the only force", LEFT),
                    Write("so  a = g", (0.6, 0.1), "So the mass", RIGHT),
                    Draw(((0.6, 0.23), (0.78, 0.225)), "the same for every", RIGHT, 0.9),
                    Wipe((0.55, 0.03, 0.97, 0.55), "let me wipe", 3.0),
                    Write("v = g t", (0.6, 0.08), "After a time", RIGHT),
                    Write("s = g t t / 2", (0.6, 0.24), "the area under", RIGHT),
                    Write("2 s: 20 m", (0.6, 0.4), "In two seconds", LEFT),
                ),
                (
                    Walk(0.2, 0.0),
                    Walk(0.3, "A feather"),
                    Walk(0.72, "Galileo"),
                    Walk(0.85, "long before"),
                    Walk(0.95, "I step aside"),
                    Walk(0.35, "You see that"),
                    Walk(0.66, "Think about"),
                    Walk(0.2, "The same equations"),
                    Walk(0.5, "We shall do"),
                ),
            ),
            SAY,
            aim=filmed(Held(sigma=3.5, flicker=0.008, vignette=0.3)),
            pause=0.8,
            tail=2.5,
        ),
    ),
    size=(960, 540),
    fps=20,
    crf=28,
    key_every=4.0,
    seed=11,
)
