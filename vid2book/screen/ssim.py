"""Structural similarity (SSIM) of grey images, in two forms.

Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error Visibility to Structural
Similarity" (2004), K1 = 0.01, K2 = 0.03. The forms use different windows, so their values are not
comparable:

`gaussian_ssim` uses the window of that paper. Keyframes are found with it, by a threshold that was
set for it.

`uniform_ssim` uses the default window of scikit-image, as published figures of corpora do, among
them InSI-SIM. There, every image of a sample is compared with every other. What depends on one
image only is computed once, so a pair costs one filter instead of five.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

# Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment", 2004.
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2

_WINDOW = 7  # pixels, the default of scikit-image
_EDGE = _WINDOW // 2
_PIXELS = _WINDOW**2
_STRIP = 32  # rows at a time: few enough for all intermediate results to stay in the cache
# With window sums instead of means, both sides of each fraction are 49 * 49 times as large.
_SUMMED_C1 = _C1 * _PIXELS**2
_SUMMED_C2 = _C2 * _PIXELS * (_PIXELS - 1)

Grey = NDArray[np.uint8]  # H x W
Floats = NDArray[np.float64]


def gaussian_ssim(one: Grey, other: Grey) -> float:
    """Mean structural similarity, -1 to 1, with a Gaussian window of 11 x 11 pixels.

    0 if the images differ in size.
    """
    if one.shape != other.shape:
        return 0.0
    a, b = one.astype(np.float64), other.astype(np.float64)

    def mean(image: Floats) -> Floats:
        return cv2.GaussianBlur(image, (11, 11), 1.5)

    mean_a, mean_b = mean(a), mean(b)
    variance_a, variance_b = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2
    covariance = mean(a * b) - mean_a * mean_b
    alike = (2 * mean_a * mean_b + _C1) * (2 * covariance + _C2)
    full = (mean_a**2 + mean_b**2 + _C1) * (variance_a + variance_b + _C2)
    return float((alike / full).mean())


@dataclass(frozen=True)
class SummedImage:
    """A grey image with the sums over its windows, which `uniform_ssim` compares."""

    grey: Grey

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
        """The sum of squares in each window, from which its variance follows."""
        return _windows(self.values * self.values)


def uniform_ssim(first: SummedImage, second: SummedImage) -> float | None:
    """Mean structural similarity, -1 to 1; None if a side is under 7 pixels.

    Uses uniform windows of 7 x 7 pixels within the image, and the sample covariance.

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
        under = slice(top, rows.stop + 2 * _EDGE)  # the pixels that these windows cover
        cross = _windows(first.values[under] * second.values[under])
        total += _similarity(first, second, rows, cross)
    return total / first.sums.size


def _similarity(first: SummedImage, second: SummedImage, rows: slice, cross: Floats) -> float:
    """The sum over the windows in these rows."""
    one, other = first.sums[rows], second.sums[rows]
    product = one * other
    squares = one * one + other * other
    above = (2 * product + _SUMMED_C1) * (2 * (_PIXELS * cross - product) + _SUMMED_C2)
    energy = first.energy[rows] + second.energy[rows]
    below = (squares + _SUMMED_C1) * (_PIXELS * energy - squares + _SUMMED_C2)
    return float(np.sum(above / below))


def _windows(values: NDArray[np.float32]) -> Floats:
    """The sum of the values in each window within the image."""
    sums = cv2.boxFilter(values, cv2.CV_64F, (_WINDOW, _WINDOW), normalize=False)
    return np.asarray(sums)[_EDGE:-_EDGE, _EDGE:-_EDGE]
