"""Near-duplicate videos: the same lecture uploaded, cut or encoded again.

Two videos are one if they say the same and show the same. Speech is compared by MinHash (Broder,
"On the resemblance and containment of documents", 1997) over shingles of three words, so that a
video travels as 128 numbers; candidates are found by locality-sensitive hashing in bands, so that
the work grows with the videos and not with their pairs.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Signature = tuple[int, ...]

_SHINGLE = 3  # words; one misheard word costs three shingles
_HASHES = 128  # the standard error of a similarity of 0.6 is then 0.04
_ROWS = 4  # in a band: at a similarity of 0.6 two videos meet with a probability of 0.99
_FEWEST = 20  # shingles; fewer say too little


class Match(NamedTuple):
    """An earlier video that says the same."""

    video: int  # its number
    similarity: float  # of the speech, 0 to 1


def signature(text: str) -> Signature:
    """The MinHash of a video's speech; empty if it says too little to compare."""
    words = re.findall(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+", text.lower())
    shingles = {" ".join(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)}
    if len(shingles) < _FEWEST:
        return ()
    hashed = np.array(sorted(zlib.crc32(s.encode()) for s in shingles), np.uint64)
    factors, offsets = _multipliers()
    mixed = (factors[:, None] * hashed + offsets[:, None]) >> np.uint64(32)
    return tuple(int(least) for least in mixed.min(axis=1))


class Index:
    """The videos seen so far, by what they say."""

    def __init__(self) -> None:
        self._signatures: dict[int, Signature] = {}
        self._buckets: defaultdict[tuple[int, Signature], list[int]] = defaultdict(list)

    def add(self, video: int, signature: Signature) -> None:
        self._signatures[video] = signature
        for band in _bands(signature):
            self._buckets[band].append(video)

    def matches(self, signature: Signature, least: float) -> list[Match]:
        """The videos at least so similar, in the order in which they came."""
        near = {video for band in _bands(signature) for video in self._buckets.get(band, ())}
        found = [Match(v, _similarity(signature, self._signatures[v])) for v in sorted(near)]
        return [match for match in found if match.similarity >= least]


def _bands(signature: Signature) -> list[tuple[int, Signature]]:
    return [(i, signature[i : i + _ROWS]) for i in range(0, len(signature), _ROWS)]


def _similarity(a: Sequence[int], b: Sequence[int]) -> float:
    """An estimate of the share of shingles of both that both have."""
    return sum(x == y for x, y in zip(a, b, strict=True)) / _HASHES


@cache
def _multipliers() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Of multiply-shift hashing (Dietzfelbinger and others, 1997); always the same."""
    numbers = np.random.Generator(np.random.PCG64(0)).integers(0, 2**63, (2, _HASHES), np.uint64)
    return numbers[0] * np.uint64(2) + np.uint64(1), numbers[1]
