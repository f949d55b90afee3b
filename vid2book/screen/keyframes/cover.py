"""The fewest pictures that show everything that stood on the screen.

Each piece of content that settled is to be seen on some picture; so a build needs its last step
only, a board its last full moment, and a slide shown twice one picture, without a rule for any of
them. The picture that adds most is taken first (the greedy algorithm for weighted set cover), until
what is left is not worth a picture; then pictures go whose content the others show, also at another
place (a page that scrolled). Of the moments that show a picture's own content, the last clear one
of the first stretch is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from .cells import Ids, Mask, all_windows, drawn_over, patches, smooth, straightness, windows_of
from .content import Content, Weights
from .displaced import View, seen_elsewhere, support
from .follow import History
from .moments import EARLIER

_NEIGHBOURS = 4  # pictures before and after in which displaced content is looked for
_LEAST_MOVED = 6  # versions that may be worth a look for them elsewhere
_SOME = 0.3  # of what is missing that moves when a page scrolls,
_SCROLLED = 0.2  # and over how much of the height
_SUPPORT = 0.75  # share of the cells around it that are as they were
_DRIFT = 3.0  # pixels by which what counts as standing may have moved
_TIE = 0.5  # worth that makes no difference
_SEEN = 0.15  # weight from which on a cell counts
_GROUP = 3  # cells that touch: the least that is written
_PASSES = 0.7  # share of a mark that comes over something and goes again
_WITHIN = 0.5  # cells that stand within a mark, as a share of its own
_THIN = 2  # cells across of a line
_STRAIGHT = 0.85  # mean of its cells
_FULL = 0.97  # share of a picture's own content that a moment must show
_FADE = 0.05  # share of cells that change where the screen does
_MORE = 1.2  # times what goes on, as one sample differs from the next
_RESTS = 2.0  # seconds; what stands for less passes
_FRAME, _FRAME_SHARE = 3, 0.6  # pictures, and share of them, that show a window's frame
_TELLING = 0.25  # share of what belongs to a picture; more of its own tells how long it stands
_STANDS = 0.5  # and until it goes
_BEGINS = 0.3  # and from which on it is there
_CLEAR = 0.985  # of the most that is to be seen in any of these moments


@dataclass(frozen=True)
class Proposal:
    """A moment that shows something that none proposed before it shows."""

    sample: int
    shown: Mask  # versions that are to be seen then, at whatever place
    crossed: Mask  # those of them over which something is drawn then


@dataclass(frozen=True)
class Chosen:
    """A picture: at which sample, and the samples during which its own content stands."""

    sample: int
    first: int
    last: int
    shown: Mask  # versions that it shows


def candidates(content: Content, worth: float) -> list[int]:
    """Samples that together show everything, in order of time; some may not be needed.

    Args:
        worth: of what makes a picture.
    """
    left = content.weight.copy()
    samples: list[int] = []
    while True:
        gain = content.worth(left)
        best = gain.max(initial=0)
        if best < worth:
            return sorted(samples)
        samples.append(int(np.flatnonzero(gain >= best - 1e-6)[-1]))
        left[content.shown(samples[-1])] = 0


def propose(content: Content, views: Sequence[View]) -> list[Proposal]:
    """What each candidate shows, at its place or at another."""
    proposals = []
    for view in views:
        seen = content.shown(view.sample)
        proposals.append(Proposal(view.sample, seen, np.zeros_like(seen)))
    _find_displaced(content, views, proposals)
    return proposals


def settle(
    content: Content,
    views: Sequence[View],
    proposals: Sequence[Proposal],
    hidden: Sequence[Mask],
    worth: float,
) -> list[Chosen]:
    """The pictures that are needed, each at its best moment, in order of time.

    Args:
        views: of the proposals.
        hidden: for each proposal, versions on it that do not count: a person.
        worth: of what only one picture shows that makes it needed.
    """
    kept = _needed(content, proposals, hidden, worth, range(len(proposals)))
    _find_zoomed(content, views, proposals, kept)
    kept = _needed(content, proposals, hidden, worth, kept)
    times = np.sum([proposals[i].shown for i in kept], axis=0)
    visible = content.worth(np.where(content.passing, 0, content.weight))
    told = np.zeros(len(content.weight), bool)
    frame = max(_FRAME, _FRAME_SHARE * len(kept))  # on so many pictures
    chosen = []
    for i in kept:
        counts = proposals[i].shown & ~hidden[i]
        alone = np.where(counts & (times == 1), content.weight, 0)
        # What several pictures show belongs to the first of them; the frame of a window to none.
        belongs = np.where(counts & ~told & (times < frame), content.weight, 0)
        told |= proposals[i].shown
        chosen.append(_place(content, proposals[i], alone, belongs, visible))
    return sorted(chosen, key=lambda c: c.sample)


def _find_displaced(content: Content, views: Sequence[View], proposals: Sequence[Proposal]) -> None:
    """Add to each proposal what it shows of those near it, crossed or at another place."""
    in_place = [proposal.shown.copy() for proposal in proposals]
    for i, j in _near(range(len(views))):
        there = _there(content, views[i])
        other, seen = views[j], proposals[j]
        seen.crossed[_crossed(content, there, in_place[j], other)] = True
        missing = np.flatnonzero(there & ~in_place[j] & ~seen.crossed).astype(np.int32)
        if len(missing) >= _LEAST_MOVED:
            moved = _moved(content, views[i], missing, other, there & in_place[j])
            seen.shown[moved] = True
    for proposal in proposals:
        proposal.shown[proposal.crossed] = True


def _find_zoomed(
    content: Content, views: Sequence[View], proposals: Sequence[Proposal], kept: Sequence[int]
) -> None:
    """Add to those kept what they show of others that have come near, now that some are gone.

    A slow zoom or pan is longer than what was looked at together.
    """
    for i, j in _near(kept):
        if abs(i - j) > _NEIGHBOURS:
            missing = np.flatnonzero(_there(content, views[i]) & ~proposals[j].shown)
            elsewhere = seen_elsewhere(views[i], missing.astype(np.int32), views[j])
            if elsewhere is not None and elsewhere.whole and elsewhere.found.mean() >= _SUPPORT:
                # And with it what that has of those between, which are gone.
                seen = proposals[i].shown.copy()
                seen[missing[~elsewhere.found]] = False
                proposals[j].shown[seen] = True


def _near(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of neighbours, both ways."""
    for at, i in enumerate(positions):
        for j in positions[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS + 1]:
            if i != j:
                yield i, j


def _there(content: Content, view: View) -> Mask:
    """versions: what is worth something and stands on a view."""
    there = np.zeros(len(content.weight), bool)
    there[content.history.at(view.sample)] = True
    return there & (content.weight > 0)


def _crossed(content: Content, there: Mask, in_place: Mask, other: View) -> Ids:
    """Those of the versions `there` that `other` shows with something drawn over them.

    A stroke that crosses a letter hides it from a comparison of cells; that the letters around it
    stand as they did says that it is the same one.
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


def _moved(content: Content, view: View, missing: Ids, other: View, still: Mask) -> Ids:
    """Those of the missing versions that `other` shows at another place.

    What stays where it is contradicts a transform that would move it, unless a page scrolls within
    a frame that stays: then much moves, over a good part of the height.
    """
    none = np.zeros(0, np.int32)
    elsewhere = seen_elsewhere(view, missing, other)
    if elsewhere is None:
        return none
    moved = missing[elsewhere.found]
    if elsewhere.whole:
        return moved
    drift = elsewhere.shift(content.history, np.flatnonzero(still).astype(np.int32))
    if len(drift) and np.median(drift) <= _DRIFT:
        return moved
    row = content.history.grid.row(content.history.cell[moved])
    low, high = np.quantile(row, (0.1, 0.9))
    much = content.weight[moved].sum() >= _SOME * content.weight[missing].sum()
    return moved if much and high - low >= _SCROLLED * content.history.grid.rows else none


def _needed(
    content: Content,
    proposals: Sequence[Proposal],
    hidden: Sequence[Mask],
    worth: float,
    among: Sequence[int],
) -> list[int]:
    """Those `among` the proposals that show enough that no other does."""
    times = np.zeros(len(content.weight), np.int32)  # how many of the kept show each version
    for i in among:
        times += proposals[i].shown

    def own(i: int) -> float:
        shown = proposals[i].shown
        return _own(content, shown & (times == 1) & ~hidden[i], shown & (times > 1))

    kept = {i: own(i) for i in among}
    while kept and (least := min(kept.values())) < worth:
        # What is shown first stays.
        needless = max(i for i, value in kept.items() if value <= least + _TIE)
        del kept[needless]
        gone = proposals[needless].shown
        times -= gone
        kept |= {i: own(i) for i in kept if (proposals[i].shown & gone).any()}
    return list(kept)


def _own(content: Content, versions: Mask, others: Mask) -> float:
    """The worth of versions in groups of cells: single ones here and there are no writing.

    Nor is a mark, which comes and goes around or over what other pictures show as well, nor a
    straight line alone: the border of a sheet, a rule.

    Args:
        others: what is seen on the same picture and on others too.
    """
    grid, cell = content.history.grid, content.history.cell
    weight, passing, straight = (np.zeros(grid.size) for _ in range(3))
    ids = np.flatnonzero(versions & (content.weight > _SEEN))
    np.maximum.at(weight, cell[ids], content.weight[ids])
    np.maximum.at(passing, cell[ids], content.passing[ids])
    np.maximum.at(straight, cell[ids], straightness(content.history.patch[ids]))
    stands = np.zeros(grid.size, bool)
    stands[cell[others & (content.weight > _SEEN)]] = True
    stands &= weight == 0
    there = (weight > 0).astype(np.uint8).reshape(grid)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(there, connectivity=8)
    group = labels.reshape(-1)
    worth = 0.0
    for i in range(1, len(stats)):  # 0 is the background
        left, top, width, height, count = stats[i]
        inside = stands.reshape(grid)[top : top + height, left : left + width].sum()
        is_mark = passing[group == i].mean() >= _PASSES and inside >= _WITHIN * count
        is_line = min(width, height) <= _THIN and straight[group == i].mean() >= _STRAIGHT
        if count >= _GROUP and not is_mark and not is_line:
            worth += float(weight[group == i].sum())
    return worth


def _place(
    content: Content, proposal: Proposal, alone: Weights, belongs: Weights, visible: Weights
) -> Chosen:
    """The best moment for what only this picture shows, and how long what belongs to it stands."""
    # The moments at which nothing crosses it yet are those of other pictures.
    alone, belongs = (np.where(proposal.crossed, 0, weight) for weight in (alone, belongs))
    here = np.where(content.shown(proposal.sample), alone, 0)
    share = _share(content, here, proposal.sample)
    if (share >= _FULL).sum() < _RESTS * content.history.rate:
        # It passes here, and the same may rest where it was displaced from.
        share = _share(content, alone, proposal.sample)
    full = share >= _FULL
    full[proposal.sample] = True
    begin = int(np.flatnonzero(full)[0])
    last = _last(share, begin)
    moments = np.arange(begin, last + 1)[full[begin : last + 1]]
    # The first moment may hold the trace of what it took the place of.
    after_first = moments[np.isin(moments - 1, moments)]
    moments = after_first if len(after_first) else moments
    moments = moments[_calm(content.history, moments.astype(np.int32))]
    clear = moments[visible[moments] >= _CLEAR * visible[moments].max()]
    for after in range(EARLIER, -1, -1):
        early = clear[np.isin(clear + after, clear)]
        if len(early):
            break
    sample = int(early[-1])
    telling = alone if alone.sum() >= _TELLING * belongs.sum() else belongs
    stands = _share(content, telling, proposal.sample)
    first, last = sample, _last(stands, sample)
    while first > 0 and stands[first - 1] >= _BEGINS:
        first -= 1
    return Chosen(sample, first, last, proposal.shown)


def _calm(history: History, moments: Ids) -> Mask:
    """Whether the screen moves no more at a moment than it does at most of them: it may fade."""
    unrest = history.unrest[moments]
    return np.asarray(unrest <= max(_FADE, _MORE * float(np.median(unrest))))


def _last(share: Weights, sample: int) -> int:
    """The last sample of the stretch around one in which half of the content stands."""
    while sample + 1 < len(share) and share[sample + 1] >= _STANDS:
        sample += 1
    return sample


def _share(content: Content, weight: Weights, sample: int) -> Weights:
    """samples: how much of what weighs so is to be seen, against one sample."""
    worth = content.worth(weight)
    return np.asarray(worth / max(worth[sample], 1e-9))
