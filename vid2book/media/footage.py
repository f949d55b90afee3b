"""Re-encodes a stretch of a video: small, and the same bytes each time.

The result is MP4 with H.264 and AAC, which every decoder and browser plays. The bytes depend only
on the input and the library versions: both encoders run in one thread, and x264 neither adapts to
the processor (`cpu-independent`) nor uses its macroblock tree, which sums floats.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from ..errors import UserError, machine_fault
from .audio import SAMPLE_RATE, read_audio
from .container import MediaError
from .frames import Frame, Plane, read_frames
from .mono import Samples
from .survey import MediaInfo

LIBRARIES = f"PyAV {av.__version__}"  # its wheel contains the encoders

_QUALITY = 26  # x264's constant rate factor; writing on a slide stays sharp
_KEYFRAME_S = 5.0  # the most that must be decoded after a seek
_SOUND_BPS = 32_000  # bits per second


def encode(
    path: str | Path,
    start: float,
    end: float,
    *,
    info: MediaInfo,
    sound: bool,
    max_height: int,
    rate: float,
    max_kbps: int,
) -> bytes:
    """The stretch of a video from `start` to `end`, seconds, as an MP4 file.

    Pictures come at an even rate, upright and with square pixels; still ones are repeated.
    Sound is mono, 16 kHz, and silent if the video has none.

    Args:
        path: of the video.
        info: from `probe`.
        sound: whether to include sound.
        max_height: of the picture, pixels; it is never enlarged.
        rate: pictures per second.
        max_kbps: kilobits per second of the pictures, at most.

    Raises:
        MediaError: no picture can be decoded.
        OSError: the file cannot be read now.
        UserError: this build of PyAV has no encoder for H.264.
    """
    steps = max(1, round((end - start) * rate))
    frames = read_frames(path, rate, end, start=start, info=info)
    pictures = _pictures(_at_steps(frames, start, rate, steps), max_height)
    first = next(pictures, None)
    if first is None:
        raise MediaError(f"{Path(path).name}: no picture from {start:.1f} to {end:.1f} s")
    samples = _sound(path, start, end, info) if sound else np.zeros(0, np.float32)
    out = io.BytesIO()
    with av.open(out, "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        video = _video_stream(container, first, rate, max_kbps)
        audio = _audio_stream(container) if sound else None
        for number, picture in enumerate(chain([first], pictures)):
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = number, 1 / _fraction(rate)
            container.mux(video.encode(frame))
            # Alternating, or the muxer would buffer one of them in memory.
            if audio is not None and (part := _sound_frame(samples, number, rate)):
                container.mux(audio.encode(part))
        for stream in filter(None, (video, audio)):
            container.mux(stream.encode(None))
    return out.getvalue()


def _at_steps(frames: Iterable[Frame], start: float, rate: float, steps: int) -> Iterator[Frame]:
    """The picture at each step; the first one also fills any steps before it."""
    current: Frame | None = None
    step = 0
    for frame in frames:
        until = min(steps, round((frame.time - start) * rate))
        while current is not None and step < until:
            yield current
            step += 1
        current = frame
    while current is not None and step < steps:
        yield current
        step += 1


def _pictures(frames: Iterable[Frame], max_height: int) -> Iterator[Plane]:
    """The pictures as I420 (luma and halved colour), all in the size of the first."""
    last: Any = None
    planes = size = None
    for frame in frames:
        if frame.picture is not last:
            rgb = frame.rgb(_longer_side(frame, max_height))
            height, width = size = size or (_even(rgb.shape[0]), _even(rgb.shape[1]))
            planes = cv2.cvtColor(_fit(rgb, width, height), cv2.COLOR_RGB2YUV_I420)
            last = frame.picture
        assert planes is not None
        yield np.asarray(planes, np.uint8)


def _longer_side(frame: Frame, max_height: int) -> int:
    """The longer side at which the upright picture is at most `max_height` high."""
    width, height = frame.size(1 << 30)
    upright = width if frame.rotation % 180 else height
    return max(2, round(max(width, height) * min(1.0, max_height / upright)))


def _fit(rgb: Plane, width: int, height: int) -> Plane:
    """A picture at the size of the first: cropped by a row or column to an even size, or, if the
    video changes its size, scaled onto black."""
    if 0 <= rgb.shape[0] - height <= 1 and 0 <= rgb.shape[1] - width <= 1:
        return np.ascontiguousarray(rgb[:height, :width])
    scale = min(width / rgb.shape[1], height / rgb.shape[0])
    inner = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    canvas = np.zeros((height, width, 3), np.uint8)
    top, left = (height - inner[1]) // 2, (width - inner[0]) // 2
    canvas[top : top + inner[1], left : left + inner[0]] = cv2.resize(
        rgb, inner, interpolation=cv2.INTER_AREA
    )
    return canvas


def _even(size: int) -> int:
    """The next smaller even size, which H.264 needs with halved colour."""
    return max(2, size - size % 2)


def _video_stream(container: Any, picture: Plane, rate: float, max_kbps: int) -> Any:
    try:
        stream = container.add_stream("libx264", rate=_fraction(rate))
    except ValueError as error:
        raise UserError(
            f"this PyAV ({av.__version__}) has no H.264 encoder ({error}); install its wheel from "
            "PyPI, or build without clips"
        ) from None
    stream.width, stream.height = picture.shape[1], picture.shape[0] * 2 // 3
    stream.pix_fmt = "yuv420p"
    stream.codec_context.thread_count = 1
    stream.options = {
        "preset": "veryfast",
        "crf": str(_QUALITY),
        "maxrate": f"{max_kbps}k",
        "bufsize": f"{2 * max_kbps}k",
        "g": str(max(1, round(_KEYFRAME_S * rate))),
        "x264-params": "threads=1:lookahead-threads=1:cpu-independent=1:mbtree=0",
    }
    return stream


def _audio_stream(container: Any) -> Any:
    stream = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
    stream.codec_context.bit_rate = _SOUND_BPS
    stream.codec_context.thread_count = 1
    return stream


def _sound(path: str | Path, start: float, end: float, info: MediaInfo) -> Samples:
    """The sound of the stretch, in full length; silent if it cannot be decoded."""
    try:
        samples = read_audio(path, start, end, info=info)
    except MediaError as error:
        if machine_fault(error):
            raise
        samples = np.zeros(0, np.float32)
    length = round((end - start) * SAMPLE_RATE)
    return np.pad(samples[:length], (0, max(0, length - len(samples))))


def _sound_frame(samples: Samples, number: int, rate: float) -> av.AudioFrame | None:
    """The sound that plays during one picture, if there is any left."""
    begin, end = (round(n / rate * SAMPLE_RATE) for n in (number, number + 1))
    part = np.ascontiguousarray(samples[None, begin:end])
    if not part.size:
        return None
    frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
    frame.sample_rate, frame.pts = SAMPLE_RATE, begin
    frame.time_base = Fraction(1, SAMPLE_RATE)
    return frame


def _fraction(rate: float) -> Fraction:
    return Fraction(rate).limit_denominator(1001)
