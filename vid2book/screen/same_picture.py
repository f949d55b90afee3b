"""Same picture: whether another picture of the video shows the same text and the same drawings.

Text is not enough: two diagrams may have the same title. Nor is the picture, of which a changed
word is only a small part.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

import cv2
import numpy as np

from ..records import Keyframe
from .keyframes.cells import (
    CELL,
    WIDTH,
    Grid,
    Plane,
    all_windows,
    contrast,
    holds,
    patches,
    same,
    smooth,
    windows_of,
)
from .phash import distance

_LOOK = 12  # bits of the perceptual hash; pictures that differ more are not compared; set by eye


def shown_too(
    one: Keyframe, words: Collection[str], other: Keyframe, other_words: Collection[str]
) -> float | None:
    """How much of what is drawn on `one` is also on `other`, 0 to 1; None if `one` clearly is a
    picture of its own, by its words or its look.

    Args:
        words: on `one`; a picture without any is its own.
        other_words: on `other`.
    """
    if not words or not set(words) <= set(other_words):
        return None
    if distance(one.phash, other.phash) > _LOOK:
        return None
    a, b = _plane(one.image), _plane(other.image)
    if a.shape != b.shape:
        return None
    grid = Grid.of(a)
    cells = np.arange(grid.size, dtype=np.int32)
    here, there = (windows_of(all_windows(plane, grid), grid, cells) for plane in (a, b))
    known, later = patches(here), patches(there)
    weight = contrast(known) * (grid.row(cells) * CELL < one.subtitle_top * a.shape[0])
    stands = same(there, known) | holds(later, known)
    return float((weight * stands).sum() / max(weight.sum(), 1e-9))


@lru_cache(maxsize=4)
def _plane(image: bytes) -> Plane:
    grey = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert grey is not None, "a keyframe has a JPEG"
    scale = min(1.0, WIDTH / max(grey.shape))
    return smooth(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
