"""What every keyframe algorithm returns: the states of the screen, and the gaps between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """A stretch in which the screen stays the same, and the moment that shows it, in seconds."""

    time: float  # of the picture
    start: float
    end: float
    change: float  # size of the change that ended it, 0 to 1, as the algorithm measures it
    motion: float = 0.0  # share of the screen that never rests, if the algorithm measures it
    what: str = "a state of its own"  # for people to read
    measured: bool = True  # whether `change` was measured, and is not just assumed


@dataclass(frozen=True)
class Gap:
    """A stretch without a picture of its own, and the reason. Times are in seconds."""

    start: float
    end: float
    reason: str
    score: float | None = None


@dataclass(frozen=True)
class Timeline:
    """The states of a video in order of time, and the gaps outside them."""

    states: Sequence[State]
    gaps: Sequence[Gap] = ()
    # Burned-in captions are below this share of the height; 1.0 if there are none.
    captions_top: float = 1.0
