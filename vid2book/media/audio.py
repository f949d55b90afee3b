"""The sound of a video as one array."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from .container import MediaError, decode, open_media

SAMPLE_RATE = 16_000


def read_audio(path: str | Path, until: float | None = None) -> NDArray[np.float32]:
    """The first audio stream of `path`, mono, 16 kHz, float32 in [-1, 1].

    Silence stands where the sound starts late, so that positions are times of the video. Sound is
    decoded in a stream; what is held is the result, 230 MB an hour, which a speech model needs.

    Args:
        path: a media file.
        until: stop here, in seconds; None: at the end.

    Raises:
        MediaError: the file has no sound or cannot be decoded.
    """
    chunks: list[NDArray[np.float32]] = []
    held = 0
    with open_media(path) as container:
        if not container.streams.audio:
            raise MediaError(f"{Path(path).name}: no sound in it")
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
        for frame in chain(decode(container, stream), [None]):  # None: what the resampler holds
            if frame is not None and not chunks and frame.time:
                late = np.zeros(max(0, round(frame.time * SAMPLE_RATE)), np.float32)
                chunks.append(late)
                held += len(late)
            for out in resampler.resample(frame):
                samples = out.to_ndarray().reshape(-1).astype(np.float32, copy=False)
                chunks.append(samples)
                held += len(samples)
            if until is not None and held >= until * SAMPLE_RATE:
                break
    audio = np.concatenate(chunks) if chunks else np.zeros(0, np.float32)
    if not held:
        raise MediaError(f"{Path(path).name}: its sound cannot be decoded")
    return audio if until is None else audio[: round(until * SAMPLE_RATE)]
