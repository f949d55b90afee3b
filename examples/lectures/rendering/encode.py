"""Pictures and sound into an MP4 file: H.264 and AAC."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from .draw import Frame
from .script import Lecture
from .voice import RATE, Audio

CHUNK = 1024
"""Samples in one AAC frame."""


def encode(path: Path, lecture: Lecture, frames: Iterable[Frame], audio: Audio) -> None:
    """Write a video, without a sound track if nobody speaks.

    The number of threads is fixed, since the bytes depend on it.
    """
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=lecture.fps)
        video.width, video.height = lecture.size
        video.pix_fmt = "yuv420p"
        video.time_base = Fraction(1, lecture.fps)
        video.options = {
            "crf": str(lecture.crf),
            "threads": "2",
            "g": str(round(lecture.fps * lecture.key_every)),
            **lecture.x264,
        }
        sound = container.add_stream("aac", rate=RATE, layout="mono") if audio.any() else None
        if sound:
            sound.bit_rate = lecture.audio_kbps * 1000
        written = 0
        for number, picture in enumerate(frames):
            shot = av.VideoFrame.from_ndarray(picture, format="rgb24")
            shot.pts, shot.time_base = number, Fraction(1, lecture.fps)
            container.mux(video.encode(shot))
            while sound and written < min(len(audio), (number + 1) * RATE / lecture.fps):
                chunk = audio[None, written : written + CHUNK]
                heard = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(chunk), format="fltp", layout="mono"
                )
                heard.sample_rate, heard.pts = RATE, written
                heard.time_base = Fraction(1, RATE)
                container.mux(sound.encode(heard))
                written += CHUNK
        container.mux(video.encode(None))
        if sound:
            container.mux(sound.encode(None))
