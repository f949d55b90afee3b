"""What the lessons of the study say and show.

A slide is an exercise with four facts, drawn independently of one another and of all other slides:
who does not look at the slide can do no better than guess. Around the exercises stand things that a
corpus should not hold: chat, a sponsor, a farewell, fillers.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, fields

THINGS = ("lens", "pump", "magnet", "rocket", "wheel", "bridge", "crane", "piston")
NUMBERS = ("14", "25", "38", "60", "77", "96")  # recognisers write them in digits
KINDS = {
    "thing": THINGS,
    "mass": NUMBERS,
    "length": NUMBERS,
    "drawing": ("cell", "circuit", "pendulum", "wave"),
}
BEGINNINGS = {
    "thing": "The exercise is about the",
    "mass": "The mass of the object is",
    "length": "The length of the object is",
    "drawing": "The drawing on the right shows a",
}
UNITS = {"thing": "", "mass": " kilograms", "length": " meters", "drawing": ""}

PLACES = (
    "Oslo", "Lima", "Kyoto", "Tunis", "Quito", "Turin", "Dakar", "Porto", "Delft", "Lagos", "Hanoi",
    "Graz",
)  # fmt: skip
MONTHS = ("January", "March", "May", "June", "October", "December")
EXPLAINED = (
    "Momentum is the product of mass and velocity.",
    "Kinetic energy grows with the square of the speed.",
    "A force changes the momentum of an object.",
    "Without friction, the total energy is conserved.",
    "Work is force times the distance along the force.",
    "Power is the energy that is transferred in one second.",
)
CHAT = (
    "I hope you all had a lovely weekend, mine was mostly rain, so I stayed on the couch.",
    "My neighbor has a new dog, and he barks every single morning.",
    "Yesterday I had pizza with my friends, and honestly that was the best part of the week.",
    "A lot of you asked about the new intro music, so thank you for that.",
    "I am thinking about a live stream next month, maybe on a Friday evening.",
    "My kitchen is still a mess, please do not tell my mom.",
    "Thank you for all the birthday wishes, you are the best community out there.",
    "I watched two whole seasons of a cooking show, and now I want to bake bread.",
    "We went to the beach on Sunday, but it was way too cold to swim.",
    "By the way, I finally got a haircut, tell me in the comments how you like it.",
    "My phone fell into the sink this morning, so I could not answer your messages.",
    "Okay, let me grab a coffee before we go on.",
)
SPONSORS = (
    ("BrightBean Coffee", "20 % off your first order", "brightbean.example"),
    ("LeafBox", "fresh dinners, zero stress", "leafbox.example"),
    ("NightOwl VPN", "three months for free", "nightowl.example"),
)
ADVERTS = (
    "Before we go on, a quick word from our sponsor {name}.",
    "You get a big discount if you use my promo code at the checkout.",
    "The link is in the description below, and it really helps the channel.",
    "I use it every day, and I would not want to live without it.",
)
FAREWELLS = (
    "Thanks for watching, please like this video and subscribe to the channel.",
    "I will see you next week, have a great time, and bye bye.",
)
FILLERS = ("Um, so, ", "Okay, so, ", "So, uh, you know, ", "Well, um, ", "And, uh, ")


@dataclass(frozen=True)
class Facts:
    """What an exercise tells."""

    thing: str
    mass: str
    length: str
    drawing: str

    @property
    def written(self) -> str:
        """What can be read on the slide, line by line."""
        return "\n".join([self.thing, *self.lines])

    @property
    def lines(self) -> tuple[str, str]:
        """What comes onto the slide below its title, when it is spoken of."""
        return f"{self.mass} kg", f"{self.length} m"


NAMES = tuple(field.name for field in fields(Facts))


def draw_facts(rng: random.Random) -> Facts:
    """The facts of one slide, by chance."""
    return Facts(**{name: rng.choice(KINDS[name]) for name in NAMES})


def origin(rng: random.Random) -> str:
    """A line that no other slide has, and of which nobody speaks."""
    return f"Exam in {rng.choice(PLACES)}, {rng.choice(MONTHS)} {rng.randrange(1970, 2020)}"


def told(facts: Facts, rng: random.Random) -> list[tuple[str, str]]:
    """What the teacher says of a slide: each fact with its sentence, in any order."""
    return [
        (name, f"{BEGINNINGS[name]} {answer(facts, name)}.")
        for name in rng.sample(NAMES, len(NAMES))
    ]


def answer(facts: Facts, name: str) -> str:
    """The end of the sentence about a fact."""
    return f"{getattr(facts, name)}{UNITS[name]}"
