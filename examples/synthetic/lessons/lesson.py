"""Lectures: slides of one design, with what is said of each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from vid2book.records import Video

from .content import Facts, draw_facts, narrate
from .drawing import Theme, draw_slide, draw_theme


class Told(Protocol):
    """What a slide tells."""

    @property
    def written(self) -> str:
        """What can be read on it, line by line."""
        ...


@dataclass(frozen=True)
class Slide:
    """A slide as it is shown, with what the teacher says while it stands."""

    facts: Told
    image: bytes  # JPEG
    speech: str


@dataclass(frozen=True)
class Lesson:
    """One lecture."""

    video: Video
    slides: tuple[Slide, ...]


def make_lessons(
    count: int, slides: int, split: Literal["train", "test", "eyes"], seed: int
) -> Iterator[Lesson]:
    """Lectures by chance. Each depends on the seed, the split and its own number alone."""
    for number in range(count):
        rng = random.Random(f"{seed} {split} {number}")
        theme = draw_theme(rng)
        video = Video(
            video_id=f"{split}-{number:06d}",
            path="",
            title=f"Lesson {number}",
            subject="Synthetic",
            course="Reading slides",
            language="en",
            license="CC0-1.0",
            split=split,
        )
        yield Lesson(video, tuple(_slide(draw_facts(rng), theme, rng) for _ in range(slides)))


def _slide(facts: Facts, theme: Theme, rng: random.Random) -> Slide:
    return Slide(facts, draw_slide(facts, theme), narrate(facts, rng))
