"""Structural similarity of grey images, as scikit-image computes it by default, without it.

Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error Visibility to Structural
Similarity" (2004); uniform windows of 7 x 7, sample covariance, K1 = 0.01, K2 = 0.03, the mean over
windows that lie in the image. What belongs to one image alone is computed once, so that a pair
costs one filter instead of five.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

_WINDOW = 7
_EDGE = _WINDOW // 2
_PIXELS = _WINDOW**2
_STRIP = 32  # rows at a time, so that all that is computed stays in the processor's cache
# With window sums in place of means, both sides of each fraction are 49 * 49 times as large.
_C1 = (0.01 * 255) ** 2 * _PIXELS**2
_C2 = (0.03 * 255) ** 2 * _PIXELS * (_PIXELS - 1)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """A grey image (H x W, uint8) with its window sums."""

    grey: NDArray[np.uint8]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.grey.shape[1], self.grey.shape[0]

    @cached_property
    def values(self) -> NDArray[np.float32]:
        return self.grey.astype(np.float32)

    @cached_property
    def sums(self) -> Floats:
        return _windows(self.values)

    @cached_property
    def energy(self) -> Floats:
        """Of each window, the sum of squares; less the square of the sum, its variance."""
        return _windows(self.values * self.values)


def ssim(first: Plane, second: Plane) -> float | None:
    """Mean structural similarity, 1 for equal images; None where a side is under 7 pixels.

    Raises:
        ValueError: the images differ in size.
    """
    if first.size != second.size:
        raise ValueError(f"images of {first.size} and {second.size} pixels")
    if min(first.size) < _WINDOW:
        return None
    height = len(first.sums)
    total = 0.0
    for top in range(0, height, _STRIP):
        rows = slice(top, min(top + _STRIP, height))
        under = slice(top, rows.stop + 2 * _EDGE)  # the pixels that these windows are over
        cross = _windows(first.values[under] * second.values[under])
        total += _similarity(first, second, rows, cross)
    return total / first.sums.size


def _similarity(first: Plane, second: Plane, rows: slice, cross: Floats) -> float:
    """Sum over the windows in some rows."""
    one, other = first.sums[rows], second.sums[rows]
    product = one * other
    squares = one * one + other * other
    above = (2 * product + _C1) * (2 * (_PIXELS * cross - product) + _C2)
    energy = first.energy[rows] + second.energy[rows]
    below = (squares + _C1) * (_PIXELS * energy - squares + _C2)
    return float(np.sum(above / below))


def _windows(values: NDArray[np.float32]) -> Floats:
    """Sums over the windows that lie in the image."""
    sums = cv2.boxFilter(values, cv2.CV_64F, (_WINDOW, _WINDOW), normalize=False)
    return np.asarray(sums)[_EDGE:-_EDGE, _EDGE:-_EDGE]
