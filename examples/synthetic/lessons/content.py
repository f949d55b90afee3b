"""What stands on a slide, what the teacher says of it, and what may be asked about it.

Every slide carries four facts, drawn independently of one another and of the slides beside it: who
does not look at the slide can do no better than guess.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

TITLES = (
    "acid", "atom", "cell", "field", "force", "graph", "heat", "lens",
    "light", "motor", "orbit", "prism", "pulse", "root", "valve", "wave",
)  # fmt: skip
COLORS = {
    "red": "#d02020",
    "blue": "#2040d0",
    "green": "#1f9a3a",
    "orange": "#e88a00",
    "purple": "#8a2fb0",
    "cyan": "#10b0c0",
}
DRAWINGS = ("cell", "circuit", "pendulum", "wave")
_DIGITS = range(2, 10)

# Each fact as it is said, and as it is asked.
FACTS = {
    "title": ("The title is {}.", "Which title?"),
    "formula": ("The formula is {}.", "Which formula?"),
    "color": ("The color is {}.", "Which color?"),
    "drawing": ("The drawing is a {}.", "Which drawing?"),
}


@dataclass(frozen=True)
class Facts:
    """A slide's content. The color is that of the line below the title and of the drawing."""

    title: str
    formula: str
    color: str
    drawing: str

    @property
    def written(self) -> str:
        """What can be read on the slide, line by line."""
        return f"{self.title}\n{self.formula}"


def draw_facts(rng: random.Random) -> Facts:
    """The facts of one slide, by chance."""
    return Facts(
        title=rng.choice(TITLES),
        formula=f"{rng.choice(_DIGITS)}x+{rng.choice(_DIGITS)}",
        color=rng.choice(list(COLORS)),
        drawing=rng.choice(DRAWINGS),
    )


def narrate(facts: Facts, rng: random.Random) -> str:
    """What the teacher says: two facts as statements, then the other two, asked and answered.

    Each fact comes once, so that none can be copied from what was said before.
    """
    names = rng.sample(list(FACTS), len(FACTS))
    said = [FACTS[name][0].format(getattr(facts, name)) for name in names[:2]]
    asked = [f"{FACTS[name][1]} {getattr(facts, name)}." for name in names[2:]]
    return " ".join([*said, *asked])
