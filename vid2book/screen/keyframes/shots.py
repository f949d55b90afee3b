"""Pictures of what never stands: an experiment, a demonstration, an animation, a camera that moves.

Where nothing settles there is no complete state to wait for. Each shot gets its sharpest picture,
and a long one another whenever it has come to look different.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .account import MOVING
from .follow import History
from .state import Left, State

_LEAST = 2.0  # seconds of a stretch that deserves a picture
_CUT = 0.5  # share of cells that change from one shot to the next
_CUT_LOOK = 20.0  # grey levels by which the tiny pictures of two shots differ in the mean
_STEP = 10.0  # seconds until a shot may have a new picture
_DIFFERENT = 14.0  # grey levels by which pictures worth keeping differ


def shots(
    history: History, left: Sequence[Left], kept: Sequence[int]
) -> tuple[list[State], list[Left]]:
    """Pictures of moving stretches, and what is left without one.

    Args:
        left: stretches without a picture; those that move are looked at.
        kept: samples that are shown already.
    """
    looks = {float(history.times[k]): history.thumbs[k].astype(np.float32) for k in kept}
    states: list[State] = []
    still: list[Left] = []
    for stretch in left:
        if stretch.reason != MOVING or stretch.end - stretch.start < _LEAST:
            still.append(stretch)
            continue
        for first, last in _shots(history, stretch):
            start, end = float(history.times[first]), float(history.times[last + 1])
            best = first + int(history.detail[first : last + 1].argmax())
            look = history.thumbs[best].astype(np.float32)
            apart = {at: float(np.abs(look - other).mean()) for at, other in looks.items()}
            nearest = min(apart, key=apart.__getitem__, default=None)
            if nearest is None or apart[nearest] > _DIFFERENT:
                looks[float(history.times[best])] = look
                states.append(State(float(history.times[best]), start, end, 1.0, 1.0, SHOT))
            else:
                still.append(Left(start, end, ALIKE.format(nearest)))
    return states, still


SHOT = "the sharpest moment of a moving picture"
ALIKE = "a moving picture much like the picture of {:.1f} s"


def _shots(history: History, stretch: Left) -> Iterator[tuple[int, int]]:
    """First and last sample of each shot of a stretch, or of each step of a long one."""
    first = int(np.searchsorted(history.times, stretch.start))
    end = int(np.searchsorted(history.times, stretch.end))
    last = first
    for k in range(first + 1, end):
        length = history.times[k] - history.times[first]
        rest = history.times[end] - history.times[k]
        over = length >= _STEP or (length >= _LEAST and _is_cut(history, k))
        if over and rest >= _LEAST:
            yield first, k - 1
            first = k
        last = k
    yield first, last


def _is_cut(history: History, sample: int) -> bool:
    before, now = history.thumbs[sample - 1 : sample + 1].astype(np.float32)
    return bool(history.unrest[sample] > _CUT and np.abs(now - before).mean() > _CUT_LOOK)
