"""Small media files for tests, made with PyAV."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # H x W x 3


def write_video(
    path: Path,
    pictures: Iterable[Picture],
    fps: int = 10,
    sound: NDArray[np.float32] | None = None,
    aspect: Fraction | None = None,
    times: Iterable[float] | None = None,
) -> Path:
    """H.264 with AAC; `sound` is mono 16 kHz, `times` are presentation times in seconds."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=fps, options={"crf": "18"})
        video.pix_fmt = "yuv420p"
        video.time_base = Fraction(1, 1000)
        audio = (
            container.add_stream("aac", rate=16_000, layout="mono") if sound is not None else None
        )
        clock = iter(times) if times is not None else (i / fps for i in range(10**6))
        for i, (picture, time) in enumerate(zip(pictures, clock, strict=False)):
            if i == 0:
                video.height, video.width = picture.shape[:2]
                if aspect:
                    video.codec_context.sample_aspect_ratio = aspect
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(time * 1000), Fraction(1, 1000)
            container.mux(video.encode(frame))
        container.mux(video.encode())
        if audio is not None and sound is not None:
            for start in range(0, len(sound), 1024):
                chunk = av.AudioFrame.from_ndarray(
                    sound[None, start : start + 1024], format="fltp", layout="mono"
                )
                chunk.rate, chunk.pts = 16_000, start
                container.mux(audio.encode(chunk))
            container.mux(audio.encode())
    return path


def plain(grey: int, width: int = 320, height: int = 180) -> Picture:
    return np.full((height, width, 3), grey, np.uint8)
