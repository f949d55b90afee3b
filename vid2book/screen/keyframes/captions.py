"""Burned-in captions: where on the screen they stand.

They show themselves by their rhythm: low in the picture, and in its middle, stands a line
that is replaced every few seconds while all above it stays.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .cells import Mask

if TYPE_CHECKING:
    from .follow import History

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_LOW = 0.72  # their last line stands below this share of the height
_LIMIT = 0.6  # and their first one too
_LEAST = 3  # cells of a replaced line
_TOGETHER = 3  # samples within which one line goes
_AT_ONCE = 0.4  # share of it that comes in one moment: nobody writes it
_ONCE = 0.1  # and that never comes again, as the name of a key does
_FILLED = 0.75  # share of its width in which it has something: what changes here and there is none
_OFF_CENTRE = 0.1  # share of the width
_TIMES = 4  # lines that must go alone
_OFTEN = 0.4  # as a share of all that goes down there
_ROW_OFTEN = 0.3  # share of the lines in which a row of cells takes part


def captions_top(history: History, lost: Mask) -> float:
    """Where captions begin, as a share of the height; 1.0: there are none.

    Args:
        lost: sightings of content at whose end it goes.
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
