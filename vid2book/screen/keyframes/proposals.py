"""Moments that may be worth a picture, and what is visible at each.

Everything that settled is visible at one of them (the greedy algorithm for weighted set cover), and
every state of the screen is visible as a whole: if each part of a state were on a different
picture, no picture would show what stood together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .alone import worth_alone
from .cells import Ids, Mask, all_windows, drawn_over, patches, smooth, windows_of
from .content import Content, Weights
from .displaced import View, seen_elsewhere, support

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_NEIGHBOURS = 4  # pictures before and after in which displaced content is looked for
_LEAST_MOVED = 6  # missing versions; fewer are not looked for elsewhere
_MISSING_MOVED = 0.3  # share of the missing content that moves when a page scrolls,
_SCROLLED = 0.2  # and share of the height over which it is spread
_PRECEDES = 0.65  # share of what stays that is above what was pushed down; the rest is a frame
_SUPPORT = 0.75  # share of the surrounding cells that must be as they were
_DRIFT = 3.0  # pixels by which content may move and still count as standing
_LASTS = 0.6  # seconds that a state must stand to be seen as a whole
_TRACE = 0.1  # share of new content that may be a trace of what was there before
_STILL_MISSING = 0.5  # share of a moment's missing content that its neighbours must miss as well


@dataclass(frozen=True)
class Proposal:
    """A moment that shows something that no earlier proposal shows."""

    sample: int
    shown: Mask  # versions visible at that moment, wherever they are
    crossed: Mask  # those of them with something drawn over them
    moved: Mask  # those of them that are in another place


def candidates(content: Content, worth: float) -> tuple[list[int], list[int]]:
    """Samples that together show everything, and further ones that show each state as a whole.

    Both are in order of time, and some may not be needed.

    Args:
        worth: the least that deserves a picture.
    """
    samples = _everything(content, worth)
    more: list[int] = []
    shown = [content.shown(sample) for sample in samples]
    missing = content.worth(content.weight)
    nearest = np.zeros(len(missing), np.int64)  # which of `shown` lacks the least
    for i, visible in enumerate(shown):
        _compare(content, i, visible, missing, nearest)
    while shown and (most := (lasting := _lasting(content, missing)).max(initial=0)) >= worth:
        sample = int(np.flatnonzero(lasting >= most - 1e-6)[-1])
        visible, other = content.shown(sample), shown[nearest[sample]]
        if worth_alone(content, visible & ~other, visible & other) < worth:
            _pass_over(missing, sample, content.worth(_weigh(content, visible & ~other)))
        else:
            more.append(sample)
            shown.append(visible)
            _compare(content, len(shown) - 1, visible, missing, nearest)
    return sorted(samples), sorted(more)


def _everything(content: Content, worth: float) -> list[int]:
    """Samples that together show everything."""
    uncovered = content.weight.copy()
    visible = content.worth(uncovered)
    samples: list[int] = []
    while True:
        gain = content.worth(uncovered)
        best = gain.max(initial=0)
        if best < worth:
            return samples
        # New content determines the stretch, and all visible content the moment within it.
        at = int(np.flatnonzero(gain >= best - 1e-6)[-1])
        part = run_around(gain >= (1 - _TRACE) * best, at)
        most = visible[part].max()
        samples.append(part.start + int(np.flatnonzero(visible[part] >= most - 1e-6)[-1]))
        uncovered[content.shown(samples[-1])] = 0


def _compare(
    content: Content, i: int, visible: Mask, missing: Weights, nearest: NDArray[np.int64]
) -> None:
    """Note the samples of whose content this moment lacks less than all earlier ones."""
    lacks = content.worth(_weigh(content, ~visible))
    less = lacks < missing
    nearest[less], missing[less] = i, lacks[less]


def _lasting(content: Content, value: Weights) -> Weights:
    """samples: a value without its brief peaks: a fade shows two states at once for a moment."""
    length = round(_LASTS * content.history.rate)
    if len(value) < length or length < 2:
        return value
    least = sliding_window_view(value, length).min(axis=1)
    around = sliding_window_view(np.pad(least, length - 1), length)
    return np.asarray(around.max(axis=1))


def _pass_over(missing: Weights, sample: int, lacks: Weights) -> None:
    """Stop counting what only this moment shows, while it stands: it is no writing."""
    part = run_around(lacks >= _STILL_MISSING * lacks[sample], sample)
    missing[part] = np.maximum(missing[part] - lacks[sample], 0)
    missing[sample] = 0


def run_around(there: Mask, sample: int) -> slice:
    """The run of true values that contains a sample."""
    first = last = sample
    while first > 0 and there[first - 1]:
        first -= 1
    while last + 1 < len(there) and there[last + 1]:
        last += 1
    return slice(first, last + 1)


def _weigh(content: Content, versions: Mask) -> Weights:
    return np.where(versions, content.weight, 0)


def propose(content: Content, views: Sequence[View], among: Sequence[int]) -> list[Proposal]:
    """What each candidate shows, in the same place or in another."""
    proposals = []
    for view in views:
        visible = content.shown(view.sample)
        proposals.append(
            Proposal(view.sample, visible, np.zeros_like(visible), np.zeros_like(visible))
        )
    _find_displaced(content, views, proposals, among)
    return proposals


def _find_displaced(
    content: Content, views: Sequence[View], proposals: Sequence[Proposal], among: Sequence[int]
) -> None:
    """Add to each proposal what it shows of its neighbours, crossed or in another place."""
    in_place = [proposal.shown.copy() for proposal in proposals]
    more = set(range(len(views))) - set(among)
    pairs = [*_near(among), *(p for p in _near(range(len(views))) if more & set(p))]
    for i, j in pairs:
        there = _valuable(content, views[i])
        other, target = views[j], proposals[j]
        target.crossed[_find_crossed(content, there, in_place[j], other)] = True
        missing = np.flatnonzero(there & ~in_place[j] & ~target.crossed).astype(np.int32)
        if len(missing) >= _LEAST_MOVED:
            moved = np.zeros_like(there)
            moved[_find_moved(content, views[i], missing, other, there & in_place[j])] = True
            # Whatever is drawn on a cell moves along, what was there first included.
            moved |= content.within(moved) & ~in_place[j]
            target.shown[moved] = True
            target.moved[moved] = True
    for proposal in proposals:
        proposal.shown[proposal.crossed] = True


def find_zoomed(
    content: Content, views: Sequence[View], proposals: Sequence[Proposal], kept: Sequence[int]
) -> None:
    """Add to the kept proposals what they show of those that are their neighbours only now.

    A slow zoom or pan takes longer than the pictures that were compared at first.
    """
    for i, j in _near(kept):
        if abs(i - j) > _NEIGHBOURS:
            missing = np.flatnonzero(_valuable(content, views[i]) & ~proposals[j].shown)
            elsewhere = seen_elsewhere(views[i], missing.astype(np.int32), views[j])
            if elsewhere is not None and elsewhere.whole and elsewhere.found.mean() >= _SUPPORT:
                # This includes what i shows of those in between, which have been dropped.
                visible = proposals[i].shown.copy()
                visible[missing[~elsewhere.found]] = False
                proposals[j].moved[visible & ~proposals[j].shown] = True
                proposals[j].shown[visible] = True


def _near(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of neighbours, in both directions."""
    for at, i in enumerate(positions):
        for j in positions[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS + 1]:
            if i != j:
                yield i, j


def _valuable(content: Content, view: View) -> Mask:
    """versions: those on a view that are worth something."""
    there = np.zeros(len(content.weight), bool)
    there[content.history.at(view.sample)] = True
    return there & (content.weight > 0)


def _find_crossed(content: Content, there: Mask, in_place: Mask, other: View) -> Ids:
    """The versions of `there` that `other` shows with something drawn over them.

    A stroke that crosses a letter hides it from a comparison of cells. If the letters around it are
    unchanged, it is the same letter.
    """
    history = content.history
    missing = np.flatnonzero(there & ~in_place).astype(np.int32)
    if not len(missing):
        return missing
    cell = history.cell[missing]
    windows = windows_of(all_windows(smooth(other.plane), history.grid), history.grid, cell)
    drawn = drawn_over(patches(windows), history.patch[missing])
    around = support(history.grid, history.cell[there], history.cell[there & in_place])
    return missing[drawn & (around[cell] >= _SUPPORT)]


def _find_moved(content: Content, view: View, missing: Ids, other: View, still: Mask) -> Ids:
    """The missing versions that `other` shows in another place.

    Content that stays in place contradicts a transform that would move it, with two exceptions. If
    a page scrolls within a fixed frame, much content moves, over a good part of the height. If
    lines are inserted, what follows them is pushed down, and what precedes them stays.
    """
    none = np.zeros(0, np.int32)
    elsewhere = seen_elsewhere(view, missing, other)
    if elsewhere is None:
        return none
    moved = missing[elsewhere.found]
    if elsewhere.whole:
        return moved
    stays = np.flatnonzero(still).astype(np.int32)
    drift = elsewhere.shift(content.history, stays)
    if len(drift) and np.median(drift) <= _DRIFT:
        return moved
    grid, cell = content.history.grid, content.history.cell
    row = grid.row(cell[moved])
    low, high = np.quantile(row, (0.1, 0.9))
    much = content.weight[moved].sum() >= _MISSING_MOVED * content.weight[missing].sum()
    scrolled = high - low >= _SCROLLED * grid.rows
    precedes = np.count_nonzero(grid.row(cell[stays]) < low) >= _PRECEDES * max(1, len(stays))
    pushed = elsewhere.is_vertical and precedes
    return moved if much and (scrolled or pushed) else none
