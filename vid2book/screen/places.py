"""Lines of text and their places on the screen."""

from __future__ import annotations

from collections.abc import Sequence

from ..records import OcrLine

Place = tuple[int, OcrLine]  # position of a keyframe, and a line on it


def same_line(a: OcrLine, b: OcrLine) -> bool:
    """Whether two lines have the same words in the same place."""
    near = all(abs(x - y) < 0.5 * height(a) for x, y in zip(a.box, b.box, strict=True))
    return near and plain(a.text) == plain(b.text)


def meet(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether two boxes (x0, y0, x1, y1 in the same unit) overlap."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def plain(text: str) -> str:
    """Only letters and digits, in lower case: what two readings of one line have in common."""
    return "".join(sign for sign in text.lower() if sign.isalnum())


def middle(line: OcrLine) -> float:
    """The vertical centre of a line, in pixels from the top."""
    return (line.box[1] + line.box[3]) / 2


def height(line: OcrLine) -> float:
    """The height of a line in pixels."""
    return line.box[3] - line.box[1]
