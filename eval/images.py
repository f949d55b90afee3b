"""Images of a corpus or a benchmark: found in its folder and decoded, whatever they hold."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from vid2book.names import inside

LARGEST = 50_000_000  # pixels; in a corpus, a larger picture is an accident or an attack


class TooLargeError(OSError):
    """An image of more pixels than are taken."""


def decoded(content: bytes, largest: int | None = None) -> Image.Image:
    """An encoded image.

    Args:
        content: the encoded bytes.
        largest: pixels that it may have; None: as many as Pillow takes.

    Raises:
        TooLargeError: it has more.
        OSError: it cannot be decoded.
    """
    try:
        image = Image.open(io.BytesIO(content))
        if largest is not None and image.width * image.height > largest:
            raise TooLargeError(f"{image.width} x {image.height} pixels")
        image.load()
    except (SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise OSError(str(error)) from None  # what Pillow raises besides, of broken files
    return image


def image_file(path: str, folder: Path | None) -> Path | None:
    """The file that a row names, in its corpus' folder or in `images` there; never elsewhere."""
    if folder is None:
        return None
    found = (inside(place, path) for place in (folder, folder / "images"))
    return next((file for file in found if file is not None and file.is_file()), None)
