"""Colours, fonts and wrapped text, as all scenes use them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor, ImageDraw, ImageFont

Frame = npt.NDArray[np.uint8]
"""Height x width x 3, RGB."""
Rgb = tuple[int, int, int]


def rgb(color: str) -> Rgb:
    """`#rrggbb` or a name as three numbers."""
    red, green, blue, *_ = ImageColor.getrgb(color)
    return red, green, blue


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`one` with `share` (0 to 1) of the other colour in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


@lru_cache(maxsize=64)
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A font by its file name, from the system's font folders.

    Raises:
        OSError: the system has no such file.
    """
    try:
        return ImageFont.truetype(name, size)
    except OSError as error:
        raise OSError(f"no font file {name} in the system's font folders") from error


def wrap(text: str, face: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Break text into lines no wider than `width` pixels (a single long word may be wider)."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def centred(
    draw: ImageDraw.ImageDraw,
    y: float,
    text: str,
    face: ImageFont.FreeTypeFont,
    color: Rgb,
    width: int,
) -> float:
    """Write wrapped text in the middle of a picture `width` wide; returns the y below it."""
    for line in wrap(text, face, width * 0.84):
        draw.text(((width - face.getlength(line)) / 2, y), line, font=face, fill=color)
        y += face.size * 1.3
    return y


def frame(image: Image.Image) -> Frame:
    """A Pillow picture as an array."""
    return np.asarray(image.convert("RGB"), dtype=np.uint8)
