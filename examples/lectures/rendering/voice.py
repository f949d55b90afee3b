"""The teacher's voice: sentences to audio, and how loud it is at each frame (for the mouth)."""

from __future__ import annotations

import shutil
import subprocess
from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .script import Lecture, Sentence

RATE = 24_000
SILENCE = 0.01
Audio = npt.NDArray[np.float32]


class Voice(Protocol):
    """Speaks sentences, always alike."""

    def speak(self, sentence: Sentence) -> Audio:
        """Mono audio at 24 kHz, cut to the speech itself so that its times are the sentence's."""
        ...


def voice_of(lecture: Lecture) -> Voice:
    """The voice that a lecture asks for."""
    return Espeak(lecture) if lecture.voice else English(lecture)


class English:
    """The voice of hibari-tts."""

    def __init__(self, lecture: Lecture) -> None:
        from hibari import Hibari

        self._hibari = Hibari()
        self._lecture = lecture

    def speak(self, sentence: Sentence) -> Audio:
        speed, seed = self._lecture.speed, self._lecture.seed
        return _trimmed(np.asarray(self._hibari(sentence.text, speed=speed, seed=seed)))


class Espeak:
    """A voice of espeak-ng, by its language: robotic, but there is one for most."""

    RATE = 22_050
    WORDS_PER_MINUTE = 150

    def __init__(self, lecture: Lecture) -> None:
        if not shutil.which("espeak-ng"):
            raise RuntimeError("espeak-ng is not installed: apt-get install espeak-ng")
        pace = round(self.WORDS_PER_MINUTE * lecture.speed)
        self._command = ["espeak-ng", "-v", lecture.voice, "-s", str(pace), "--stdout"]

    def speak(self, sentence: Sentence) -> Audio:
        run = subprocess.run([*self._command, sentence.text], capture_output=True, check=True)
        samples = np.frombuffer(run.stdout[44:], np.int16) / 32768  # after the WAV header
        at = np.arange(0, len(samples) - 1, self.RATE / RATE)
        return _trimmed(np.interp(at, np.arange(len(samples)), samples))


def _trimmed(sound: npt.NDArray[np.floating]) -> Audio:
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
