"""Faces by OpenCV's Haar cascades (Viola and Jones, 2001), which ship in its wheel."""

from __future__ import annotations

from functools import cached_property

import cv2
import cv2.data
import numpy as np
from numpy.typing import NDArray

_CASCADES = ("haarcascade_frontalface_alt2.xml", "haarcascade_profileface.xml")
_SMALLEST = 0.07  # share of the height: a head in a corner; smaller ones hide no text; set by eye

Box = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels


class HaarFaces:
    """Finds frontal and profile faces on a luma plane."""

    identity = f"opencv {cv2.__version__} haar"

    def persons(self, plane: NDArray[np.uint8]) -> list[Box]:
        """Faces on `plane` (H x W, uint8) of persons large enough to hide writing.

        Profiles are searched only if there is no frontal face, as that search takes longest.
        """
        searches = (self._find(plane, cascade, _SMALLEST, 4) for cascade in self._cascades)
        return next((boxes for boxes in searches if boxes), [])

    def boxes(self, plane: NDArray[np.uint8], smallest: float) -> list[Box]:
        """All faces on `plane` at least `smallest` high, as a share of its height."""
        searches = (self._find(plane, cascade, smallest, 6) for cascade in self._cascades)
        return [box for boxes in searches for box in boxes]

    def _find(
        self, plane: NDArray[np.uint8], cascade: cv2.CascadeClassifier, smallest: float, sure: int
    ) -> list[Box]:
        # In pixels; the cascades are trained on faces of 20.
        least = max(24, round(smallest * plane.shape[0]))
        faces = cascade.detectMultiScale(
            plane, scaleFactor=1.15, minNeighbors=sure, minSize=(least, least)
        )
        return [(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h in faces]

    @cached_property
    def _cascades(self) -> list[cv2.CascadeClassifier]:
        return [cv2.CascadeClassifier(cv2.data.haarcascades + name) for name in _CASCADES]
