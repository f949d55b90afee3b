"""The pictures of a video, sampled at an even rate, upright and with square pixels."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import av
import av.container
import av.error
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .container import MediaError, decode, is_cover, open_media

Plane = NDArray[np.uint8]


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
        return self._upright(
            cv2.resize(self._plane, self.size(max_side), interpolation=cv2.INTER_AREA)
        )

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


def read_frames(path: str | Path, rate: float, until: float | None = None) -> Iterator[Frame]:
    """The picture that stands at every step of 1 / `rate` seconds, in order of time.

    Times are presentation times, so variable frame rates are right: a picture that stands longer
    than a step comes again at each step. The last frame of the video always comes.

    Raises:
        MediaError: the file has no picture or cannot be decoded at all.
    """
    with open_media(path) as container:
        streams = [s for s in container.streams.video if not is_cover(s)]
        if not streams:
            raise MediaError(f"{Path(path).name}: no picture in it")
        stream = streams[0]
        # One thread: videos are worked on side by side, and a decoder's threads would only queue.
        stream.thread_type = "NONE"
        aspect = float(stream.sample_aspect_ratio or 1) or 1.0
        origin = float((stream.start_time or 0) * stream.time_base) if stream.time_base else 0.0
        step = 1 / rate
        held: Frame | None = None  # the newest picture, not yet handed out
        due = 0.0
        for picture in decode(container, stream):
            if picture.time is None:
                continue
            time = max(0.0, picture.time - origin)
            if until is not None and time >= until:
                break
            frame = Frame(time, picture, aspect, int(picture.rotation) % 360)
            if held is None:
                due = time
            while held is not None and time > due + 1e-6:  # sums of steps are not exact
                yield replace(held, time=max(held.time, due))
                due += step
            held = frame
        if held is None:
            raise MediaError(f"{Path(path).name}: its picture cannot be decoded")
        yield held
