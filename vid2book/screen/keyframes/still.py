"""The pictures that a detector asks for once it knows which moments it may want."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ... import config
from ...media.frames import Frame
from ...models.face import Box
from ..places import meet
from .cells import WIDTH, Plane

_BEFORE = 0.6  # seconds: a face that lasts is found then too

ReadStills = Callable[[Sequence[float]], Iterable[Frame]]
FindFaces = Callable[[Plane], list[Box]]


@dataclass(frozen=True)
class Still:
    """A picture of the video."""

    image: bytes  # JPEG
    width: int
    height: int
    plane: Plane  # luma
    before: Plane  # luma of a moment earlier
    find_faces: FindFaces

    @cached_property
    def faces(self) -> list[Box]:
        """Faces that last, in pixels of the plane: a cascade sees one in a texture now and then."""
        found = self.find_faces(self.plane)
        if not found or self.before.shape != self.plane.shape:
            return found
        earlier = self.find_faces(self.before)
        return [box for box in found if any(meet(box, other) for other in earlier)]

    @property
    def largest_face(self) -> float:
        """Its area, as a share of the picture."""
        areas = [(x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in self.faces]
        return max(areas, default=0) / self.plane.size


class Stills:
    """Gets pictures by their times, each once."""

    def __init__(self, read: ReadStills, faces: FindFaces, settings: config.Keyframes) -> None:
        """
        Args:
            read: the pictures that stand at times in rising order.
            faces: where faces are on a luma plane.
            settings: section `keyframes` of the config.
        """
        self._read, self._faces, self._settings = read, faces, settings
        self._known: dict[float, Still] = {}

    def at(self, times: Iterable[float]) -> list[Still]:
        """The still of each time."""
        times = list(times)
        new = sorted(set(times) - self._known.keys())
        moments = sorted({time for t in new for time in (max(0.0, t - _BEFORE), t)})
        planes: dict[float, Plane] = {}
        for moment, frame in zip(moments, self._read(moments), strict=True):
            planes[moment] = frame.luma(WIDTH)
            if moment in new:
                jpeg = frame.jpeg(self._settings.max_side, self._settings.jpeg_quality)
                before = planes[max(0.0, moment - _BEFORE)]
                self._known[moment] = Still(*jpeg, planes[moment], before, self._faces)
        return [self._known[time] for time in times]
