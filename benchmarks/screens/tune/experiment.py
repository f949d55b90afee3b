"""A ball on a ramp, filmed on a bench; hands reach in between the phases. No writing."""

from studio.lab import Bench, Phase, experiment, ramp
from studio.lens import Held, filmed
from studio.produce import Film, Part

FILM = Film(
    "experiment",
    "Balls on a ramp",
    "Does a heavier ball roll faster? An experiment at the bench.",
    "Physics",
    "Mechanics",
    (
        Part(
            experiment(
                Bench(ramp, hand_at=(0.22, 0.36)),
                (
                    Phase("rest"),
                    Phase("roll", "I let go", 1.4),
                    Phase("two", "Now I take a second", 1.8),
                    Phase("steep", "For the last trial", 2.2),
                ),
            ),
            """
            On the bench you see a wooden ramp with marks at equal distances.
            A small red ball lies at its upper end and waits there.
            I let go of it now, and it gets faster from mark to mark.
            Between the first two marks it takes almost a second, at the end hardly a blink.
            The marks are ten centimetres apart, so you can count along with me.
            I repeat this a few times, and the motion is the same each time.
            Now I take a second ball, which is larger and three times as heavy.
            Both of them start together, and both arrive at the same moment.
            You can hear one single knock when they reach the block at the lower end.
            The weight does not matter, just as Galileo claimed.
            For the last trial I make the ramp much steeper.
            The small ball is faster now, since a larger part of its weight pulls along the ramp.
            The distances still grow with the square of the time, as the marks show.
            A vertical ramp would be nothing but free fall.
            """,
            aim=filmed(Held(4.5, 0.01, 0.25, shake=0.4, sway=3.0)),
            pause=1.1,
            tail=1.5,
        ),
    ),
    size=(854, 480),
    fps=25,
    crf=29,
    key_every=5.0,
    seed=131,
)
