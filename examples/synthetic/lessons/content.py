"""What stands on a slide, what the teacher says of it, and what may be asked about it.

Every slide carries four facts, drawn independently of one another and of the slides beside it: who
does not look at the slide can do no better than guess.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, fields

TITLES = (
    "acid", "atom", "force", "graph", "heat", "light", "motor", "orbit", "prism", "root", "valve",
    "zinc",
)  # fmt: skip
COLORS = {
    "red": "#d02020",
    "blue": "#2040d0",
    "green": "#1f9a3a",
    "orange": "#e88a00",
    "purple": "#8a2fb0",
    "cyan": "#10b0c0",
}
KINDS = {
    "title": TITLES,
    "formula": tuple(f"{digit}x" for digit in range(2, 10)),
    "color": tuple(COLORS),
    "drawing": ("cell", "circuit", "pendulum", "wave"),
}


@dataclass(frozen=True)
class Facts:
    """A slide's content. The color is that of the band behind the title, among others."""

    title: str
    formula: str
    color: str
    drawing: str

    @property
    def written(self) -> str:
        """What can be read on the slide, line by line."""
        return f"{self.title}\n{self.formula}"


NAMES = tuple(field.name for field in fields(Facts))


def draw_facts(rng: random.Random) -> Facts:
    """The facts of one slide, by chance."""
    return Facts(**{name: rng.choice(KINDS[name]) for name in NAMES})


def narrate(facts: Facts, rng: random.Random) -> str:
    """What the teacher says: a sentence for each fact, in turn, beginning with any of them."""
    first = rng.randrange(len(NAMES))
    order = NAMES[first:] + NAMES[:first]
    return "\n".join(f"{begin(fact)} {getattr(facts, fact)}" for fact in order)


def begin(fact: str) -> str:
    """The sentence about a fact, up to the fact itself."""
    return f"The {fact} is"
