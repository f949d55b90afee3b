"""The interface of OCR back ends: images in, lines out. Each is a file such as `ocr_rapid.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..records import OcrLine
from .chat import ChatError

Image = NDArray[np.uint8]  # H x W x 3, RGB
Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels


class Ocr(Protocol):
    """Reads images. Loaded or connected at the first call.

    `finds_places` means that boxes give the true places of lines, so a part of a screen can be
    read alone and merged with known lines. Other back ends read whole screens.
    """

    finds_places: bool

    @property
    def identity(self) -> str:
        """Changes with the weights, the prompt, and any library that can change a result."""

    def __call__(self, images: Sequence[Image]) -> Sequence[list[OcrLine] | ChatError]:
        """The lines of each image, or why a server could not give them.

        Boxes are in pixels of the image; scores are None where the back end gives none.
        """


def typed(lines: Sequence[str], box: Box, score: float | None = None) -> list[OcrLine]:
    """Place lines one below another in their block, as if typed, if only the block is known.

    The boxes thus keep the back end's order. The blanks before a line stay in its text, since the
    back end knows the indentation of code better than these boxes.
    """
    lines = [line.rstrip() for line in lines if line.strip()]
    if not lines:
        return []
    x0, y0, x1, y1 = box
    pitch = (x1 - x0) / max(map(len, lines))
    height = (y1 - y0) / len(lines)
    tops = [y0 + height * row for row in range(len(lines))]
    return [
        OcrLine(line, (x0, top, x0 + pitch * len(line), top + 0.8 * height), score)
        for line, top in zip(lines, tops, strict=True)
    ]
