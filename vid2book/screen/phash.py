"""Perceptual hash: the hashes of pictures that look alike differ in few bits."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def phash(plane: NDArray[np.uint8]) -> int:
    """64-bit hash of a luma plane (H x W, uint8), by the signs of its low DCT frequencies.

    After Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010).
    """
    small = cv2.resize(plane, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:8, :8].reshape(-1)
    # The first is the mean brightness, which says nothing about the content.
    bits = low > np.median(low[1:])
    return int(sum(1 << i for i, bit in enumerate(bits) if bit))


def distance(a: int, b: int) -> int:
    """The number of bits in which two hashes differ, 0 to 64."""
    return (a ^ b).bit_count()
