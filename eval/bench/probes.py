"""Probes: a task asked in another way, to see what a model makes of its context.

A probe of a task is a task of its own, named TASK+PROBE: `mathvista+cheat`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from .turns import Turn

Probe = Callable[[Sequence[Turn]], list[Turn]]


def cheat(turns: Sequence[Turn]) -> list[Turn]:
    """The query itself, answered, instead of the first shot.

    A model that attends to its context scores near 100. After the cheat test of the Multimodal
    Textbook (arXiv 2501.00958).
    """
    return [turns[-1], *turns[1:]]


def image_order(turns: Sequence[Turn]) -> list[Turn]:
    """The shots' pictures change places with one another; the query keeps its own.

    A model that makes nothing of which picture belongs to which answer scores as before.
    """
    *shots, query = turns
    others = [*shots[1:], *shots[:1]]
    moved = [
        replace(shot, pictures=other.pictures) for shot, other in zip(shots, others, strict=True)
    ]
    return [*moved, query]


def no_image(turns: Sequence[Turn]) -> list[Turn]:
    """No picture at all: what can be answered from the text alone."""
    return [replace(turn, pictures=()) for turn in turns]


def no_ocr(turns: Sequence[Turn]) -> list[Turn]:
    """Without the text that was read from the pictures; the task leaves it out of its questions."""
    return list(turns)


PROBES: dict[str, Probe] = {
    "cheat": cheat,
    "image_order": image_order,
    "no_image": no_image,
    "no_ocr": no_ocr,
}
FEWEST_SHOTS = {"cheat": 1, "image_order": 2}  # with fewer a probe changes nothing
