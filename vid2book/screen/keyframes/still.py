"""The pictures that a detector requests once it knows which moments it may need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ... import config
from ...media.frames import Frame
from ...models.face import Box
from ..places import meet
from .cells import WIDTH, Plane, half
from .follow import History

_BEFORE = 0.6  # seconds earlier, when a face that lasts is there too; set by eye, not swept

ReadStills = Callable[[Sequence[float]], Iterable[Frame]]
FindFaces = Callable[[Plane], list[Box]]


@dataclass(frozen=True)
class Still:
    """The screen at one moment."""

    plane: Plane  # luma
    before: Callable[[], Plane]  # luma, a moment earlier
    find_faces: FindFaces

    @cached_property
    def faces(self) -> list[Box]:
        """Faces that last, in pixels of the plane."""
        return self._lasting(lambda plane: plane)

    @cached_property
    def largest_face(self) -> float:
        """The largest face's area, as a share of the picture; 0 if it is too small to matter."""
        areas = [(x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in self._lasting(half)]
        return max(areas, default=0) / half(self.plane).size

    def _lasting(self, part: Callable[[Plane], Plane]) -> list[Box]:
        """The faces that are there a moment earlier too: cascades mistake textures only briefly."""
        boxes = self.find_faces(part(self.plane))
        if not boxes or (before := self.before()).shape != self.plane.shape:
            return boxes
        around, left, top = _around(boxes, part(before))
        earlier = [
            (x0 + left, y0 + top, x1 + left, y1 + top) for x0, y0, x1, y1 in self.find_faces(around)
        ]
        return [box for box in boxes if any(meet(box, other) for other in earlier)]


def _around(boxes: Sequence[Box], plane: Plane) -> tuple[Plane, int, int]:
    """The part of a plane that includes these faces and their surroundings; its left and top."""
    beside = max(x1 - x0 for x0, _, x1, _ in boxes)
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    left, top = max(0, min(x0) - beside), max(0, min(y0) - beside)
    return plane[top : max(y1) + beside, left : max(x1) + beside], left, top


@dataclass(frozen=True)
class Picture:
    """A picture of the video in the form in which it is kept."""

    image: bytes  # JPEG
    width: int
    height: int


class Stills:
    """Provides pictures by time, and decodes each only once."""

    def __init__(self, read: ReadStills, faces: FindFaces, settings: config.Keyframes) -> None:
        """
        Args:
            read: decodes the pictures that are on screen at the given times, which ascend.
            faces: finds the faces on a luma plane.
            settings: section `keyframes` of the config.
        """
        self._read, self._faces, self._settings = read, faces, settings
        self._planes: dict[int, Plane] = {}  # by milliseconds
        self._stills: dict[int, Still] = {}
        self._frames: dict[int, Frame] = {}
        self._pictures: dict[int, Picture] = {}

    def know(self, history: History) -> None:
        """Take over the pictures that a history has kept."""
        for sample, plane in history.planes.items():
            self._planes[_key(float(history.times[sample]))] = plane
        for sample, frame in history.frames.items():
            self._frames[_key(float(history.times[sample]))] = frame

    def at(self, times: Iterable[float]) -> list[Still]:
        """The screen at each time."""
        times = list(times)
        self._decode(time for time in times if _key(time) not in self._planes)
        return [self._still(time) for time in times]

    def pictures(self, times: Iterable[float]) -> list[Picture]:
        """The picture at each time."""
        times = list(times)
        for key in {_key(time) for time in times} & self._frames.keys() - self._pictures.keys():
            self._pictures[key] = self._picture(self._frames[key])
        self._decode(time for time in times if _key(time) not in self._pictures)
        return [self._pictures[_key(time)] for time in times]

    def _still(self, time: float) -> Still:
        if (known := self._stills.get(_key(time))) is not None:
            return known  # with its faces, if they have been looked for
        before = max(0.0, time - _BEFORE)

        def plane() -> Plane:
            if _key(before) not in self._planes:
                self._decode([before])
            return self._planes[_key(before)]

        still = Still(self._planes[_key(time)], plane, self._faces)
        self._stills[_key(time)] = still
        return still

    def _decode(self, times: Iterable[float]) -> None:
        ascending = sorted(set(times))
        if not ascending:
            return  # opening a file takes as long as decoding ten pictures
        for time, frame in zip(ascending, self._read(ascending), strict=True):
            self._planes[_key(time)] = frame.luma(WIDTH)
            self._pictures[_key(time)] = self._picture(frame)

    def _picture(self, frame: Frame) -> Picture:
        return Picture(*frame.jpeg(self._settings.max_side, self._settings.jpeg_quality))


def _key(time: float) -> int:
    return round(1000 * time)
