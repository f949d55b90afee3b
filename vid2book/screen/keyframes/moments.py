"""Pictures kept while a video is decoded, so that few have to be decoded a second time.

The picture of a state is often taken right before much of the screen changes, or, because that may
show the trace of a fade, a little earlier. If a face is found on it, an even earlier one shows
whether the face lasts. When the screen changes, it is not known yet which pictures will be needed,
so those before the greatest changes are kept, within a bound.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from ...media.frames import Frame
from .cells import Plane

EARLIER = 3  # samples before a change: closer ones may show the trace of a fade
_PLANES = 120  # most moments whose planes are kept
_PIXELS = 40e6  # most pixels of the pictures that are kept whole, 1.5 bytes each
_SLACK = 1.25  # times the bound, at which it is enforced


class _Moment(NamedTuple):
    change: int  # cells
    plane: Plane
    earlier: Plane
    earliest: Plane
    frame: Frame | None  # of the earlier plane


class Moments:
    """The moments before changes."""

    def __init__(self) -> None:
        self._seen = 0
        self._latest: deque[tuple[Plane, Frame | None]] = deque(maxlen=2 * EARLIER + 1)
        self._kept: dict[int, _Moment] = {}  # by sample
        self._pixels = 0.0

    def see(self, plane: Plane, frame: Frame | None) -> None:
        """Add a sample and its picture. The plane must not be written to."""
        self._latest.append((plane, frame))
        self._seen += 1

    def end(self, cells: int) -> None:
        """Note that the content of `cells` cells ends with the newest sample."""
        if cells == 0 or not self._seen:
            return
        first, (plane, _) = self._latest[0], self._latest[-1]
        earlier, frame = self._latest[-1 - EARLIER] if len(self._latest) > EARLIER else first
        self._kept[self._seen - 1] = _Moment(cells, plane, earlier, first[0], frame)
        self._pixels += _pixels(frame)
        if self._pixels > _SLACK * _PIXELS or len(self._kept) > _SLACK * _PLANES:
            self._bound()

    def planes(self) -> dict[int, Plane]:
        """The kept planes by sample, including those of the last sample."""
        self.end(1)
        planes: dict[int, Plane] = {}
        for sample, moment in self._kept.items():
            its_planes = (moment.plane, moment.earlier, moment.earliest)
            planes |= {max(0, sample - i * EARLIER): plane for i, plane in enumerate(its_planes)}
        return planes

    def frames(self) -> dict[int, Frame]:
        """The pictures kept whole, by sample."""
        kept = ((max(0, sample - EARLIER), m.frame) for sample, m in self._kept.items())
        return {sample: frame for sample, frame in kept if frame is not None}

    def _bound(self) -> None:
        """Drop the moments before the smallest changes."""
        great = sorted(self._kept.items(), key=lambda m: -m[1].change)
        if len(great) > _SLACK * _PLANES:
            great = great[:_PLANES]
        self._kept, self._pixels = {}, 0.0
        for sample, moment in great:
            whole = self._pixels + _pixels(moment.frame) <= _PIXELS
            self._kept[sample] = moment if whole else moment._replace(frame=None)
            self._pixels += _pixels(self._kept[sample].frame)


def _pixels(frame: Frame | None) -> int:
    return frame.picture.width * frame.picture.height if frame is not None else 0
