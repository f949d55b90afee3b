"""Pictures of what never stands: an experiment, an animation, a camera that follows a hand.

Where nothing settles for long there is no complete state to wait for. Each shot, and each step of a
long one, gets its best moment: the one with the most on it that no other picture shows, or where
everything moves the sharpest. What looks like a picture that there is already is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .account import LITTLE, MOVING, PASSING
from .cells import Mask, contrast
from .content import Content
from .displaced import View, seen_elsewhere
from .follow import History
from .state import Left, State
from .still import Stills

SHOT = "the best moment of a picture that moves"
_ALIKE = "it moves, and looks like the picture of {:.1f} s"

_LEAST = 3.0  # seconds of a stretch that deserves a picture
_STEP = 10.0  # seconds until a shot may have a new picture
_CUT = 0.5  # share of cells that change from one shot to the next
_CUT_LOOK = 20.0  # grey levels by which the tiny pictures of two shots differ in the mean
_DIFFERENT = 14.0  # grey levels by which pictures worth keeping differ
_MUCH = 5.0  # times what makes a picture that stands: content that stood too briefly is unsure
_READABLE = 40  # cells of content by which two pictures can be compared
_SHOWN = 0.6  # share of what stands on a picture that another must show to make it needless


def shots(
    content: Content,
    left: Sequence[Left],
    shown: Sequence[View],
    known: Mask,
    stills: Stills,
    worth: float,
) -> tuple[list[State], list[Left]]:
    """Pictures of stretches in which nothing stands, and what is left without one.

    Args:
        left: stretches without a picture, in order of time.
        shown: the pictures that there are.
        known: versions that they show, and persons.
        stills: gives pictures.
        worth: of what makes a picture.
    """
    history = content.history
    views = list(shown)
    unseen = content.worth(content.clear * ~known)
    states: list[State] = []
    still: list[Left] = []
    for moving, stretch in _joined(left):
        if not moving:
            still.append(stretch)
            continue
        for first, last in _shots(history, stretch):
            start, end = float(history.times[first]), float(history.times[last + 1])
            part = slice(first, last + 1)
            much = unseen[part].max() >= _MUCH * worth
            if not much and history.detail[part].max() == 0:
                still.append(Left(start, end, LITTLE))
                continue
            best = first + int((unseen if much else history.detail)[part].argmax())
            time = float(history.times[best])
            view = View(history, best, stills.at([time])[0].plane)
            like = next((v for v in views if _alike(view, v)), None)
            if like is None:
                views.append(view)
                states.append(State(time, start, end, 1.0, 1.0, SHOT))
            else:
                still.append(Left(start, end, _ALIKE.format(history.times[like.sample])))
    return states, still


def _joined(left: Sequence[Left]) -> Iterator[tuple[bool, Left]]:
    """Stretches, and whether they deserve pictures: long ones in which nothing stands.

    These are one with the changes of the screen between them.
    """
    run: list[Left] = []
    for stretch in left:
        moves = stretch.reason in (MOVING, LITTLE, PASSING)
        if run and not (moves and stretch.start <= run[-1].end):
            yield from _run(run)
            run = []
        if moves:
            run.append(stretch)
        else:
            yield False, stretch
    yield from _run(run)


def _run(run: Sequence[Left]) -> Iterator[tuple[bool, Left]]:
    moves = any(stretch.reason != PASSING for stretch in run)
    if moves and run[-1].end - run[0].start >= _LEAST:
        yield True, Left(run[0].start, run[-1].end, MOVING)
    else:
        yield from ((False, stretch) for stretch in run)


def _shots(history: History, stretch: Left) -> Iterator[tuple[int, int]]:
    """First and last sample of each shot of a stretch, or of each step of a long one."""
    first = int(np.searchsorted(history.times, stretch.start))
    end = int(np.searchsorted(history.times, stretch.end))
    for k in range(first + 1, end):
        length = history.times[k] - history.times[first]
        over = length >= _STEP or (length >= _LEAST and _is_cut(history, k))
        if over and history.times[end] - history.times[k] >= _LEAST:
            yield first, k - 1
            first = k
    yield first, end - 1


def _is_cut(history: History, sample: int) -> bool:
    before, now = history.thumbs[sample - 1 : sample + 1].astype(np.float32)
    return bool(history.unrest[sample] > _CUT and np.abs(now - before).mean() > _CUT_LOOK)


def _alike(view: View, other: View) -> bool:
    """Whether the other picture shows nearly the same, at whatever place."""
    history = view.history
    there = history.at(view.sample)
    there = there[contrast(history.patch[there]) > 0]
    if len(there) < _READABLE:  # hardly anything stands: by the look of the whole
        looks = history.thumbs[[view.sample, other.sample]].astype(np.float32)
        return bool(np.abs(looks[1] - looks[0]).mean() <= _DIFFERENT)
    missing = there[~np.isin(there, history.at(other.sample))]
    elsewhere = seen_elsewhere(view, missing, other) if len(missing) else None
    lost = len(missing) - (int(elsewhere.found.sum()) if elsewhere else 0)
    return lost <= (1 - _SHOWN) * len(there)
