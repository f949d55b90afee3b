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
_LOST = 2.0  # seconds without a picture, despite packets, that are reported


@dataclass
class Frame:
    """A decoded frame and how to show it. Pixels are converted on demand."""

    time: float  # seconds from the start of the video
    picture: av.VideoFrame
    aspect: float  # width of a pixel over its height
    rotation: int  # counterclockwise degrees that make it upright: 0, 90, 180, 270

    def size(self, max_side: int) -> tuple[int, int]:
        """Width and height as shown, before rotation, no side above `max_side`.

        Sides are kept or shrunk, never stretched, so that no pixels are made up.
        """
        width, height = float(self.picture.width), float(self.picture.height)
        if self.aspect < 1:
            width *= self.aspect
        else:
            height /= self.aspect
        shrink = min(1.0, max_side / max(width, height))
        return max(1, round(width * shrink)), max(1, round(height * shrink))

    def rgb(self, max_side: int) -> Plane:
        """The upright picture: H x W x 3, uint8."""
        width, height = self.size(max_side)
        image = self.picture.to_ndarray(
            format="rgb24", width=width, height=height, interpolation="AREA"
        )
        return self._upright(np.asarray(image, np.uint8))

    def luma(self, max_side: int) -> Plane:
        """H x W, uint8: the luma plane, shrunk by area so that noise averages out."""
        return self._upright(_shrink(self._plane, self.size(max_side)))

    def jpeg(self, max_side: int, quality: int) -> tuple[bytes, int, int]:
        """The picture as JPEG, with its width and height."""
        image = Image.fromarray(self.rgb(max_side))
        buffer = io.BytesIO()
        # Text suffers from halved colour resolution, so colour is kept in full.
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


def _shrink(plane: Plane, size: tuple[int, int]) -> Plane:
    """Shrink by a whole factor first where one divides the size: others cost five times as much."""
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
    """The picture on screen at every step of 1 / `rate` seconds from `start` to `end`.

    Times are presentation times on the file's clock, so variable frame rates work: a picture that
    stays longer than a step repeats at each step, and the last one to the end of the video. The
    last frame of the video is always included. A frame has the video's size at its time.

    Args:
        path: a media file.
        rate: samples per second.
        end: seconds; None, or a time beyond the video, means the end of the video.
        start: seconds. If no picture is on screen yet, the first sample is the first picture.
        info: from `probe`, if known; pass it when reading many stretches.
        tell: called with each stretch of more than two seconds whose pictures cannot be decoded.

    Raises:
        MediaError: the file has no picture or cannot be decoded at all.
        OSError: the file cannot be read now.
    """
    info = info or probe(path, end)
    track = info.picture
    if track is None:
        raise MediaError(f"{Path(path).name}: no picture in it")
    stop = info.duration if end is None else min(end, info.duration)
    if start >= stop:
        return
    step = 1 / rate
    current: Frame | None = None  # the newest picture
    yielded = True  # whether it was yielded
    due = start
    with open_media(path) as container:
        wanted = _sampled_stamps(track, start, stop, step)
        for picture in read_pictures(container, track, start, stop, tell, wanted):
            while current is not None and picture.time > due + 1e-6:  # sums of steps are not exact
                yield replace(current, time=max(current.time, due))
                yielded = True
                due += step
            if current is None:
                due = max(due, picture.time)
            current, yielded = picture, False
    if current is None:
        if start <= track.start < stop:
            raise MediaError(f"{Path(path).name}: its picture cannot be decoded")
        return
    # Sound that ends a moment after the last picture does not prolong it.
    over = max(min(stop, track.end) - 1e-3, stop - step + 1e-3)  # containers round to milliseconds
    while due < over:
        yield replace(current, time=max(current.time, due))
        yielded = True
        due += step
    if not yielded and (end is None or stop < end):
        yield current


def _sampled_stamps(track: Track, start: float, stop: float, step: float) -> frozenset[int] | None:
    """Timestamps of the sampled pictures and of the last one; None if timestamps are unknown."""
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
    """The picture on screen at `start`, and all later ones that begin before `stop`, each once.

    For the arguments see `read_frames`, and for `wanted` see `decode`.
    """
    undecoded = _Undecoded(tell or (lambda _: None))
    last = track.start
    for picture, stream in decode_from(container, track, start, undecoded.add_packet, wanted):
        time = last if picture.time is None else max(0.0, picture.time)
        undecoded.add_picture(time, start)
        if time >= stop:
            return
        last = time
        yield Frame(time, picture, _aspect(picture, stream), int(picture.rotation) % 360)
    undecoded.add_picture(min(stop, track.end), start)


def _aspect(picture: av.VideoFrame, stream: av.VideoStream) -> float:
    """Width of a pixel over its height; the container's value only applies to its own size."""
    ratio = stream.sample_aspect_ratio
    if (picture.width, picture.height) != (stream.width, stream.height):
        ratio = stream.codec_context.sample_aspect_ratio
    return float(ratio or 1) or 1.0


class _Undecoded:
    """Finds stretches whose packets yield no pictures."""

    def __init__(self, tell: Callable[[Note], None]) -> None:
        self._tell = tell
        self._pending: list[float] = []  # times of packets after the last picture
        self._last: float | None = None

    def add_packet(self, time: float) -> None:
        self._pending.append(time)

    def add_picture(self, time: float, start: float) -> None:
        """Note a picture, or the end of the stretch."""
        last = start if self._last is None else self._last
        missing = [t for t in self._pending if last + 1e-3 < t < time - 1e-3]
        if missing and time - last > _LOST and time > start:
            text = "pictures that cannot be decoded: the one before stands for them"
            self._tell(Note(max(start, min(missing)), time, text))
        self._pending = [t for t in self._pending if t > time]
        self._last = time
