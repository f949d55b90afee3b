"""When the pictures of a track are shown, so that only those are decoded that are looked at."""

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
        stamps: of all pictures, as the packets have them.
        keys: of those that need no other to be decoded.
        base: seconds of a tick.
        shift: what is added for the clock of the file, seconds.
    """

    stamps: Stamps
    keys: Stamps
    base: float
    shift: float

    def standing(self, times: Iterable[float]) -> frozenset[int]:
        """Stamps of the pictures that stand at some times, in seconds on the clock."""
        at = np.searchsorted(self._times(self.stamps), np.fromiter(times, float) + _ROUNDING)
        return frozenset(self.stamps[np.unique(np.maximum(at, 1)) - 1].tolist())

    def first(self, start: float) -> float:
        """When the picture that stands at `start`, or the first after it, begins to stand."""
        return max(start, float(self._times(self.stamps[:1])[0]))

    def key_between(self, before: float, time: float) -> bool:
        """Whether a picture that needs no other begins after `before`, and not after `time`."""
        keys = self._times(self.keys)
        after, end = np.searchsorted(keys, [before + _ROUNDING, time + _ROUNDING])
        return bool(end > after)

    def _times(self, stamps: Stamps) -> NDArray[np.float64]:
        return np.asarray(stamps * self.base + self.shift, np.float64)
