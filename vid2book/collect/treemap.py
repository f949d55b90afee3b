"""A treemap: nearly square rectangles with areas in proportion to weights.

This is the squarified layout of Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle; left and top count from those of the whole map."""

    left: float
    top: float
    width: float
    height: float


def squarify(weights: Sequence[float], inside: Box) -> list[Box]:
    """A box for each weight; together they fill `inside`.

    Args:
        weights: above 0, in any order; the largest is placed first.
    """
    order = sorted(range(len(weights)), key=lambda i: -weights[i])
    scale = inside.width * inside.height / (sum(weights) or 1)
    boxes: dict[int, Box] = {}
    while order:
        row = _best_row([weights[i] * scale for i in order], min(inside.width, inside.height))
        areas = [weights[i] * scale for i in order[:row]]
        laid, inside = _lay(areas, inside)
        boxes |= dict(zip(order[:row], laid, strict=True))
        order = order[row:]
    return [boxes[i] for i in range(len(weights))]


def _best_row(areas: Sequence[float], side: float) -> int:
    """How many of the areas to lay along the shorter side, so that none gets too long."""
    best, worst = 1, _worst(areas[:1], side)
    for count in range(2, len(areas) + 1):
        ratio = _worst(areas[:count], side)
        if ratio > worst:
            break
        best, worst = count, ratio
    return best


def _worst(areas: Sequence[float], side: float) -> float:
    """The largest ratio of sides in a row."""
    total = sum(areas)
    return max(side**2 * max(areas) / total**2, total**2 / (side**2 * min(areas)))


def _lay(areas: Sequence[float], inside: Box) -> tuple[list[Box], Box]:
    """The boxes of a row along the shorter side, and the rest of `inside`."""
    left, top, width, height = inside
    total, laid = sum(areas), []
    if width >= height:
        thick, at = total / height, top
        for area in areas:
            laid.append(Box(left, at, thick, area / thick))
            at += area / thick
        return laid, Box(left + thick, top, width - thick, height)
    thick, at = total / width, left
    for area in areas:
        laid.append(Box(at, top, area / thick, thick))
        at += area / thick
    return laid, Box(left, top + thick, width, height - thick)
