"""Probes: tasks asked in a different way, to see how a model uses its context.

A probe of a task is a task of its own, named TASK+PROBE, such as `mathvista+cheat`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from .turns import Turn

Probe = Callable[[Sequence[Turn]], list[Turn]]


def cheat(turns: Sequence[Turn]) -> list[Turn]:
    """Replace the first shot with the query itself, answered.

    A model that attends to its context scores close to 100. This is the cheat test of the
    Multimodal Textbook (arXiv 2501.00958).
    """
    return [turns[-1], *turns[1:]]


def image_order(turns: Sequence[Turn]) -> list[Turn]:
    """Swap the pictures of the shots; the query keeps its own.

    A model that ignores which picture belongs to which answer scores the same as before.
    """
    *shots, query = turns
    others = [*shots[1:], *shots[:1]]
    moved = [
        replace(shot, pictures=other.pictures) for shot, other in zip(shots, others, strict=True)
    ]
    return [*moved, query]


def no_image(turns: Sequence[Turn]) -> list[Turn]:
    """Remove all pictures, to see what can be answered from the text alone."""
    return [replace(turn, pictures=()) for turn in turns]


def no_ocr(turns: Sequence[Turn]) -> list[Turn]:
    """Change nothing here: the task itself leaves the OCR text out of its questions."""
    return list(turns)


PROBES: dict[str, Probe] = {
    "cheat": cheat,
    "image_order": image_order,
    "no_image": no_image,
    "no_ocr": no_ocr,
}
FEWEST_SHOTS = {"cheat": 1, "image_order": 2}  # with fewer shots, a probe changes nothing
