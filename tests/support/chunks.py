"""How much of a new version the Hub has not seen: files cut where their content says so.

The Hub stores files in chunks of about 64 kB whose borders a rolling hash of the bytes decides, so
that bytes which moved are found again. This is that scheme (gear hash; 8 to 128 kB), with a table
of its own: sizes come out alike, borders do not coincide with the Hub's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_MIN, _MAX = 8 * 1024, 128 * 1024
_MASK = np.uint64(0xFFFF) << np.uint64(48)  # one position in 65,536
_GEAR = np.random.default_rng(1).integers(0, 2**64, 256, np.uint64)


def new_bytes(old: Iterable[Path], new: Iterable[Path]) -> tuple[int, int]:
    """Bytes of the chunks of `new` that are in no file of `old`, and bytes of `new` in all."""
    seen = {hashlib.sha256(chunk).digest() for file in old for chunk in chunks(file.read_bytes())}
    fresh = total = 0
    for file in new:
        for chunk in chunks(file.read_bytes()):
            total += len(chunk)
            digest = hashlib.sha256(chunk).digest()
            if digest not in seen:
                fresh += len(chunk)
                seen.add(digest)
    return fresh, total


def chunks(content: bytes) -> Iterator[bytes]:
    """The content, cut."""
    borders = _candidates(content)
    start = 0
    while start < len(content):
        first = np.searchsorted(borders, start + _MIN)
        end = min(start + _MAX, len(content))
        if first < len(borders):
            end = min(end, int(borders[first]))
        yield content[start:end]
        start = end


def _candidates(content: bytes) -> NDArray[np.int64]:
    """Positions where a chunk may end: the hash of the 64 bytes before has its top bits zero."""
    rolled = _GEAR[np.frombuffer(content, np.uint8)]
    width = 1
    while width < 64:  # sums over 2, 4, ... 64 bytes, each byte shifted once more than the next
        older = rolled[:-width] << np.uint64(width)
        rolled = rolled.copy()
        rolled[width:] += older
        width *= 2
    return np.flatnonzero((rolled & _MASK) == 0) + 1
