"""Labelled passages: lecture speech, and text that must not be mistaken for it.

All were written for this purpose, 60 to 120 words each. Topics are split into `tune`, from which
weights and norms come, and `held_out`, on which the measures are validated. Text written for a test
is easier than recorded speech, so figures on it are upper bounds.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

import yaml

Part = Literal["tune", "held_out"]
LECTURE = "lecture"
OTHERS = ("chat", "sponsor", "news", "forum", "word salad")
_WRITTEN = (LECTURE, *OTHERS[:-1])
_SALAD_WORDS = 90
# Made from the words of each class alone, and of all; salad from lectures has all the terms.
_SALADS: dict[Part, int] = {"tune": 4, "held_out": 7}


class Passage(NamedTuple):
    kind: str  # LECTURE or one of OTHERS
    topic: str  # of a lecture: "subject/topic"
    text: str


@cache
def passages(part: Part) -> tuple[Passage, ...]:
    """All passages of one part. Word salad is made here, the same each time."""
    written = [passage for kind in _WRITTEN for passage in _read(kind, part)]
    return (*written, *_salad(written, part))


def _read(kind: str, part: Part) -> list[Passage]:
    content = yaml.safe_load((files(__package__) / f"{kind}.yaml").read_text("utf-8"))
    return [Passage(kind, topic, text.strip()) for topic, text in content[part].items()]


def _salad(written: Sequence[Passage], part: Part) -> list[Passage]:
    salads = []
    for source in (*_WRITTEN, "all"):
        pool = [w for p in written if source in (p.kind, "all") for w in p.text.split()]
        for i in range(_SALADS[part]):
            draw = random.Random(f"{part} {source} {i}")
            text = " ".join(draw.sample(pool, _SALAD_WORDS))
            salads.append(Passage("word salad", f"words of {source}, {i + 1}", text))
    return salads
