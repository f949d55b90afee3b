"""Lines of text by where they stand on the screen."""

from __future__ import annotations

from collections.abc import Sequence

from ..records import OcrLine

Place = tuple[int, OcrLine]  # position of a keyframe, and a line on it


def same_line(a: OcrLine, b: OcrLine) -> bool:
    """The same words at the same place."""
    near = all(abs(x - y) < 0.5 * height(a) for x, y in zip(a.box, b.box, strict=True))
    return near and plain(a.text) == plain(b.text)


def meet(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether two boxes have an area in common: x0, y0, x1, y1, of whatever pixels."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def plain(text: str) -> str:
    """Letters and digits alone, in small letters: what two readings of one line share."""
    return "".join(sign for sign in text.lower() if sign.isalnum())


def middle(line: OcrLine) -> float:
    """Of its height, in pixels from the top."""
    return (line.box[1] + line.box[3]) / 2


def height(line: OcrLine) -> float:
    """In pixels."""
    return line.box[3] - line.box[1]
