"""Videos that say the same, by the MinHash of their speech."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .gathered import Gathered
from .minhash import SPEECH_BANDS
from .postings import Numbers, Postings, Run

_AT_ONCE = 1024  # videos


class SameSpeech(NamedTuple):
    """Two videos that say the same."""

    video: int
    earlier: int
    similarity: float  # 0 to 1


def same_speech(gathered: Gathered, least: float) -> Iterator[SameSpeech]:
    """The pairs of videos that share a band and have at least this similarity.

    In order of the later video, then of the earlier one.
    """
    spoken = np.flatnonzero(gathered.spoken)
    with tempfile.TemporaryDirectory(prefix="vid2book-speech-") as folder:
        postings = Postings(Path(folder) / "bands")
        for begin in range(0, len(spoken), _AT_ONCE):
            bands = _bands(gathered, spoken[begin : begin + _AT_ONCE])
            postings.add(bands)
            yield from _similar(gathered, postings.find(bands), least)


def _similar(
    gathered: Gathered, candidates: Iterator[tuple[Numbers, Numbers]], least: float
) -> Iterator[SameSpeech]:
    pairs = [np.unique(v[v > e] << 32 | e[v > e]) for v, e in candidates]
    for pair in np.unique(np.concatenate(pairs)).tolist():
        video, earlier = pair >> 32, pair & 0xFFFFFFFF
        similarity = float(np.mean(gathered.speech[video] == gathered.speech[earlier]))
        if similarity >= least:
            yield SameSpeech(video, earlier, similarity)


def _bands(gathered: Gathered, videos: Numbers) -> Run:
    """The bands of the videos' signatures, each hashed with its position."""
    bands = gathered.speech[videos].reshape(len(videos), SPEECH_BANDS, -1).astype(np.uint64)
    keys = np.broadcast_to(np.arange(SPEECH_BANDS, dtype=np.uint64), bands.shape[:2])
    for number in range(bands.shape[2]):
        keys = (keys * np.uint64(0x9E3779B97F4A7C15)) ^ bands[:, :, number]
        keys ^= keys >> np.uint64(29)
    return Run.of(keys.reshape(-1), np.repeat(videos, SPEECH_BANDS))
