"""What a picture shows that another does not, and whether that is worth a picture."""

from __future__ import annotations

import cv2
import numpy as np

from .cells import Mask, straightness
from .content import Content

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_SEEN = 0.15  # weight from which on a cell counts
_GROUP = 3  # fewest cells in contact that can be writing
_PASSES = 0.7  # share of a mark that appears over something and vanishes again
_WITHIN = 0.5  # standing cells within a mark, as a share of its own
_THIN = 2  # width of a line, cells
_STRAIGHT = 0.85  # mean straightness of its cells


def worth_alone(content: Content, versions: Mask, others: Mask) -> float:
    """The worth of versions in groups of cells: scattered single cells are no writing.

    Nor is a mark, which appears and vanishes around or over content that other pictures show as
    well, nor a straight line by itself: the border of a sheet, a rule.

    Args:
        others: versions that both this picture and others show.
    """
    grid, cell = content.history.grid, content.history.cell
    weight, passing, straight = (np.zeros(grid.size) for _ in range(3))
    ids = np.flatnonzero(versions & (content.weight > _SEEN))
    np.maximum.at(weight, cell[ids], content.weight[ids])
    np.maximum.at(passing, cell[ids], content.passing[ids])
    np.maximum.at(straight, cell[ids], straightness(content.history.patch[ids]))
    stands = np.zeros(grid.size, bool)
    stands[cell[others & (content.weight > _SEEN)]] = True
    stands &= weight == 0
    there = (weight > 0).astype(np.uint8).reshape(grid)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(there, connectivity=8)
    group = labels.reshape(-1)
    worth = 0.0
    for i in range(1, len(stats)):  # 0 is the background
        left, top, width, height, count = stats[i]
        inside = stands.reshape(grid)[top : top + height, left : left + width].sum()
        is_mark = passing[group == i].mean() >= _PASSES and inside >= _WITHIN * count
        is_line = min(width, height) <= _THIN and straight[group == i].mean() >= _STRAIGHT
        if count >= _GROUP and not is_mark and not is_line:
            worth += float(weight[group == i].sum())
    return worth
