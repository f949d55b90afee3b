"""How much each version of a cell is worth showing.

Writing stands out from its background, stands for seconds, and stays until it is replaced. A person
who pauses, a pointer at rest and a half-typed word are there only for a moment, in cells that
change again and again. Nothing here is decided with a yes or a no: content weighs more the longer
it lives and the calmer its cell is, and a picture is worth the sum of what it shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .captions import captions_top
from .cells import Ids, Mask, contrast, holds
from .follow import History

Weights = NDArray[np.float64]

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_SHORT = 1.5  # shorter lives weigh their share of a full life, to this power
_AROUND = 2  # seconds before and after in which a cell is watched for unrest
_CALM, _RESTLESS = 0.15, 0.45  # share of that time in motion: full weight; no weight
_PASSING = 0.4  # weight of what appeared over something else and vanished again
_REPLACED = 12  # cells whose content goes for good; with fewer, no page is replaced
_TOGETHER = 2  # samples within which the cells of one page settle
_AT_ONE_MOMENT = 0.6  # share of what goes within `_BESIDE` seconds that must go then
_BESIDE = 1.2  # seconds before and after in which, with a camera that moves, as much goes
_SPREAD = 5  # width of the neighbourhood, cells
_COMPARED = 12  # versions of a cell before and after with which one is compared
_AT_ONCE = 20_000  # pairs of patches compared at once


@dataclass(frozen=True)
class Content:
    """The versions of a history and their worth."""

    history: History
    weight: Weights  # versions: 0 to 1
    clear: Weights  # versions: 0 to 1, how clear each is, however long it stands
    life: Weights  # versions: seconds for which each usually stands
    passing: Mask  # versions: after them, what was there before comes back
    earlier: Ids  # pairs: what is on the version `earlier` ...
    later: Ids  # pairs: ... is also on the version `later` of the same cell
    captions_top: float  # burned-in captions are below this share of the height; 1.0: none

    @property
    def above_captions(self) -> Mask:
        """versions: those that are not where the captions are."""
        return _above(self.history, self.captions_top)

    def shown(self, sample: int) -> Mask:
        """versions: those visible at a sample, as themselves or within a later version."""
        visible = np.zeros(len(self.weight), bool)
        visible[self.history.at(sample)] = True
        return visible | self.within(visible)

    def within(self, versions: Mask) -> Mask:
        """versions: those whose content is also on some of these."""
        inside = np.zeros(len(self.weight), bool)
        inside[self.earlier[versions[self.later]]] = True
        return inside

    def worth(self, weight: Weights) -> Weights:
        """samples: the sum of the weights of the versions visible at each."""
        value = weight.copy()
        np.add.at(value, self.later, weight[self.earlier])
        history = self.history
        change = np.zeros(history.samples + 1)
        np.add.at(change, history.first, value[history.version])
        np.add.at(change, history.last + 1, -value[history.version])
        return np.maximum(np.cumsum(change)[:-1], 0)


def weigh(history: History, least_life: float, full_life: float) -> Content:
    """The content of a video and what it is worth.

    Args:
        least_life: seconds; what stands for less is worth nothing.
        full_life: seconds; what stands for as long has full weight.
    """
    seconds = history.times[history.last + 1] - history.times[history.first]
    # The length of a typical sighting, not the total: a person flickers through the same shapes.
    count = len(history.cell)
    life = np.bincount(history.version, seconds**2, count) / np.maximum(
        np.bincount(history.version, seconds, count), 1e-9
    )
    clear = contrast(history.patch).astype(np.float64)
    earlier, later = _nested_pairs(history, clear > 0)
    before, after = _around(history)
    lost = _losses(history, after, earlier, later)
    weight = np.minimum(1, life / full_life) ** _SHORT * clear * (life >= least_life)
    passing = _passing(history, before, after, clear > 0)
    weight *= _calm(history) * np.where(passing, _PASSING, 1)
    top = captions_top(history, lost & (weight[history.version] > 0))
    weight *= _above(history, top)
    return Content(history, weight, clear, life, passing, earlier, later, top)


def _above(history: History, captions: float) -> Mask:
    """versions: those above this share of the height."""
    return np.asarray(history.grid.row(history.cell) < int(captions * history.grid.rows))


def _nested_pairs(history: History, clear: Mask) -> tuple[Ids, Ids]:
    """Pairs of versions of one cell where the second shows everything that the first shows."""
    order = np.argsort(history.cell, kind="stable").astype(np.int32)
    cell = history.cell[order]
    earlier: list[Ids] = []
    later: list[Ids] = []
    for apart in range(1, min(_COMPARED, len(order) - 1) + 1):
        near = np.flatnonzero(cell[apart:] == cell[:-apart])
        first, second = order[near], order[near + apart]
        for one, other in ((first, second), (second, first)):
            for i in range(0, len(one), _AT_ONCE):
                a, b = one[i : i + _AT_ONCE], other[i : i + _AT_ONCE]
                a, b = a[clear[a]], b[clear[a]]
                kept = holds(history.patch[b], history.patch[a])
                earlier.append(a[kept])
                later.append(b[kept])
    if not earlier:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    return np.concatenate(earlier), np.concatenate(later)


def _around(history: History) -> tuple[Ids, Ids]:
    """sightings: the version that the cell showed before, and the one after; -1 for none."""
    order = np.lexsort((history.first, history.cell[history.version]))
    version = history.version[order]
    cell = history.cell[version]
    together = cell[1:] == cell[:-1]
    before, after = np.full(len(order), -1, np.int32), np.full(len(order), -1, np.int32)
    before[order[1:][together]] = version[:-1][together]
    after[order[:-1][together]] = version[1:][together]
    return before, after


def _passing(history: History, before: Ids, after: Ids, clear: Mask) -> Mask:
    """versions: whether what was there before always came back: a pointer, a pop-up, an arm.

    It is unknown what was there before the video began; if a blank cell follows, it was background.
    A cell that is blank before and after proves nothing where one page replaces another: both may
    leave it blank.
    """
    returns = (before == after) & (before >= 0)
    covers = (before >= 0) & clear[before]
    pages = _pages(history, history.first[covers & returns], history.first[covers & ~returns])
    returns &= covers | ~pages[history.first]
    replaced = pages[np.minimum(history.last + 1, history.samples - 1)]
    returns |= (before < 0) & (after >= 0) & ~clear[after] & ~replaced
    count = len(history.cell)
    stays = np.bincount(history.version, ~returns, count)
    return np.asarray(stays == 0)


def _pages(history: History, comes_back: Ids, goes: Ids) -> Mask:
    """samples: whether one page replaces another around each: all at once, and for good.

    Args:
        comes_back: when content was covered that was there again later.
        goes: when content was replaced for good.
    """
    began, gone, all_gone = (
        np.convolve(
            np.bincount(samples, minlength=history.samples), np.ones(2 * around + 1), "full"
        )[around:][: history.samples]
        for samples, around in (
            (comes_back, _TOGETHER),
            (goes, _TOGETHER),
            (goes, round(_BESIDE * history.rate)),
        )
    )
    at_once = gone >= np.maximum(_REPLACED, _AT_ONE_MOMENT * all_gone)
    return np.asarray(at_once & (gone >= began))


def _losses(history: History, after: Ids, earlier: Ids, later: Ids) -> Mask:
    """sightings: whether content is lost at the end: the next version does not show it."""
    count = len(history.cell)
    pair = history.version.astype(np.int64) * count + after
    grown = np.isin(pair, earlier.astype(np.int64) * count + later)
    lost = ~(grown | (history.version == after)) | (after < 0)
    return np.asarray(lost & (history.last < history.samples - 1))


def _calm(history: History) -> Weights:
    """versions: 1 if the screen around them rests while they stand, 0 if it never rests.

    A person who pauses was moving before and moves afterwards, in many cells at once; writing
    appears at once, or under a hand that then leaves.
    """
    rows, columns = history.grid
    shaped = history.unsettled.reshape(-1, rows, columns)
    around = np.stack([cv2.blur(second, (_SPREAD, _SPREAD)) for second in shaped])
    total = np.cumsum(around.reshape(len(around), -1), axis=0, dtype=np.float64)
    total = np.concatenate([np.zeros((1, total.shape[1])), total])
    second = (history.times - history.times[0]).astype(np.int64)
    since = np.maximum(second[history.first] - _AROUND, 0)
    until = np.minimum(second[history.last] + _AROUND + 1, len(around))
    cell = history.cell[history.version]
    unrest = (total[until, cell] - total[since, cell]) / (until - since)
    length = history.last - history.first + 1
    versions = len(history.cell)
    mean = np.bincount(history.version, unrest * length, versions) / np.maximum(
        np.bincount(history.version, length, versions), 1
    )
    return np.asarray(np.clip((_RESTLESS - mean) / (_RESTLESS - _CALM), 0, 1))
