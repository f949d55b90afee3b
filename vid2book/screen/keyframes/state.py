"""What every keyframe algorithm gives: states of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """A stretch in which the screen stands, and the moment that shows it. Times are seconds."""

    time: float  # of the picture
    start: float
    end: float
    change: float  # how great the change was that ended it, 0 to 1, as the algorithm measures
    motion: float = 0.0  # share of the screen that never rests, where the algorithm knows it
    what: str = "a state of its own"  # for a person to read


@dataclass(frozen=True)
class Left:
    """A stretch without a picture of its own, and why. Times are seconds."""

    start: float
    end: float
    reason: str
    score: float | None = None


@dataclass(frozen=True)
class Found:
    """The states of a video, in order of time, and the stretches beside them."""

    kept: Sequence[State]
    left: Sequence[Left] = ()
    # Burned-in captions stand below this share of the height; 1.0: there are none.
    captions_top: float = 1.0
