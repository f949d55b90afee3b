"""Why a stretch of the video has no picture of its own.

Every second belongs to a kept state or gets a reason here, according to what stood on the screen
then: for each cell it is known which picture shows it too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise, takewhile

import numpy as np

from .cells import Mask, Plane
from .content import Content, Weights
from .displaced import View, content_cells
from .follow import History
from .persons import PERSON
from .placing import Chosen
from .state import Gap
from .still import Stills

PASSING = "the screen is still changing here"
MOVING = "the picture moves: nothing stands long enough to be read"
LITTLE = "what is new on it is too small, or gone too soon, to be read"
_BLANK = "nothing is written or drawn on it"
_CAPTIONS = "nothing but captions is written or drawn on it"
_NOTHING = "nothing new"
_HARDLY_NEW = "what is new is small or soon gone"
_POSE = "what is new was taken for a person or a hand; see the picture of {:.1f} s"

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_SHOWN = 0.9  # share of the content that a picture must show for a reason to name it
_NEW = 2.0  # times the worth of a picture: less new content than this is due to a codec or a fade
_MOVES = 0.4  # share of restless cells that makes a moving picture
_FAINT = 30.0  # cells; if less seems to stand, a look at the picture must confirm it
_LOOKS = 6  # parts of a stretch that are looked at
_OFTEN = 0.1  # share of a stretch in which there is something new
_HARDLY = 0.05  # of the moving cells, this share may seem to stand by chance
_BRIEF = 1.0  # seconds; a shorter stretch between two others is a change of the screen
_NEAR = 0.6  # seconds before and after a change
_BUSY = 0.5  # share of the samples that differ from the one before
_FADES = 2.0  # seconds next to a state within which it may fade in or out
_FADING = 0.2  # share of the content; if less than this moves, somebody is writing
# Seconds up to which a stretch amid changes is just one of them, by the beginning of its reason: to
# name a picture says little of what is seen for so short a time.
_BRIEFLY = {_NOTHING: 1.0, _HARDLY_NEW: 1.0, LITTLE: 1.0, _POSE.partition(";")[0]: 0.5}
# The same if something new comes all the time: a title that flies in.
_BUSILY = {_HARDLY_NEW: 1.5, LITTLE: 3.0}


def account(
    content: Content,
    chosen: Sequence[Chosen],
    heads: Sequence[Chosen],
    person: Mask,
    worth: float,
) -> list[Gap]:
    """The stretches outside the states of `chosen`, in order of time, each with its reason.

    Args:
        heads: pictures that were rejected because they show only a person.
        person: versions that show persons.
        worth: the least that deserves a picture.
    """
    history = content.history
    restless = history.grid.size - _over_time(history, np.ones(len(history.version)))
    reasons = _reasons(content, chosen, person, worth, restless)
    for head in heads:
        reasons[head.first : head.last + 1] = [PERSON] * (head.last + 1 - head.first)
    outside = np.ones(history.samples, bool)
    for picture in chosen:
        outside[picture.first : picture.last + 1] = False
    gaps: list[Gap] = []
    standing = content.worth(content.clear * content.above_captions)
    changes = _changes(history, worth)
    for first, last in _runs(outside):
        part = slice(first, last + 1)
        fades = restless[part] >= restless[part].min() + _NEW * worth
        fades &= restless[part] >= _FADING * standing[part]
        for k in _ends(fades, round(_FADES * history.rate)):
            if reasons[first + k] != PERSON:
                reasons[first + k] = PASSING
        sample = first
        for _, run in groupby(reasons[first : last + 1], _elsewhere):
            run_reasons = list(run)
            reason = _reason(run_reasons)
            following = sample + len(run_reasons)
            start, end = history.times[sample], history.times[following]
            brief = end - start < _BRIEF and changes[sample:following].all()
            if brief and (reason in (LITTLE, MOVING) or reason.startswith(_HARDLY_NEW)):
                reason = PASSING
            if gaps and gaps[-1].reason == reason and gaps[-1].end == start:
                start = gaps.pop().start
            gaps.append(Gap(float(start), float(end), reason))
            sample = following
    return gaps


def call_changes(history: History, gaps: Sequence[Gap], worth: float) -> list[Gap]:
    """The gaps; those that are brief and filled with changes are called a change of the screen.

    Comes after the pictures of shots, which are looked for in what was not called a change.
    """
    changes = _changes(history, worth)
    told: list[Gap] = []
    for gap in gaps:
        first, following = np.searchsorted(history.times, (gap.start, gap.end))
        seconds = round(gap.end - gap.start, 3)
        moves = history.unrest[first : max(following, first + 1)] * history.grid.size >= worth
        begins = gap.reason.partition(";")[0]
        longest = (_BUSILY if moves.mean() >= _BUSY else {}).get(begins, _BRIEFLY.get(begins, 0))
        if seconds <= longest and changes[first:following].all():
            gap = replace(gap, reason=PASSING, score=None)
        if told and told[-1].reason == gap.reason and told[-1].end == gap.start:
            gap = replace(gap, start=told.pop().start)
        told.append(gap)
    return told


def call_blank(content: Content, gaps: Sequence[Gap], stills: Stills, worth: float) -> list[Gap]:
    """The gaps; those are called blank on which a little seems to stand that is not there.

    What fades slowly drifts until nothing is left of it, and still counts as standing.
    """
    history = content.history
    clear = content.clear * content.above_captions
    alone = _over_time(history, clear[history.version])
    told: list[Gap] = []
    for gap in gaps:
        first, following = np.searchsorted(history.times, (gap.start, gap.end))
        names = gap.reason.startswith((_NOTHING, _HARDLY_NEW))
        if not names or alone[first:following].min(initial=_FAINT) >= _FAINT:
            told.append(gap)
            continue
        parts = min(_LOOKS, following - first)
        borders = np.linspace(first, following, parts + 1).astype(int)
        looks = stills.at(float(history.times[(a + b) // 2]) for a, b in pairwise(borders))
        blank = [_written(content, still.plane) < worth for still in looks]
        for is_blank, group in groupby(range(parts), blank.__getitem__):
            run = list(group)
            start, end = (float(history.times[borders[k]]) for k in (run[0], run[-1] + 1))
            reason = _blank(content) if is_blank else gap.reason
            told.append(replace(gap, start=start, end=end, reason=reason))
    return told


def _written(content: Content, plane: Plane) -> int:
    """Cells above the captions on which there is something."""
    grid = content.history.grid
    cells = content_cells(View(content.history, 0, plane))
    return int((grid.row(cells) < int(content.captions_top * grid.rows)).sum())


def _blank(content: Content) -> str:
    return _BLANK if content.captions_top == 1 else _CAPTIONS


def _changes(history: History, worth: float) -> Mask:
    """samples: whether the screen changes right before or right after."""
    now = (history.unrest * history.grid.size >= worth).astype(np.uint8)
    near = np.ones(2 * round(_NEAR * history.rate) + 1, np.uint8)
    return np.convolve(now, near, "same") > 0


def _ends(fades: Mask, most: int) -> Iterator[int]:
    """Positions of the fades at both ends of a stretch, at most `most` at each.

    Whatever appears there has not settled yet, so nothing new seems to stand there.
    """
    for order in (range(len(fades)), range(len(fades) - 1, -1, -1)):
        yield from takewhile(lambda k: fades[k], order[:most])


def _reason(reasons: Sequence[str]) -> str:
    """One reason for samples whose reasons name the same picture, or none."""
    new = [reason for reason in reasons if reason.startswith(_HARDLY_NEW)]
    if len(new) >= _OFTEN * len(reasons):
        return new[0]
    return Counter(reasons).most_common(1)[0][0]


def _elsewhere(reason: str) -> str:
    """The picture that a reason names, or else the reason: the amount of new content splits
    no stretch."""
    return reason.partition("; ")[2] or reason


def _reasons(
    content: Content, chosen: Sequence[Chosen], person: Mask, worth: float, restless: Weights
) -> list[str]:
    """The reason for each sample, given how many of its cells are `restless`."""
    history = content.history
    clear = content.clear * content.above_captions
    visible = content.worth(clear)
    # `visible` credits a blank cell with any faint version that it seems to contain.
    alone = _over_time(history, clear[history.version])
    blank = _blank(content)
    second = (history.times[:-1] - history.times[0]).astype(np.int64)
    moving = history.unsettled.mean(axis=1)[second] > _MOVES
    moving |= restless > _MOVES * history.grid.size
    best, share = _best(content, chosen, clear, visible)
    anywhere = np.any([np.zeros_like(person), *(picture.shown for picture in chosen)], axis=0)
    spread, posed = (content.worth(clear * where) for where in (anywhere, anywhere | person))
    together = _around_best(content, chosen, best, clear)
    reasons = []
    for k in range(history.samples):
        if alone[k] < worth and not moving[k]:
            reasons.append(blank if restless[k] < worth else LITTLE)
        elif moving[k] and alone[k] < _HARDLY * restless[k]:
            reasons.append(MOVING)
        elif share[k] >= _SHOWN and together[k] - share[k] * visible[k] < _NEW * worth:
            at = history.times[chosen[best[k]].sample]
            new = _new((1 - share[k]) * visible[k] + restless[k], worth)
            reasons.append(f"{new}; see the picture of {at:.1f} s")
        elif moving[k] and share[k] < _SHOWN:
            reasons.append(MOVING)
        elif chosen and together[k] >= _SHOWN * visible[k]:
            at = history.times[chosen[best[k]].sample]
            new = _new(visible[k] - together[k] + restless[k], worth)
            reasons.append(f"{new}; see the picture of {at:.1f} s and those around it")
        elif chosen and spread[k] >= _SHOWN * visible[k]:
            at = history.times[chosen[best[k]].sample]
            new = _new(visible[k] - spread[k] + restless[k], worth)
            reasons.append(f"{new}; see the picture of {at:.1f} s and others")
        elif chosen and posed[k] >= _SHOWN * visible[k]:
            reasons.append(_POSE.format(history.times[chosen[best[k]].sample]))
        else:
            reasons.append(LITTLE)
    return reasons


def _new(cells: float, worth: float) -> str:
    """What to say of this many cells that no picture shows or that have not settled."""
    return _NOTHING if cells < _NEW * worth else _HARDLY_NEW


def _over_time(history: History, value: Weights) -> Weights:
    """samples: the sum of the values of all sightings that include each."""
    change = np.zeros(history.samples + 1)
    np.add.at(change, history.first, value)
    np.add.at(change, history.last + 1, -value)
    return np.asarray(np.cumsum(change)[:-1])


def _best(
    content: Content, chosen: Sequence[Chosen], clear: Weights, visible: Weights
) -> tuple[np.ndarray, Weights]:
    """For each sample: the picture that shows most of its content, and the share that it shows."""
    best = np.zeros(len(visible), np.int64)
    most = np.zeros(len(visible))
    for i, picture in enumerate(chosen):
        worth = content.worth(clear * picture.shown)
        more = worth > most + 1e-9
        best[more], most[more] = i, worth[more]
    return best, most / np.maximum(visible, 1e-9)


def _around_best(
    content: Content, chosen: Sequence[Chosen], best: np.ndarray, clear: Weights
) -> Weights:
    """samples: how much of the content the best picture shows, together with its neighbours."""
    worth = np.zeros(len(best))
    for i in np.unique(best) if chosen else ():
        beside = chosen[max(0, i - 1) : i + 2]
        shown = np.any([picture.shown for picture in beside], axis=0)
        worth[best == i] = content.worth(clear * shown)[best == i]
    return worth


def _runs(mask: Mask) -> Iterator[tuple[int, int]]:
    """First and last position of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.view(np.int8), [0]])))
    for first, end in edges.reshape(-1, 2).tolist():
        yield first, end - 1
