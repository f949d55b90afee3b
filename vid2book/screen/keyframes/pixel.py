"""States by the mean absolute difference of the luma planes: the simplest measure there is."""

from __future__ import annotations

from collections.abc import Iterable

import cv2

from ... import config
from ...media.frames import Frame
from .cells import WIDTH, Plane
from .reference import find_by_reference
from .state import Timeline

_THRESHOLD = 0.05  # of the range from black to white: best on examples/lectures


def find(frames: Iterable[Frame], settings: config.Keyframes) -> Timeline:
    """The states of a video; a new one begins where the difference exceeds the threshold."""
    return find_by_reference(
        frames, settings, lambda frame: frame.luma(WIDTH), difference, _THRESHOLD
    )


def difference(one: Plane, other: Plane) -> float:
    """Mean absolute difference of two grey images (H x W, uint8), 0 to 1; 1 if sizes differ."""
    if one.shape != other.shape:
        return 1.0
    return float(cv2.absdiff(one, other).mean()) / 255
