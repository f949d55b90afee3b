"""Numbers under keys, for joins of millions: sorted arrays, the large ones on disk.

As in a log-structured merge tree (O'Neil and others, 1996) what is added becomes a run, and runs of
like size are merged, so that there are few of them and each entry is moved a few times only.
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

_IN_MEMORY = 1 << 18  # entries of a run that is not worth a file
_MERGED_AT_ONCE = 1 << 20  # entries
_FOUND_AT_ONCE = 1 << 20  # pairs


def mapped(path: Path, kind: type[Scalar]) -> NDArray[Scalar]:
    """The numbers in a file, which are read when they are asked for."""
    if not path.stat().st_size:  # which cannot be mapped
        return np.empty(0, kind)
    return np.asarray(np.memmap(path, kind, "r"))  # a plain array is faster to index


class Run(NamedTuple):
    """Entries in the order of their keys."""

    keys: Keys
    numbers: Numbers

    @staticmethod
    def of(keys: Keys, numbers: Numbers) -> Run:
        order = np.argsort(keys, kind="stable")
        return Run(keys[order], numbers[order])

    def find(self, asked: Run) -> Iterator[tuple[Numbers, Numbers]]:
        """Pairs that share a key, numbers of `asked` and of this; about so many at a time.

        A pair that shares several keys comes several times.
        """
        starts = np.searchsorted(self.keys, asked.keys, "left")
        hits = np.flatnonzero(self.keys[np.minimum(starts, len(self.keys) - 1)] == asked.keys)
        starts, numbers = starts[hits], asked.numbers[hits]
        counts = np.searchsorted(self.keys, asked.keys[hits], "right") - starts
        done = np.cumsum(counts)
        part = done // _FOUND_AT_ONCE
        for these in np.split(np.arange(len(hits)), np.flatnonzero(np.diff(part)) + 1):
            lengths = counts[these]
            shifts = starts[these] - (np.cumsum(lengths) - lengths)
            places = np.arange(int(lengths.sum())) + np.repeat(shifts, lengths)
            yield np.repeat(numbers[these], lengths), self.numbers[places]


class Postings:
    """What was added, to be found by its keys.

    Args:
        folder: for the large runs; belongs to this alone.
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
            self._runs.append(self._merged(large, small))

    def find(self, asked: Run) -> Iterator[tuple[Numbers, Numbers]]:
        """See `Run.find`."""
        for run in self._runs:
            yield from run.find(asked)

    def _merged(self, one: Run, other: Run) -> Run:
        total = len(one.keys) + len(other.keys)
        if total <= _IN_MEMORY:
            return Run.of(*(np.concatenate(pair) for pair in zip(one, other, strict=True)))
        paths = [self._folder / f"{self._files}-{name}" for name in Run._fields]
        self._files += 1
        # Written and not mapped for writing: on a full disk that would end the process.
        with paths[0].open("wb") as keys, paths[1].open("wb") as numbers:
            for part in _parts(one, other):
                keys.write(part.keys.data)
                numbers.write(part.numbers.data)
        merged = Run(mapped(paths[0], np.uint64), mapped(paths[1], np.int64))
        for path in paths:
            path.unlink()  # what is mapped stays until nobody needs it
        return merged


def _parts(one: Run, other: Run) -> Iterator[Run]:
    """Two runs as one, a part at a time."""
    begin = other_begin = 0
    while begin < len(one.keys):
        end, other_end = begin + _MERGED_AT_ONCE, len(other.keys)
        if end < len(one.keys):
            # Both are cut behind one key, so that the parts follow one another.
            cut = one.keys[end]
            end = int(np.searchsorted(one.keys, cut, "right"))
            other_end = int(np.searchsorted(other.keys, cut, "right"))
        runs = (one, begin, end), (other, other_begin, other_end)
        keys = np.concatenate([run.keys[i:j] for run, i, j in runs])
        yield Run.of(keys, np.concatenate([run.numbers[i:j] for run, i, j in runs]))
        begin, other_begin = end, other_end
