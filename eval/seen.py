"""A sample as the measures see it: each image is decoded once, however many measures look at it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vid2book.stages.phash import phash

from .corpora import Interleaved

_LARGEST = 50_000_000  # pixels; a larger picture is an accident or an attack


@dataclass(frozen=True)
class Picture:
    """A decoded image of a sample. `position` is its place in the lists of the record."""

    position: int
    image: Image.Image  # RGB

    @property
    def width(self) -> int:
        return self.image.width

    @property
    def height(self) -> int:
        return self.image.height

    @cached_property
    def luma(self) -> NDArray[np.uint8]:
        """H x W, as `Image.convert("L")` has it."""
        return np.asarray(self.image.convert("L"))

    @cached_property
    def phash(self) -> int:
        """64-bit perceptual hash."""
        return phash(self.luma)


class Seen:
    """A sample with its pictures. `index` is its place in the order seen."""

    def __init__(self, record: Interleaved, index: int) -> None:
        self.record = record
        self.index = index

    @property
    def text(self) -> str:
        """All texts, a paragraph each."""
        return self.record.text

    @cached_property
    def pictures(self) -> list[Picture]:
        """The images that can be decoded, in order."""
        return [
            Picture(position, image)
            for position, content in enumerate(self.record.images)
            if content is not None and (image := _decode(content)) is not None
        ]


def _decode(content: bytes) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > _LARGEST:
                return None
            return image.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
