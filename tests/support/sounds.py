"""Speech, music and silence as mono float32 at 16 kHz."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

RATE = 16_000


@cache
def spoken(text: str) -> NDArray[np.float32]:
    """Speech by hibari-tts."""
    from hibari import Hibari

    audio = Hibari()(text, seed=0)
    at = np.arange(0, len(audio) - 1, 24_000 / RATE)
    return np.interp(at, np.arange(len(audio)), audio).astype(np.float32)


def espeak(text: str, language: str) -> NDArray[np.float32]:
    """Speech in any language by espeak-ng, which pip can't bring."""
    if not shutil.which("espeak-ng"):
        pytest.skip("espeak-ng is not installed")
    command = ["espeak-ng", "-v", language, "-s", "150", "--stdout", text]
    wave = subprocess.run(command, capture_output=True, check=True).stdout
    samples = np.frombuffer(wave[44:], np.int16) / 32768
    at = np.arange(0, len(samples) - 1, 22_050 / RATE)
    return np.interp(at, np.arange(len(samples)), samples).astype(np.float32)


def silence(seconds: float) -> NDArray[np.float32]:
    return np.zeros(int(seconds * RATE), np.float32)


def music(seconds: float) -> NDArray[np.float32]:
    """Struck chords with overtones, loud."""
    at = np.arange(int(seconds * RATE)) / RATE
    tones = [f * h for f in (220.0, 277.2, 329.6) for h in (1, 2, 3)]
    chord = sum(np.sin(2 * np.pi * f * at) for f in tones) / len(tones)
    return (chord * np.exp(-4 * (at % 0.5))).astype(np.float32)


def noise(seconds: float) -> NDArray[np.float32]:
    """A fan, say."""
    return np.random.default_rng(0).normal(0, 0.05, int(seconds * RATE)).astype(np.float32)
