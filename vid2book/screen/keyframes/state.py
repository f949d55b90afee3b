"""What every keyframe algorithm gives: states of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]


@dataclass(frozen=True)
class State:
    """A stretch in which the screen stands, and the frame that shows it."""

    time: float  # of the frame, seconds
    start: float
    end: float
    image: bytes  # JPEG
    width: int
    height: int
    plane: Plane  # luma of the frame
    witnesses: tuple[Plane, ...]  # planes from the begin and the end of the state
    change: float  # how great the change was that ended it, 0 to 1, as the algorithm measures
    motion: float  # share of the screen that never rests, where the algorithm knows it


@dataclass(frozen=True)
class Found:
    """The states of a video, in order of time."""

    kept: Sequence[State]
    dropped: Sequence[tuple[State, str]] = ()  # with the reason
    # Burned-in subtitles stand below this share of the height; 1.0: there are none.
    subtitle_top: float = 1.0
