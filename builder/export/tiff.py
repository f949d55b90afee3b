"""Pictures as the pages of one TIFF file, each with its original bytes where possible.

TIFF can hold JPEG data as they are (Technical Note 2 of 1995, compression 7); any other picture is
encoded without loss. A sample's pictures then fit into one file, as in MINT-1T.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable

from PIL import Image

# From TIFF 6.0: types of fields, compressions, colours.
_SHORT, _LONG = 3, 4
_JPEG, _DEFLATE = 7, 8
_RGB, _YCBCR, _GREY = 2, 6, 1
BLANK = b""  # a page of one white pixel


def tiff(pictures: Iterable[bytes]) -> bytes:
    """A TIFF file with a page for each picture.

    Raises:
        OSError: one of them cannot be read.
    """
    out = bytearray(struct.pack("<2sHI", b"II", 42, 0))
    link = 4  # the position where the offset of the next page is written
    for picture in pictures:
        tags, data = _page(picture)
        strip = len(out)
        out += data + b"\0" * (len(data) % 2)
        place = len(out)
        struct.pack_into("<I", out, link, place)
        tags |= {273: (_LONG, [strip]), 279: (_LONG, [len(data)])}
        link = _directory(out, tags)
    return bytes(out)


def _directory(out: bytearray, tags: dict[int, tuple[int, list[int]]]) -> int:
    """Write a page's directory; the position where the offset of the next page goes."""
    start = len(out)
    more = bytearray()
    behind = start + 2 + 12 * len(tags) + 4
    out += struct.pack("<H", len(tags))
    for tag, (kind, values) in sorted(tags.items()):
        packed = struct.pack(f"<{len(values)}{'H' if kind == _SHORT else 'I'}", *values)
        if len(packed) > 4:
            place, packed = behind + len(more), packed + b"\0" * (len(packed) % 2)
            more += packed
            packed = struct.pack("<I", place)
        out += struct.pack("<HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    out += struct.pack("<I", 0)
    link = len(out) - 4
    out += more
    return link


def _page(picture: bytes) -> tuple[dict[int, tuple[int, list[int]]], bytes]:
    """The tags of a page, without the position of its data, and the data."""
    with Image.open(io.BytesIO(picture)) if picture else Image.new("L", (1, 1), 255) as image:
        # Not all readers support other colours than YCbCr, or progressive JPEG.
        odd = image.info.get("progressive") or image.info.get("adobe_transform") == 0
        is_copied = image.format == "JPEG" and image.mode in ("L", "RGB") and not odd
        grey = image.mode == "L"
        width, height = image.size
        if is_copied:
            data, compression = picture, _JPEG
        else:
            image = image if grey else image.convert("RGB")
            data, compression = zlib.compress(image.tobytes()), _DEFLATE
        layers = getattr(image, "layer", [])
    samples = 1 if grey else 3
    colours = _GREY if grey else _YCBCR if is_copied else _RGB
    tags: dict[int, tuple[int, list[int]]] = {
        256: (_LONG, [width]),
        257: (_LONG, [height]),
        258: (_SHORT, [8] * samples),
        259: (_SHORT, [compression]),
        262: (_SHORT, [colours]),
        277: (_SHORT, [samples]),
        278: (_LONG, [height]),
        284: (_SHORT, [1]),
    }
    if is_copied and not grey:
        tags[530] = (_SHORT, [layers[0][1], layers[0][2]])
    return tags, data
