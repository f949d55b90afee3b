"""States by structural similarity of the luma planes, as the paper's pipeline finds them."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from ... import config
from ...media.frames import Frame
from .reference import find_by_reference
from .state import Found, Plane
from .watch import WIDTH

_THRESHOLD = 0.15  # of 1 - SSIM: best on examples/lectures; the paper names none


def find(frames: Iterable[Frame], settings: config.Keyframes) -> Found:
    """The states of a video; a new one begins where 1 - SSIM is above the threshold."""
    return find_by_reference(
        frames, settings, lambda frame: frame.luma(WIDTH), lambda a, b: 1 - ssim(a, b), _THRESHOLD
    )


def ssim(one: Plane, other: Plane) -> float:
    """Mean structural similarity of two grey images of one size (H x W, uint8), -1 to 1.

    Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity" (2004),
    with its Gaussian window of 11 pixels and its constants. Images of two sizes have nothing in
    common: 0.
    """
    if one.shape != other.shape:
        return 0.0
    a, b = one.astype(np.float64), other.astype(np.float64)

    def mean(image: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(image, (11, 11), 1.5)

    mean_a, mean_b = mean(a), mean(b)
    variance_a, variance_b = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2
    covariance = mean(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    alike = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    full = (mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2)
    return float((alike / full).mean())
