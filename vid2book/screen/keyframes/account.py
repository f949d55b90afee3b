"""Why a stretch of the video has no picture of its own.

Every second of the picture is within a state that is kept or is told here, by what stood on the
screen then: cell by cell it is known which picture shows it too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile

import numpy as np

from .cells import Mask
from .content import Content, Weights
from .follow import History
from .persons import PERSON
from .placing import Chosen
from .state import Left

PASSING = "the screen is still changing here"
MOVING = "the picture moves: nothing stands long enough to be read"
LITTLE = "what is new on it is too small, or gone too soon, to be read"
_BLANK = "nothing is written or drawn on it"
_CAPTIONS = "nothing but captions is written or drawn on it"
_NOTHING = "nothing new"
_SOME = "what is new is small or soon gone"
_POSE = "nothing is new but where a person or a hand is; see the picture of {:.1f} s"

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_SHOWN = 0.9  # share of what stands there that a picture must show to be named for it
_NEW = 2.0  # of what makes a picture: less of it that no picture shows is a codec's or a fade's
_MOVES = 0.4  # share of the screen without rest that makes a moving picture
_OFTEN = 0.1  # share of a stretch in which there is something new
_HARDLY = 0.05  # as much of what moves may stand by chance
_BRIEF = 1.0  # seconds; a shorter stretch between two others is a change of the screen
_NEAR = 0.6  # seconds before and after a change
_FADES = 2.0  # seconds beside a state within which it may come or go
_FADING = 0.2  # of what stands then; less that moves is somebody who writes


def account(
    content: Content,
    chosen: Sequence[Chosen],
    heads: Sequence[Chosen],
    person: Mask,
    worth: float,
) -> list[Left]:
    """The stretches outside the states of `chosen`, in order of time, each with its reason.

    Args:
        heads: those that were not taken, since they show a person alone.
        person: versions that show persons.
        worth: of what makes a picture.
    """
    history = content.history
    restless = history.grid.size - _over_time(history, np.ones(len(history.version)))
    reasons = _reasons(content, chosen, person, worth, restless)
    for head in heads:
        reasons[head.first : head.last + 1] = [PERSON] * (head.last + 1 - head.first)
    outside = np.ones(history.samples, bool)
    for picture in chosen:
        outside[picture.first : picture.last + 1] = False
    left: list[Left] = []
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
            same = list(run)
            reason = _reason(same)
            following = sample + len(same)
            start, end = history.times[sample], history.times[following]
            brief = end - start < _BRIEF and changes[sample:following].all()
            if brief and (reason in (LITTLE, MOVING) or reason.startswith(_SOME)):
                reason = PASSING
            if left and left[-1].reason == reason and left[-1].end == start:
                start = left.pop().start
            left.append(Left(float(start), float(end), reason))
            sample = following
    return left


def _changes(history: History, worth: float) -> Mask:
    """samples: whether the screen changes right before or after."""
    now = (history.unrest * history.grid.size >= worth).astype(np.uint8)
    near = np.ones(2 * round(_NEAR * history.rate) + 1, np.uint8)
    return np.convolve(now, near, "same") > 0


def _ends(fades: Mask, most: int) -> Iterator[int]:
    """Positions at both ends of a stretch that fade in a row, at most so many.

    What comes there has not settled yet, so that nothing new seems to stand there.
    """
    for order in (range(len(fades)), range(len(fades) - 1, -1, -1)):
        yield from takewhile(lambda k: fades[k], order[:most])


def _reason(same: Sequence[str]) -> str:
    """What is to be told of samples for which the same picture is named, if any is."""
    some = [reason for reason in same if reason.startswith(_SOME)]
    if len(some) >= _OFTEN * len(same):
        return some[0]
    return Counter(same).most_common(1)[0][0]


def _elsewhere(reason: str) -> str:
    """The picture that a reason names, or the reason: how much is new cuts no stretch in two."""
    return reason.partition("; ")[2] or reason


def _reasons(
    content: Content, chosen: Sequence[Chosen], person: Mask, worth: float, restless: Weights
) -> list[str]:
    """What is to be told of each sample, of whose cells so many are `restless`."""
    history = content.history
    clear = content.clear * content.above_captions
    visible = content.worth(clear)
    # A blank cell counts among those that show something faint, and is blank all the same.
    alone = _over_time(history, clear[history.version])
    blank = _BLANK if content.captions_top == 1 else _CAPTIONS
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
    """What is to be told of so many cells that no picture shows, or that have not settled."""
    return _NOTHING if cells < _NEW * worth else _SOME


def _over_time(history: History, value: Weights) -> Weights:
    """samples: the sum of the values of all sightings that last through each."""
    change = np.zeros(history.samples + 1)
    np.add.at(change, history.first, value)
    np.add.at(change, history.last + 1, -value)
    return np.asarray(np.cumsum(change)[:-1])


def _best(
    content: Content, chosen: Sequence[Chosen], clear: Weights, visible: Weights
) -> tuple[np.ndarray, Weights]:
    """For each sample: the picture that shows most of what stands there, and how much of it."""
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
    """samples: how much of what stands there the best picture shows with those beside it."""
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
