"""How much of a picture others show, measured by correlation alone, unlike the code under test."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from vid2book.screen.keyframes.cells import Plane

TILE = (24, 56)  # height, width in pixels, of planes 640 pixels wide
CONTENT = 14.0  # grey levels by which the pixels of a tile with content deviate
ALIKE = 0.75  # correlation; different words of one size and font reach 0.6
MOST = 80  # tiles that are looked for


def share_shown(plane: Plane, others: Sequence[Plane], bottom: float = 1.0) -> float:
    """The share of a plane's tiles with content that one of the others shows, wherever, 0 to 1.

    Args:
        bottom: only what is above this share of the height counts.
    """
    height, width = TILE
    tiles = [
        tile
        for top in range(0, int(bottom * plane.shape[0]) - height + 1, height // 2)
        for left in range(0, plane.shape[1] - width + 1, width)
        if (tile := plane[top : top + height, left : left + width]).std() > CONTENT
    ]
    if not tiles:
        return 1.0
    chosen = np.random.default_rng(0).permutation(len(tiles))[:MOST]
    found = [any(_correlation(other, tiles[i]) >= ALIKE for other in others) for i in chosen]
    return float(np.mean(found))


def _correlation(plane: Plane, tile: Plane) -> float:
    return float(cv2.matchTemplate(plane, tile, cv2.TM_CCOEFF_NORMED).max())
