"""A perceptual hash tells pictures apart, and not their noise, light and size."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vid2book.screen.phash import distance, phash


@pytest.mark.parametrize("seed", range(5))
def test_a_hash_is_of_the_look(seed: int) -> None:
    random = np.random.default_rng(seed)
    plane = cv2.resize(random.integers(0, 255, (9, 16), np.uint8), (640, 360))
    plane = np.asarray(plane, np.uint8)
    changes: list[NDArray[np.float64]] = [
        plane + random.normal(0, 6, plane.shape),
        plane * 0.8 + 10,
        cv2.resize(cv2.resize(plane, (320, 180)), (640, 360)).astype(float),
    ]
    for changed in changes:
        assert distance(phash(plane), phash(np.clip(changed, 0, 255).astype(np.uint8))) <= 6
    other = cv2.resize(random.integers(0, 255, (9, 16), np.uint8), (640, 360))
    assert distance(phash(plane), phash(np.asarray(other, np.uint8))) > 16
    assert 0 <= phash(plane) < 2**64


def test_distance_counts_bits() -> None:
    assert distance(0b1011, 0b0010) == 2 and distance(2**64 - 1, 0) == 64
