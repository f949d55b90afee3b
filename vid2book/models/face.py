"""Faces by OpenCV's Haar cascades (Viola and Jones, 2001), which ship in its wheel."""

from __future__ import annotations

from functools import cached_property

import cv2
import cv2.data
import numpy as np
from numpy.typing import NDArray

_CASCADES = ("haarcascade_frontalface_alt2.xml", "haarcascade_profileface.xml")
_SMALLEST = 0.1  # of the height: smaller faces cannot fill a screen


class HaarFaces:
    """Finds frontal and profile faces on a luma plane."""

    identity = f"opencv {cv2.__version__} haar"

    def __call__(self, plane: NDArray[np.uint8]) -> float:
        """Area of the largest face on `plane` (H x W, uint8), as a share of the plane."""
        height, width = plane.shape
        least = max(24, round(_SMALLEST * height))
        areas = [
            float(w) * float(h)
            for cascade in self._cascades
            for _, _, w, h in cascade.detectMultiScale(
                plane, scaleFactor=1.15, minNeighbors=4, minSize=(least, least)
            )
        ]
        return max(areas, default=0.0) / (height * width)

    @cached_property
    def _cascades(self) -> list[cv2.CascadeClassifier]:
        return [cv2.CascadeClassifier(cv2.data.haarcascades + name) for name in _CASCADES]
