"""Watermarks: lines in a corner of nearly every screen, even if their readings differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from .. import config
from ..records import Keyframe, OcrLine
from .places import Place, height, meet, middle, plain
from .read import Lines

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_EDGE = 0.15  # share of the height: the middle of a watermark is this close to top or bottom, and
_SIDE = 0.3  # share of the width: it begins or ends this close to a side
_ALIKE = 0.85  # share of the characters that two readings of one mark have in common, in order
_USUAL = 0.5  # share of the readings that are the most frequent one; similar headings all differ


def watermarks(
    keyframes: Sequence[Keyframe], lines: Sequence[Lines], settings: config.Read
) -> set[Place]:
    """The lines that are watermarks, except for the first occurrence of each.

    The rest of the screens must differ: the footer of a slide that builds up is on all its steps.

    Args:
        lines: of each keyframe.
        settings: section `read` of the config.
    """
    screens = settings.min_watermark_screens
    least = max(screens, settings.min_watermark_share * len(keyframes))
    marks: list[list[Place]] = []
    for position, (keyframe, screen) in enumerate(zip(keyframes, lines, strict=True)):
        for line in screen:
            if not _in_corner(line, keyframe) or not plain(line.text):
                continue
            mark = next((m for m in marks if _same_mark(m[0][1], line)), None)
            if mark is None:
                marks.append([(position, line)])
            else:
                mark.append((position, line))
    repetitions: set[Place] = set()
    for places in marks:
        positions = sorted({position for position, _ in places})
        if len(positions) < least or not _has_usual(places):
            continue
        if _screens(positions, lines, places[0][1]) >= screens:
            repetitions.update(place for place in places if place[0] != positions[0])
    return repetitions


def _in_corner(line: OcrLine, keyframe: Keyframe) -> bool:
    across = min(middle(line), keyframe.height - middle(line)) < _EDGE * keyframe.height
    along = min(line.box[2], keyframe.width - line.box[0]) < _SIDE * keyframe.width
    return across and along


def _same_mark(mark: OcrLine, line: OcrLine) -> bool:
    """Whether two lines are in one place and read alike: a logo may be read as a letter or not."""
    taller = max(height(mark), height(line))
    if not meet(mark.box, line.box) or abs(middle(mark) - middle(line)) > 0.5 * taller:
        return False
    one, other = plain(mark.text), plain(line.text)
    if _number(one) and _number(other) and _number(one) != _number(other):
        return False  # "Step 1" and "Step 2"
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE


def _number(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _has_usual(places: Sequence[Place]) -> bool:
    readings = Counter(plain(line.text) for _, line in places)
    return max(readings.values()) >= _USUAL * len(places)


def _screens(positions: Sequence[int], lines: Sequence[Lines], mark: OcrLine) -> int:
    """How many keyframes share at most half of their lines with the previous one, `mark` aside."""
    count, before = 0, set[str]()
    for position in positions:
        texts = {plain(line.text) for line in lines[position] if not _same_mark(mark, line)}
        if texts and len(texts & before) <= 0.5 * len(texts):
            count += 1
        before = texts
    return count
