"""The text of a screen as a person would write it down: in reading order, with indentation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from ..records import OcrLine

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_COLUMN_GAP = 1.5  # heights of a line; words of one line are closer together
_TABLE_WORDS = 3  # a cell of a table is shorter than a line of prose
_CODE = re.compile(r"[=(){}\[\];<>_]|:$|^(def|class|for|while|if|else|return|import|print)\b")


def screen_text(lines: Iterable[OcrLine]) -> str:
    """The lines of one screen joined by newlines, top to bottom and column by column.

    Pieces of one line that were detected separately are joined by a space; columns are read one
    after the other, tables row by row. Code keeps its indentation, in spaces.
    """
    rows = _in_order(_join(list(lines)))
    if not rows:
        return ""
    return "\n".join(
        " " * indent + row.text for row, indent in zip(rows, _indents(rows), strict=True)
    )


def _join(lines: list[OcrLine]) -> list[OcrLine]:
    """Join pieces that are side by side on one level, closer than a gap between columns."""
    joined: list[OcrLine] = []
    for line in sorted(lines, key=lambda line: line.box[0]):
        left = [
            other
            for other in joined
            if _same_level(other, line)
            and -0.5 * _height(line)
            < line.box[0] - other.box[2]
            < _COLUMN_GAP * min(_height(line), _height(other))
        ]
        if not left:
            joined.append(line)
            continue
        nearest = max(left, key=lambda other: other.box[2])
        joined[joined.index(nearest)] = OcrLine(
            f"{nearest.text} {line.text}",
            _around([nearest, line]),
            min((s for s in (nearest.score, line.score) if s is not None), default=None),
        )
    return joined


def _in_order(lines: list[OcrLine]) -> list[OcrLine]:
    """Lines in reading order. The page is cut recursively: into columns if a gutter goes all the
    way, or else into an upper and a lower part, one of which has a gutter (a title over two
    columns)."""
    if len(lines) < 2:
        return lines
    columns = _columns(lines)
    if columns:
        return [line for column in columns for line in _in_order(column)]
    rows = _rows(lines)
    for cut in range(1, len(rows)):
        above = [line for row in rows[:cut] for line in row]
        below = [line for row in rows[cut:] for line in row]
        if _columns(below) or _columns(above):
            return _in_order(above) + _in_order(below)
    return [line for row in rows for line in row]


def _columns(lines: Sequence[OcrLine]) -> list[list[OcrLine]] | None:
    """The lines on each side of the widest gutter, if they are two columns of running text."""
    ordered = sorted(lines, key=lambda line: line.box[0])
    gap_least = _COLUMN_GAP * float(np.median([_height(line) for line in lines]))
    best, cut, right_edge = gap_least, 0, ordered[0].box[2]
    for position, line in enumerate(ordered[1:], start=1):
        if line.box[0] - right_edge > best:
            best, cut = line.box[0] - right_edge, position
        right_edge = max(right_edge, line.box[2])
    left, right = ordered[:cut], ordered[cut:]
    if len(_rows(left)) < 2 or len(_rows(right)) < 2 or _is_table(left, right):
        return None
    return [left, right]


def _is_table(left: Sequence[OcrLine], right: Sequence[OcrLine]) -> bool:
    """Whether every line on the right has one on its level on the left, and lines are short."""
    words = float(np.median([len(line.text.split()) for line in (*left, *right)]))
    paired = all(any(_same_level(line, other) for other in left) for line in right)
    return paired and words < _TABLE_WORDS


def _rows(lines: Sequence[OcrLine]) -> list[list[OcrLine]]:
    """Lines grouped by level, top to bottom; each row from left to right."""
    rows: list[list[OcrLine]] = []
    for line in sorted(lines, key=lambda line: line.box[1] + line.box[3]):
        if rows and _same_level(rows[-1][-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box[0]) for row in rows]


def _indents(lines: Sequence[OcrLine]) -> list[int]:
    """Spaces before each line: as on the screen in a block of code, none elsewhere."""
    indents = [0] * len(lines)
    for first, end in _blocks(lines):
        block = lines[first:end]
        width = _pitch(block)
        if width is None:
            continue
        margin = min(line.box[0] for line in block)
        for position, line in enumerate(block, start=first):
            indents[position] = round((line.box[0] - margin) / width)
    return indents


def _blocks(lines: Sequence[OcrLine]) -> list[tuple[int, int]]:
    """Runs of lines of one size that closely follow one another, as (first, end)."""
    borders = [0]
    for position, (above, line) in enumerate(pairwise(lines), start=1):
        height = (_height(above) + _height(line)) / 2
        # Sizes differ by less than 0.4, and the next line begins within four heights: set by eye.
        alike = abs(_height(above) - _height(line)) < 0.4 * height
        if not alike or not 0 < line.box[1] - above.box[1] < 4 * height:
            borders.append(position)
    return list(zip(borders, [*borders[1:], len(lines)], strict=True))


def _pitch(block: Sequence[OcrLine]) -> float | None:
    """Width of a character in pixels if the block is code in a fixed-width font, else None.

    In such a font the width of a line is a linear function of its length.
    """
    code = sum(bool(_CODE.search(line.text)) for line in block)
    indented = any(line.text[:1].isspace() for line in block)  # by the back end, which knows better
    if len(block) < 2 or code < len(block) / 3 or indented:
        return None
    lengths = np.array([len(line.text) for line in block], float)
    widths = np.array([line.box[2] - line.box[0] for line in block])
    if np.ptp(lengths) < 4:
        return float(np.median(widths / lengths))
    pitch, padding = np.polyfit(lengths, widths, 1)
    error = np.median(np.abs(widths - pitch * lengths - padding))
    return float(pitch) if pitch > 0 and error < pitch else None


def _same_level(a: OcrLine, b: OcrLine) -> bool:
    overlap = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    return overlap > 0.5 * min(_height(a), _height(b))


def _height(line: OcrLine) -> float:
    return max(1.0, line.box[3] - line.box[1])


def _around(lines: Sequence[OcrLine]) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = zip(*(line.box for line in lines), strict=True)
    return min(x0), min(y0), max(x1), max(y1)
