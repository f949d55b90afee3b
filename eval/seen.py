"""A sample as the measures see it.

Each image is decoded, hashed and embedded once, no matter how many measures and pairs use it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from vid2book.models.open_clip import Vectors
from vid2book.screen.phash import phash
from vid2book.screen.ssim import SummedImage, uniform_ssim

from .corpora import Interleaved
from .images import LARGEST, decoded


@dataclass(frozen=True)
class Picture:
    """A decoded image of a sample. `position` is its place in the lists of the record."""

    position: int
    pixels: NDArray[np.uint8]  # H x W x 3, RGB

    @property
    def width(self) -> int:
        return self.pixels.shape[1]

    @property
    def height(self) -> int:
        return self.pixels.shape[0]

    @cached_property
    def summed(self) -> SummedImage:
        """The grey image."""
        return SummedImage(_grey(self.pixels))

    def resized(self, size: tuple[int, int]) -> SummedImage:
        """The grey image, scaled to (width, height)."""
        if size == self.summed.size:
            return self.summed
        return SummedImage(_grey(cv2.resize(self.pixels, size, interpolation=cv2.INTER_AREA)))

    @cached_property
    def phash(self) -> int:
        """64-bit perceptual hash."""
        return phash(self.summed.grey)


class SampleWithImages:
    """A sample with its pictures.

    Args:
        record: the sample.
        index: its position in the order of reading.
        vectors: CLIP embeddings of `pictures`, in order; None without CLIP.
    """

    def __init__(self, record: Interleaved, index: int, vectors: Vectors | None = None) -> None:
        self.record = record
        self.index = index
        self.vectors = vectors

    @property
    def text(self) -> str:
        """All texts, a paragraph each."""
        return self.record.text

    @property
    def image_num(self) -> int:
        """The number of images, including those that cannot be decoded."""
        return sum(image is not None for image in self.record.images)

    @cached_property
    def pictures(self) -> list[Picture]:
        """The images that can be decoded, in order."""
        return [
            Picture(position, pixels)
            for position, content in enumerate(self.record.images)
            if content is not None and (pixels := decode(content)) is not None
        ]

    @cached_property
    def ssims(self) -> NDArray[np.float64]:
        """Structural similarity of every two pictures, the later one resized to the earlier one.

        Symmetric, of shape (len(pictures), len(pictures)); NaN if an image is too small.
        """
        values = np.full((len(self.pictures),) * 2, np.nan)
        for i, j in combinations(range(len(self.pictures)), 2):
            first = self.pictures[i].summed
            value = uniform_ssim(first, self.pictures[j].resized(first.size))
            values[i, j] = values[j, i] = np.nan if value is None else value
        return values


def decode(content: bytes) -> NDArray[np.uint8] | None:
    """The pixels of an encoded image (H x W x 3, RGB); None if it cannot be decoded."""
    try:
        return np.asarray(decoded(content, LARGEST).convert("RGB"))
    except (OSError, ValueError):  # ValueError: its mode cannot be converted
        return None


def _grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
