"""Small copies of pictures."""

from __future__ import annotations

import io


def thumbnail(picture: bytes, size: tuple[int, int], quality: int) -> bytes:
    """A copy as JPEG that fits into `size`, width and height in pixels; never larger than it was.

    Raises:
        OSError, ValueError, SyntaxError: it is not a picture.
    """
    from PIL import Image  # here, to keep modules light that import this one

    out = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as opened:
        opened.draft("RGB", size)  # a JPEG is decoded at a fraction of its size
        copy = opened.convert("RGB")
    copy.thumbnail(size)
    copy.save(out, "JPEG", quality=quality)
    return out.getvalue()
