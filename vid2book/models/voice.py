"""Where somebody speaks, and what sounds where nobody does.

Voice activity is Silero's, which comes with faster-whisper. Measured: over 62 segments of recorded
speech its mean is 0.56 or more, over speech with music or noise as loud as itself 0.66 or more, and
over music, hum, noise and applause 0.03 or less. So it tells words from what a speech model makes
up over such sounds, which is surer than the model's own probabilities (see benchmarks/README.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .speech import Sound
from .windows import RATE, Piece

_FRAME = 512  # samples; what the voice model hears at a time
_WINDOW = 1024  # samples of a spectrum
_BINS = slice(4, 256)  # of a spectrum: 60 Hz to 4 kHz, where music and speech have their tones
_SHORTEST = 2.0  # seconds; a shorter gap is a pause
_AUDIBLE = -50.0  # dB of full scale; quieter is the hiss of a room


def voice(audio: NDArray[np.float32], spans: Sequence[tuple[float, float]]) -> list[float]:
    """The mean probability of speech, 0 to 1, in each span (start and end in seconds)."""
    if not spans:
        return []
    from faster_whisper.vad import get_vad_model

    padded = np.pad(audio, (0, _FRAME - len(audio) % _FRAME))
    probability = np.asarray(get_vad_model()(padded)).reshape(-1)
    found = []
    for start, end in spans:
        first = min(int(start * RATE / _FRAME), len(probability) - 1)
        last = max(first + 1, int(end * RATE / _FRAME))
        found.append(round(float(probability[first:last].mean()), 4))
    return found


def without_speech(audio: NDArray[np.float32], pieces: Sequence[Piece]) -> Iterator[Sound]:
    """The audible stretches between pieces of speech, at least two seconds long."""
    starts = [0.0, *(piece.end for piece in pieces)]
    ends = [*(piece.start for piece in pieces), len(audio) / RATE]
    for start, end in zip(starts, ends, strict=True):
        samples = audio[int(start * RATE) : int(end * RATE)]
        if end - start < _SHORTEST or _level(samples) < _AUDIBLE:
            continue
        yield Sound(round(start, 2), round(end, 2), round(_flatness(samples), 4))


def _level(samples: NDArray[np.float32]) -> float:
    """Mean power in dB of full scale."""
    return float(10 * np.log10(np.square(samples, dtype=np.float64).mean() + 1e-12))


def _flatness(samples: NDArray[np.float32]) -> float:
    """Geometric over arithmetic mean of the spectrum, 0 (tones) to 1 (white noise), loud parts
    counting more. After Johnston, "Transform coding of audio signals" (1988)."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[:: _WINDOW // 2]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(_WINDOW)))[:, _BINS]) + 1e-9
    flatness = np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)
    return float(np.average(flatness, weights=power.sum(axis=1)))
