"""Odd media files with a clapper: the picture turns light when the tone begins, at 2 s of 6.

Tracks are encoded as usual, and then each packet gets the time that the test wants, or is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.stream import Disposition
from numpy.typing import NDArray

CLAP = 2.0  # seconds
LENGTH = 6.0

# Seconds to seconds; None: the packet is lost.
Retime = Callable[[float], float | None]


def tone(seconds: float = LENGTH, rate: int = 48_000, begin: float = CLAP) -> NDArray[np.float32]:
    """Silence and then a tone, mono."""
    time = np.arange(round(seconds * rate)) / rate
    return np.where(time >= begin, 0.3 * np.sin(2 * np.pi * 440 * time), 0).astype(np.float32)


def as_it_is(time: float) -> float:
    return time


def later(seconds: float, since: float = -1.0) -> Retime:
    return lambda time: time + seconds if time >= since else time


def without(start: float, end: float) -> Retime:
    return lambda time: None if start < time < end else time


@dataclass
class Pictures:
    """A picture track, dark and then light."""

    codec: str = "libx264"
    size: tuple[int, int] = (160, 90)
    rate: int = 10
    times: Sequence[float] | None = None  # of the pictures; none: six seconds of them
    light: Callable[[float], bool] = lambda time: time >= CLAP
    retime: Retime = as_it_is
    default: bool | None = None
    cover: bool = False  # a still picture attached to the sound
    options: dict[str, str] = field(default_factory=dict)

    def packets(self, container: Any) -> Iterator[tuple[float, Any]]:
        options = self.options
        if self.codec == "libx264":
            options = {"bf": "0", "crf": "30", "g": "10", "preset": "ultrafast", **options}
        elif self.codec == "libvpx":
            options = {"deadline": "realtime", "cpu-used": "8", "threads": "1", **options}
        stream = container.add_stream(self.codec, rate=self.rate, options=options)
        stream.width, stream.height = self.size
        stream.pix_fmt = "yuvj420p" if self.codec == "mjpeg" else "yuv420p"
        _flag(stream, self.default)
        if self.cover:
            stream.disposition = Disposition.attached_pic
        width, height = self.size
        times = self.times or [i / self.rate for i in range(round(LENGTH * self.rate))]
        for time in times:
            picture = np.full((height, width, 3), 200 if self.light(time) else 40, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(time * self.rate), Fraction(1, self.rate)
            yield from _timed(stream.encode(frame), self.retime)
        yield from _timed(stream.encode(), self.retime)


@dataclass
class Sound:
    """A sound track: channels x samples, or the tone."""

    codec: str = "aac"
    rate: int = 48_000
    samples: NDArray[np.float32] | None = None
    retime: Retime = as_it_is
    default: bool | None = None

    def packets(self, container: Any) -> Iterator[tuple[float, Any]]:
        samples = tone(rate=self.rate) if self.samples is None else self.samples
        samples = np.atleast_2d(samples)
        layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[len(samples)]
        options = {"compression_level": "0"} if self.codec == "libopus" else {}
        stream = container.add_stream(self.codec, rate=self.rate, layout=layout, options=options)
        _flag(stream, self.default)
        size = 1024
        for start in range(0, samples.shape[1], size):
            part = np.ascontiguousarray(samples[:, start : start + size].T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(part, format="flt", layout=layout)
            frame.rate, frame.pts = self.rate, start
            frame.time_base = Fraction(1, self.rate)
            yield from _timed(stream.encode(frame), self.retime)
        yield from _timed(stream.encode(), self.retime)


def write(
    path: Path,
    *tracks: Pictures | Sound,
    format: str | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """A file of these tracks, interleaved as their packets were before they got other times."""
    with av.open(str(path), "w", format=format, options=options or {}) as container:
        packets = [packet for track in tracks for packet in track.packets(container)]
        for _, packet in sorted(packets, key=lambda p: p[0]):
            container.mux(packet)
    return path


def _flag(stream: Any, default: bool | None) -> None:
    if default is not None:
        stream.disposition = Disposition.default if default else 0


def _timed(packets: Sequence[Any], retime: Retime) -> Iterator[tuple[float, Any]]:
    for packet in packets:
        base = packet.time_base
        time = float(packet.pts * base)
        to = retime(time)
        if to is not None:
            move = round((to - time) / base)
            packet.pts += move
            packet.dts += move
            yield float(packet.dts * base) - (to - time), packet
