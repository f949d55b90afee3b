"""Finds and decodes images of a corpus or a benchmark, even if their content is broken."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from vid2book.names import inside

LARGEST = 50_000_000  # pixels; in a corpus, a larger picture is an accident or an attack


class TooLargeError(OSError):
    """An image has too many pixels."""


def decoded(content: bytes, largest: int | None = None) -> Image.Image:
    """Decode an image.

    Args:
        content: the encoded bytes.
        largest: the most pixels it may have; None: as many as Pillow accepts.

    Raises:
        TooLargeError: it has more pixels.
        OSError: it cannot be decoded.
    """
    try:
        image = Image.open(io.BytesIO(content))
        if largest is not None and image.width * image.height > largest:
            raise TooLargeError(f"{image.width} x {image.height} pixels")
        image.load()
    except (SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise OSError(str(error)) from None  # what else Pillow raises for broken files
    return image


def image_file(path: str, folder: Path | None) -> Path | None:
    """The file that a row names, in the corpus' folder or its `images`; never elsewhere."""
    if folder is None:
        return None
    candidates = (inside(place, path) for place in (folder, folder / "images"))
    return next((file for file in candidates if file is not None and file.is_file()), None)
