"""Whether something is written on a picture, without reading it."""

from __future__ import annotations

import cv2
import numpy as np

from .cells import CELL, Grid, Mask, Plane

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_EDGE = 40  # grey levels by which letters stand out
_GAP = 9  # pixels between letters
_LINE = (6, 60)  # least and greatest height of a line of writing, pixels
_WIDTH = 24  # its least width, pixels,
_ASPECT = 1.8  # and as a multiple of its height
_FILL = (0.3, 0.9)  # share of its box that is edges
_STROKES = 1.5  # edges crossed along the line, per length of its height


def written(plane: Plane, grid: Grid | None = None, where: Mask | None = None) -> bool:
    """Whether a picture has something like a line of writing: a row of strokes.

    Args:
        where: the cells of the `grid` to search; all if None.
    """
    edges = cv2.morphologyEx(plane, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    ink = (edges > _EDGE).astype(np.uint8)
    if grid is not None and where is not None:
        cells = where.astype(np.uint8).reshape(tuple(grid))
        ink &= np.kron(cells, np.ones((CELL, CELL), np.uint8))[: plane.shape[0], : plane.shape[1]]
    lines = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, _GAP), np.uint8))
    for x, y, width, height, _ in cv2.connectedComponentsWithStats(lines)[2][1:]:
        if not _LINE[0] <= height <= _LINE[1] or width < max(_WIDTH, _ASPECT * height):
            continue
        box = ink[y : y + height, x : x + width]
        middle = box[height // 4 : max(height // 4 + 1, 3 * height // 4)].astype(np.int8)
        strokes = np.abs(np.diff(middle, axis=1)).sum(axis=1).mean() * height / width
        if _FILL[0] < box.mean() < _FILL[1] and strokes > _STROKES:
            return True
    return False
