"""The pictures of a video, sampled at an even rate, upright and with square pixels."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import av
import av.container
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .clock import Note
from .container import MediaError, open_media
from .decode import decode_from
from .survey import MediaInfo, Track, probe

Plane = NDArray[np.uint8]
_LOST = 2.0  # seconds without a picture that are told, if there are packets in them


@dataclass
class Frame:
    """A decoded frame and how it is to be shown. Pixels are converted when asked for."""

    time: float  # seconds from the start of the video
    picture: av.VideoFrame
    aspect: float  # width of a pixel over its height
    rotation: int  # degrees counterclockwise that set it upright: 0, 90, 180, 270

    def size(self, max_side: int) -> tuple[int, int]:
        """Width and height as shown, before rotation, no side above `max_side`.

        One side is always kept or shrunk, never stretched, so that no pixels are made up.
        """
        width, height = float(self.picture.width), float(self.picture.height)
        if self.aspect < 1:
            width *= self.aspect
        else:
            height /= self.aspect
        shrink = min(1.0, max_side / max(width, height))
        return max(1, round(width * shrink)), max(1, round(height * shrink))

    def rgb(self, max_side: int) -> Plane:
        """H x W x 3, uint8."""
        width, height = self.size(max_side)
        image = self.picture.to_ndarray(
            format="rgb24", width=width, height=height, interpolation="AREA"
        )
        return self._upright(np.asarray(image, np.uint8))

    def luma(self, max_side: int) -> Plane:
        """H x W, uint8: the luma plane, shrunk by area so that noise averages out."""
        return self._upright(_shrunk(self._plane, self.size(max_side)))

    def jpeg(self, max_side: int, quality: int) -> tuple[bytes, int, int]:
        """The picture as JPEG, with its width and height."""
        image = Image.fromarray(self.rgb(max_side))
        buffer = io.BytesIO()
        # Text suffers from halved colour resolution, so colour keeps its own.
        image.save(buffer, "JPEG", quality=quality, subsampling=0, optimize=True)
        return buffer.getvalue(), image.width, image.height

    @cached_property
    def _plane(self) -> Plane:
        if self.picture.format.name in {"yuv420p", "yuvj420p", "yuv422p", "yuv444p", "nv12"}:
            plane = self.picture.planes[0]
            rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
            return rows[:, : plane.width]
        return np.asarray(self.picture.to_ndarray(format="gray"), np.uint8)

    def _upright(self, image: Plane) -> Plane:
        turns = self.rotation // 90
        return np.ascontiguousarray(np.rot90(image, turns)) if turns else image


def _shrunk(plane: Plane, size: tuple[int, int]) -> Plane:
    """By areas of whole pixels as far as that goes: others cost five times as much."""
    height, width = plane.shape
    whole = min(width // size[0], height // size[1])
    if whole > 1 and (width % whole or height % whole):
        whole = 1
    if whole > 1:
        plane = cv2.resize(plane, (width // whole, height // whole), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def read_frames(
    path: str | Path,
    rate: float,
    end: float | None = None,
    *,
    start: float = 0.0,
    info: MediaInfo | None = None,
    tell: Callable[[Note], None] | None = None,
) -> Iterator[Frame]:
    """The picture that stands at every step of 1 / `rate` seconds from `start` to `end`.

    Times are presentation times on the file's clock, so variable frame rates are right: a picture
    that stands longer than a step comes again at each step, the last one to the end of the video.
    The last frame of the video always comes. Frames have the size that they have at their time.

    Args:
        path: a media file.
        rate: samples a second.
        end: seconds; None, or one beyond the video: where the video ends.
        start: seconds. Where no picture stands yet, the first sample is the first picture.
        info: what `probe` finds in the file, if it is known. To read many stretches, pass it.
        tell: called with each stretch of more than two seconds whose pictures cannot be decoded.

    Raises:
        MediaError: the file has no picture or cannot be decoded at all.
        OSError: it cannot be read now.
    """
    info = info or probe(path, end)
    track = info.picture
    if track is None:
        raise MediaError(f"{Path(path).name}: no picture in it")
    stop = info.duration if end is None else min(end, info.duration)
    if start >= stop:
        return
    step = 1 / rate
    held: Frame | None = None  # the newest picture
    shown = True  # whether it was handed out
    due = start
    with open_media(path) as container:
        wanted = _sampled(track, start, stop, step)
        for picture in read_pictures(container, track, start, stop, tell, wanted):
            while held is not None and picture.time > due + 1e-6:  # sums of steps are not exact
                yield replace(held, time=max(held.time, due))
                shown = True
                due += step
            if held is None:
                due = max(due, picture.time)
            held, shown = picture, False
    if held is None:
        if start <= track.start < stop:
            raise MediaError(f"{Path(path).name}: its picture cannot be decoded")
        return
    # Sound that ends a moment after the last picture does not make it stand longer.
    over = max(min(stop, track.end) - 1e-3, stop - step + 1e-3)  # containers round to milliseconds
    while due < over:
        yield replace(held, time=max(held.time, due))
        shown = True
        due += step
    if not shown and (end is None or stop < end):
        yield held


def _sampled(track: Track, start: float, stop: float, step: float) -> frozenset[int] | None:
    """Stamps of the pictures that samples show, where they are known, and that of the last one."""
    if track.shown is None:
        return None
    times = np.arange(track.shown.first(start), stop + step, step)
    return track.shown.standing([*times.tolist(), stop - 2e-6])


def read_pictures(
    container: av.container.InputContainer,
    track: Track,
    start: float,
    stop: float,
    tell: Callable[[Note], None] | None = None,
    wanted: Collection[int] | None = None,
) -> Iterator[Frame]:
    """The picture that stands at `start`, and those that come before `stop`, each once.

    The arguments are those of `read_frames`, and the wanted pictures those of `decode`.
    """
    undecoded = _Undecoded(tell or (lambda _: None))
    last = track.start
    for picture, stream in decode_from(container, track, start, undecoded.sent, wanted):
        time = last if picture.time is None else max(0.0, picture.time)
        undecoded.came(time, start)
        if time >= stop:
            return
        last = time
        yield Frame(time, picture, _aspect(picture, stream), int(picture.rotation) % 360)
    undecoded.came(min(stop, track.end), start)


def _aspect(picture: av.VideoFrame, stream: av.VideoStream) -> float:
    """Width of a pixel over its height. The container's word holds for pictures of its size."""
    told = stream.sample_aspect_ratio
    if (picture.width, picture.height) != (stream.width, stream.height):
        told = stream.codec_context.sample_aspect_ratio
    return float(told or 1) or 1.0


class _Undecoded:
    """Finds stretches in which there are packets, but no pictures come of them."""

    def __init__(self, tell: Callable[[Note], None]) -> None:
        self._tell = tell
        self._sent: list[float] = []  # times of packets after the last picture
        self._last: float | None = None

    def sent(self, time: float) -> None:
        self._sent.append(time)

    def came(self, time: float, start: float) -> None:
        """A picture, or the end."""
        last = start if self._last is None else self._last
        missing = [t for t in self._sent if last + 1e-3 < t < time - 1e-3]
        if missing and time - last > _LOST and time > start:
            text = "pictures that cannot be decoded: the one before stands for them"
            self._tell(Note(max(start, min(missing)), time, text))
        self._sent = [t for t in self._sent if t > time]
        self._last = time
