"""The teacher's voice: sentences to audio, and how loud it is at each frame (for the mouth)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from hibari import Hibari

from .script import Sentence

RATE = 24_000
SILENCE = 0.01
Audio = npt.NDArray[np.float32]


class Voice:
    """Speaks sentences, always alike for the same seed and speed."""

    def __init__(self, speed: float, seed: int) -> None:
        self._hibari = Hibari()
        self._speed = speed
        self._seed = seed

    def speak(self, sentence: Sentence) -> Audio:
        """Mono audio at 24 kHz, cut to the speech itself so that its times are the sentence's."""
        sound = np.asarray(self._hibari(sentence.text, speed=self._speed, seed=self._seed))
        loud = np.flatnonzero(np.abs(sound) > SILENCE)
        return sound[loud[0] : loud[-1] + 1].astype(np.float32)


def loudness(audio: Audio, fps: int, frames: int) -> npt.NDArray[np.float32]:
    """Loudness from 0 to 1 at each of `frames` frames, lightly smoothed as lips are slow."""
    step = RATE / fps
    edges = (np.arange(frames + 1) * step).astype(int)
    padded = np.pad(audio, (0, max(0, edges[-1] - len(audio))))
    rms = np.array([np.sqrt(np.mean(padded[a:b] ** 2)) for a, b in pairwise(edges)])
    rms = np.convolve(rms, [0.2, 0.6, 0.2], mode="same")
    top = float(np.percentile(rms, 97)) or 1.0
    return np.clip(rms / top, 0, 1).astype(np.float32)
