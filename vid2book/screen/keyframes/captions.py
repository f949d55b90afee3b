"""Burned-in captions: where on the screen they are.

Their rhythm gives them away: low in the picture, and centred, a line is replaced every few seconds
while everything above it stays.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .cells import Mask

if TYPE_CHECKING:
    from .follow import History

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_LOW = 0.72  # their last line is below this share of the height
_LIMIT = 0.6  # and their first one below this
_LEAST = 3  # cells of a replaced line
_TOGETHER = 3  # samples within which one line vanishes
_AT_ONCE = 0.4  # share of a line that appears at one moment: nobody is writing it
_ONCE = 0.1  # share that never comes back, unlike the name of a key
_FILLED = 0.75  # share of its width that is filled: scattered changes are no line
_OFF_CENTRE = 0.1  # share of the width
_TIMES = 4  # lines that must vanish alone,
_OFTEN = 0.4  # and their share of everything that vanishes down there
_ROW_OFTEN = 0.3  # share of the lines that must include a row of cells


def captions_top(history: History, lost: Mask) -> float:
    """Where captions begin, as a share of the height; 1.0 if there are none.

    Args:
        lost: sightings: whether content is lost at the end.
    """
    rows = history.grid.rows
    low, limit = int(_LOW * rows), int(_LIMIT * rows)
    order = np.argsort(history.last[lost], kind="stable")
    version = history.version[lost][order]
    since, when = history.first[lost][order], history.last[lost][order]
    once = np.bincount(history.version)[version] == 1
    row, column = (
        history.grid.row(history.cell[version]),
        history.grid.column(history.cell[version]),
    )
    per_sample = np.bincount(when[row >= low], minlength=history.samples)
    times = np.flatnonzero(per_sample >= _LEAST)
    if not len(times):
        return 1.0
    cuts = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(times)) if b - a > _TOGETHER)]
    alone, lines = 0, []
    for begin, end in zip(cuts, [*cuts[1:], len(times)], strict=True):
        here = (when >= times[begin]) & (when <= times[end - 1])
        below = here & (row >= low)
        began = np.abs(since[below] - np.median(since[below])) <= _TOGETHER
        if began.mean() < _AT_ONCE or once[below].mean() < _ONCE:
            continue
        across = column[below]
        left, right = across.min(), across.max() + 1
        if abs((left + right) / 2 / history.grid.columns - 0.5) > _OFF_CENTRE:
            continue
        if len(np.unique(across)) < _FILLED * (right - left):
            continue
        lines.append(np.bincount(row[here], minlength=rows) > 0)
        alone += int((here & (row < limit)).sum() <= _LEAST)
    if alone < _TIMES or alone < _OFTEN * len(cuts):
        return 1.0
    often = np.mean(lines, axis=0)
    top = low + int(often[low:].argmax())
    while top > limit and often[top - 1] > _ROW_OFTEN:
        top -= 1
    return (top - 1) / rows
