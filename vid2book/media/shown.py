"""When the pictures of a track are shown, so that only those needed are decoded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROUNDING = 1e-6  # seconds; sums of steps are not exact

Stamps = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Timestamps:
    """The presentation timestamps of a track's pictures, in rising order.

    Attributes:
        stamps: of all pictures, as in the packets.
        keys: of the pictures that decode without any other.
        base: seconds per tick.
        shift: from timestamps to the clock of the file, seconds.
    """

    stamps: Stamps
    keys: Stamps
    base: float
    shift: float

    def standing(self, times: Iterable[float]) -> frozenset[int]:
        """Timestamps of the pictures on screen at `times`, in seconds on the clock."""
        at = np.searchsorted(self._times(self.stamps), np.fromiter(times, float) + _ROUNDING)
        return frozenset(self.stamps[np.unique(np.maximum(at, 1)) - 1].tolist())

    def first(self, start: float) -> float:
        """`start`, or the beginning of the first picture if that is later."""
        return max(start, float(self._times(self.stamps[:1])[0]))

    def key_between(self, before: float, time: float) -> bool:
        """Whether a key picture begins after `before` and no later than `time`."""
        keys = self._times(self.keys)
        after, end = np.searchsorted(keys, [before + _ROUNDING, time + _ROUNDING])
        return bool(end > after)

    def _times(self, stamps: Stamps) -> NDArray[np.float64]:
        return np.asarray(stamps * self.base + self.shift, np.float64)
