"""Numbers by key, for joins of millions of entries: sorted arrays, the large ones on disk.

As in a log-structured merge tree (O'Neil and others, 1996), each addition becomes a run, and runs
of similar size are merged, so there are few runs and each entry is moved only a few times.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Numbers = NDArray[np.int64]

Scalar = TypeVar("Scalar", bound=np.generic)

_IN_MEMORY = 1 << 18  # entries; a smaller run is not worth a file
_MERGED_AT_ONCE = 1 << 20  # entries
_FOUND_AT_ONCE = 1 << 20  # pairs


def mapped(path: Path, kind: type[Scalar]) -> NDArray[Scalar]:
    """The numbers in a file, which are read on access."""
    if not path.stat().st_size:  # an empty file cannot be mapped
        return np.empty(0, kind)
    return np.asarray(np.memmap(path, kind, "r"))  # a plain array is faster to index


class Run(NamedTuple):
    """Entries sorted by key."""

    keys: Keys
    numbers: Numbers

    @staticmethod
    def of(keys: Keys, numbers: Numbers) -> Run:
        order = np.argsort(keys, kind="stable")
        return Run(keys[order], numbers[order])

    def find(self, query: Run) -> Iterator[tuple[Numbers, Numbers]]:
        """Pairs of numbers, of `query` and of this run, that share a key; in batches.

        A pair that shares several keys is repeated.
        """
        starts = np.searchsorted(self.keys, query.keys, "left")
        hits = np.flatnonzero(self.keys[np.minimum(starts, len(self.keys) - 1)] == query.keys)
        starts, numbers = starts[hits], query.numbers[hits]
        counts = np.searchsorted(self.keys, query.keys[hits], "right") - starts
        done = np.cumsum(counts)
        part = done // _FOUND_AT_ONCE
        for these in np.split(np.arange(len(hits)), np.flatnonzero(np.diff(part)) + 1):
            lengths = counts[these]
            shifts = starts[these] - (np.cumsum(lengths) - lengths)
            places = np.arange(int(lengths.sum())) + np.repeat(shifts, lengths)
            yield np.repeat(numbers[these], lengths), self.numbers[places]


class Postings:
    """An index of entries by key.

    Args:
        folder: for the large runs; created, and used by nothing else.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._files = 0
        self._runs: list[Run] = []  # from large to small

    def add(self, run: Run) -> None:
        """Add entries."""
        if not len(run.keys):
            return
        self._runs.append(run)
        while len(self._runs) > 1 and len(self._runs[-2].keys) < 2 * len(self._runs[-1].keys):
            small, large = self._runs.pop(), self._runs.pop()
            self._runs.append(self._merge(large, small))

    def find(self, query: Run) -> Iterator[tuple[Numbers, Numbers]]:
        """See `Run.find`."""
        for run in self._runs:
            yield from run.find(query)

    def _merge(self, one: Run, other: Run) -> Run:
        total = len(one.keys) + len(other.keys)
        if total <= _IN_MEMORY:
            return Run.of(*(np.concatenate(pair) for pair in zip(one, other, strict=True)))
        paths = [self._folder / f"{self._files}-{name}" for name in Run._fields]
        self._files += 1
        # Not mapped for writing: on a full disk, that would kill the process.
        with paths[0].open("wb") as keys, paths[1].open("wb") as numbers:
            for part in _parts(one, other):
                keys.write(part.keys.data)
                numbers.write(part.numbers.data)
        merged = Run(mapped(paths[0], np.uint64), mapped(paths[1], np.int64))
        for path in paths:
            path.unlink()  # mapped data stays until it is no longer used
        return merged


def _parts(one: Run, other: Run) -> Iterator[Run]:
    """Two runs merged, one part at a time."""
    begin = other_begin = 0
    while begin < len(one.keys):
        end, other_end = begin + _MERGED_AT_ONCE, len(other.keys)
        if end < len(one.keys):
            # Both are cut after the same key, so the parts are in order.
            cut = one.keys[end]
            end = int(np.searchsorted(one.keys, cut, "right"))
            other_end = int(np.searchsorted(other.keys, cut, "right"))
        runs = (one, begin, end), (other, other_begin, other_end)
        keys = np.concatenate([run.keys[i:j] for run, i, j in runs])
        yield Run.of(keys, np.concatenate([run.numbers[i:j] for run, i, j in runs]))
        begin, other_begin = end, other_end
