"""Where somebody speaks, and which sounds there are elsewhere.

Voice activity is Silero's, which comes with faster-whisper. Measured means: 0.56 or more in each of
62 segments of recorded speech, 0.66 or more for speech with equally loud music or noise, and 0.03
or less for music, hum, noise and applause. So it separates real words from those that a speech
model makes up over such sounds, more reliably than the model's own probabilities (see
benchmarks/README.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .silero import FRAME, Audio
from .speech import Sound
from .windows import RATE, Piece

_BLOCK = 1 << 20  # samples to process together; a minute of sound, in whole windows
_WINDOW = 1024  # samples per spectrum
_BINS = slice(4, 256)  # of a spectrum: 60 Hz to 4 kHz, where music and speech have their tones
_SHORTEST = 2.0  # seconds; shorter gaps are pauses; set by eye
_AUDIBLE = -50.0  # dB of full scale; anything quieter is room noise; set by eye


def voice(probability: NDArray[np.float32], spans: Sequence[tuple[float, float]]) -> list[float]:
    """The mean probability of speech, 0 to 1, in each span (start and end in seconds).

    Args:
        probability: for each frame (`speech_probability`).
    """
    means = []
    for start, end in spans:
        first = min(int(start * RATE / FRAME), len(probability) - 1)
        last = max(first + 1, int(end * RATE / FRAME))
        means.append(round(float(probability[first:last].mean()), 4))
    return means


def without_speech(audio: Audio, pieces: Sequence[Piece]) -> Iterator[Sound]:
    """The audible stretches between pieces of speech, at least two seconds long."""
    starts = [0.0, *(piece.end for piece in pieces)]
    ends = [*(piece.start for piece in pieces), len(audio) / RATE]
    for start, end in zip(starts, ends, strict=True):
        first, last = int(start * RATE), int(end * RATE)
        if end - start < _SHORTEST or _level(audio, first, last) < _AUDIBLE:
            continue
        yield Sound(round(start, 2), round(end, 2), round(_flatness(audio, first, last), 4))


def _level(audio: Audio, first: int, last: int) -> float:
    """Mean power of a stretch of samples in dB of full scale."""
    total = sum(
        float(np.square(audio[at : min(at + _BLOCK, last)], dtype=np.float64).sum())
        for at in range(first, last, _BLOCK)
    )
    return 10 * math.log10(total / (last - first) + 1e-12)


def _flatness(audio: Audio, first: int, last: int) -> float:
    """Geometric over arithmetic mean of the spectrum, 0 (tones) to 1 (white noise), weighted by
    loudness. After Johnston, "Transform coding of audio signals" (1988)."""
    weighted = weights = 0.0
    hop = _WINDOW // 2
    for at in range(first, last - _WINDOW + 1, _BLOCK):
        samples = audio[at : min(at + _BLOCK + _WINDOW - hop, last)]
        frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::hop]
        power = np.square(np.abs(np.fft.rfft(frames * np.hanning(_WINDOW)))[:, _BINS]) + 1e-9
        flatness = np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)
        weighted += float(flatness @ power.sum(axis=1))
        weights += float(power.sum())
    return weighted / weights
