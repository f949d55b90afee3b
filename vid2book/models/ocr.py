"""What every OCR back end is: images in, lines out. A back end a file: `ocr_rapid.py` and so on."""

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
    """Reads images. Loaded, or connected to, at the first call.

    `finds_places` says that boxes are where the lines stand, so that a part of a screen can be
    read alone and put among lines that are known. A back end without it reads whole screens.
    """

    finds_places: bool

    @property
    def identity(self) -> str:
        """Changes whenever the weights, a prompt, or a library that can change a result, do."""

    def __call__(self, images: Sequence[Image]) -> Sequence[list[OcrLine] | ChatError]:
        """The lines of each image, or why they could not be had from a server.

        Boxes are in pixels of the image; scores are None where the back end gives none.
        """


def typed(lines: Sequence[str], box: Box, score: float | None = None) -> list[OcrLine]:
    """Lines whose block is known and not their own place: one below another, as if typed into it.

    So their boxes give the order that the back end gave them. The blanks before a line stay in its
    text, for the back end knows the indentation of code better than these boxes do.
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
