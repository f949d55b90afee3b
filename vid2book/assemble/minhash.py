"""Finding texts that say nearly the same, without comparing all pairs.

Texts are compared by MinHash (Broder, "On the resemblance and containment of documents", 1997) over
shingles (runs of a few words), which turns a text of any length into a few numbers. Candidates are
found by locality-sensitive hashing in bands (Leskovec, Rajaraman and Ullman, "Mining of Massive
Datasets", chapter 3), so the work grows with the number of texts, not of pairs.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..words import words_and_ideograms

Signature = tuple[int, ...]  # numbers of 32 bits; empty: too short to compare

# For the speech of whole videos: the same lecture may be uploaded, cut or encoded again.
SPEECH_BANDS = 32  # of 4 numbers: videos with a similarity of 0.6 are found with probability 0.99
_SPEECH_SHINGLE = 3  # words; one misheard word costs three shingles; set by eye
SPEECH_HASHES = 128  # the standard error of a similarity of 0.6 is then 0.04


class Match(NamedTuple):
    """An earlier text that says the same."""

    number: int
    similarity: float  # 0 to 1


def signature(speech: str, fewest: int) -> Signature:
    """The MinHash of a video's speech; empty if it has fewer different phrases than `fewest`."""
    words = words_and_ideograms(speech.lower())
    return minhash(words, _SPEECH_SHINGLE, SPEECH_HASHES, fewest)


def minhash(words: Sequence[str], shingle: int, hashes: int, fewest: int = 1) -> Signature:
    """The signature of a text.

    Args:
        words: of the text, in order.
        shingle: words in a shingle.
        hashes: numbers in the signature.
        fewest: a text with fewer different shingles has an empty signature.
    """
    shingles = {" ".join(words[i : i + shingle]) for i in range(len(words) - shingle + 1)}
    if len(shingles) < fewest:
        return ()
    hashed = np.array(sorted(zlib.crc32(s.encode()) for s in shingles), np.uint64)
    factors, offsets = _multipliers(hashes)
    mixed = (factors[:, None] * hashed + offsets[:, None]) >> np.uint64(32)
    return tuple(mixed.min(axis=1).tolist())


class Index:
    """An index of numbered texts by their signatures.

    Args:
        bands: the number of equal parts into which a signature is cut; two texts are compared if
            they have a part in common.
    """

    def __init__(self, bands: int) -> None:
        self._bands = bands
        self._signatures: dict[int, NDArray[np.uint32]] = {}
        self._buckets: defaultdict[tuple[int, bytes], list[int]] = defaultdict(list)

    def add(self, number: int, signature: Signature) -> None:
        self._signatures[number] = _pack(signature)
        for key in self._keys(signature):
            self._buckets[key].append(number)

    def matches(self, signature: Signature, least: float) -> list[Match]:
        """The texts with at least this similarity, in order of their numbers."""
        near = {text for key in self._keys(signature) for text in self._buckets.get(key, ())}
        new = _pack(signature)
        matches = [Match(n, float(np.mean(new == self._signatures[n]))) for n in sorted(near)]
        return [match for match in matches if match.similarity >= least]

    def _keys(self, signature: Signature) -> list[tuple[int, bytes]]:
        """The bands of a signature, each with its position."""
        if not signature:
            return []
        bands = _pack(signature).reshape(self._bands, -1)
        return [(place, band.tobytes()) for place, band in enumerate(bands)]


def _pack(signature: Signature) -> NDArray[np.uint32]:
    return np.array(signature, np.uint32)


@cache
def _multipliers(hashes: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Factors and offsets of multiply-shift hashing (Dietzfelbinger and others, 1997); constant."""
    numbers = np.random.Generator(np.random.PCG64(0)).integers(0, 2**63, (2, hashes), np.uint64)
    return numbers[0] * np.uint64(2) + np.uint64(1), numbers[1]
