"""Pictures worth keeping while a video is gone through, so that few are decoded a second time.

A picture may be wanted of the moment before much of the screen changes, and with it the one a
little earlier, which tells what moves. That is known when it changes, and not yet whether it will
be wanted; so the moments before the greatest changes are kept, within a bound.
"""

from __future__ import annotations

from collections import deque

from .cells import Plane

EARLIER = 3  # samples
_NOTABLE = 6  # cells whose version ends at once
_KEPT = 100  # moments


class Moments:
    """The moments before changes."""

    def __init__(self) -> None:
        self._seen = 0
        self._latest: deque[Plane] = deque(maxlen=EARLIER + 1)
        self._kept: dict[int, tuple[int, tuple[Plane, ...]]] = {}  # by sample: change, planes

    def see(self, plane: Plane) -> None:
        """One more sample. It must not be written to later."""
        self._latest.append(plane)
        self._seen += 1

    def end(self, cells: int) -> None:
        """What stood on so many cells goes: the newest sample was the last one with it."""
        if cells >= _NOTABLE and self._seen:
            self._kept[self._seen - 1] = cells, (self._latest[0], self._latest[-1])
        if len(self._kept) > 2 * _KEPT:
            great = sorted(self._kept.items(), key=lambda moment: moment[1][0])[-_KEPT:]
            self._kept = dict(great)

    def planes(self) -> dict[int, Plane]:
        """The planes that are kept, by sample; those of the last sample are among them."""
        self.end(_NOTABLE)
        planes: dict[int, Plane] = {}
        for sample, (_, (before, plane)) in self._kept.items():
            planes[sample] = plane
            planes[max(0, sample - EARLIER)] = before
        return planes
