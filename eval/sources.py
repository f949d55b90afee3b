"""Where rows come from: Parquet, `save_to_disk`, the Hub, JSON and CSV, the released JSON.

Each source gives all its rows in order, or a random sample of them, without keeping more than the
sample in memory. Rows of Parquet files are drawn by a hash of their `id`, so two variants of a
corpus, which share ids, give the same samples. From a stream, every row is drawn with the same
chance (reservoir). On the Hub, rows are drawn from a shuffled buffer, so a sample does not download
the whole corpus.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from vid2book.folder.record import CorpusError
from vid2book.folder.released import ReleasedError, released_row, released_samples
from vid2book.intake import IntakeError, Row, Unread, read_rows

from .parquet_files import ParquetFiles, draw

__all__ = [
    "HubDataset",
    "ParquetFiles",
    "ReleasedJson",
    "Row",
    "SavedDataset",
    "Seekable",
    "Source",
    "TextFiles",
    "Unread",
    "describe",
    "reservoir",
]

T = TypeVar("T")

_MOST_NAMED = 20  # unreadable rows whose places are reported
_BUFFER = 1000  # rows of a stream from the Hub from which each one is drawn


class NoSplitError(CorpusError):
    """The corpus has splits, but not the requested one."""


class Source(Protocol):
    """Rows with their numbers, in order of number; the same for the same seed."""

    def rows(self, samples: int | None, seed: int) -> Iterator[tuple[int, Row | Unread]]: ...


@runtime_checkable
class Seekable(Source, Protocol):
    """A source with a known number of rows and random access to them."""

    def chosen(self, samples: int | None, seed: int) -> Sequence[int]:
        """The numbers of the rows that `rows` gives, in order."""
        ...

    def take(self, numbers: Sequence[int]) -> Iterator[tuple[int, Row | Unread]]:
        """Rows by ascending number. If several are lost together, one `Unread` stands for all."""
        ...


@dataclass(frozen=True)
class SavedDataset:
    """A folder written by `save_to_disk`: a dataset, or a dictionary of datasets by split."""

    folder: Path
    split: str = "train"

    def rows(self, samples: int | None, seed: int) -> Iterator[tuple[int, Row | Unread]]:
        return self.take(self.chosen(samples, seed))

    def chosen(self, samples: int | None, seed: int) -> Sequence[int]:
        size = len(self._dataset)
        if samples is None or samples >= size:
            return range(size)
        return sorted(draw([""] * size, samples, seed))

    def take(self, numbers: Sequence[int]) -> Iterator[tuple[int, Row | Unread]]:
        for number in numbers:
            yield number, self._dataset[number : number + 1].to_pylist()[0]

    @cached_property
    def _dataset(self) -> Any:
        """The dataset in Arrow's format, in which images stay encoded."""
        from datasets import DatasetDict, load_from_disk

        saved = load_from_disk(str(self.folder))
        if not isinstance(saved, DatasetDict):
            return saved.with_format("arrow")
        if self.split not in saved:
            names = ", ".join(sorted(saved))
            raise NoSplitError(f"{self.folder}: has no split '{self.split}'; it has {names}")
        return saved[self.split].with_format("arrow")


@dataclass(frozen=True)
class HubDataset:
    """A dataset on the Hub, streamed."""

    name: str
    revision: str | None
    config: str | None
    split: str

    def rows(self, samples: int | None, seed: int) -> Iterator[tuple[int, Row | Unread]]:
        stream = self._stream
        if samples is not None:
            stream = stream.shuffle(seed=seed, buffer_size=_BUFFER).take(samples)
        yield from enumerate(_streamed(stream))

    def files(self) -> int:
        """The number of files with rows; `part` divides them up."""
        return int(self._stream.num_shards)

    def part(self, number: int, parts: int, skip: int) -> Iterator[tuple[int, Row | Unread]]:
        """Rows of the files of one part, numbered within it, without the first `skip`."""
        from datasets.distributed import split_dataset_by_node

        mine = split_dataset_by_node(self._stream, rank=number, world_size=parts)
        yield from enumerate(_streamed(mine.skip(skip)), skip)

    @cached_property
    def _stream(self) -> Any:
        return self.open()

    def open(self) -> Any:
        """The dataset as streamed by `datasets`, with images still encoded."""
        from datasets import load_dataset

        try:
            return load_dataset(
                self.name, self.config, split=self.split, revision=self.revision, streaming=True
            ).decode(False)
        except (OSError, ValueError) as error:  # no such dataset, split or network
            raise CorpusError(f"{self.name}: cannot be opened on the Hub: {error}") from None


def _streamed(stream: Any) -> Iterator[Row]:
    """All rows of a stream; plain iteration would give a `DataLoader` worker only its share."""
    for batch in stream.iter(batch_size=1):
        yield {name: values[0] for name, values in batch.items()}


@dataclass(frozen=True)
class TextFiles:
    """Files of JSON, JSON Lines (as MMC4 has them) or CSV, also gzipped."""

    files: Sequence[Path]

    def rows(self, samples: int | None, seed: int) -> Iterator[tuple[int, Row | Unread]]:
        yield from reservoir(self._rows(), samples, seed)

    def _rows(self) -> Iterator[Row | Unread]:
        for file in self.files:
            try:
                yield from (read.row for read in read_rows(file))
            except IntakeError:
                yield Unread(f"{file.name} cannot be read", rows=None)


@dataclass(frozen=True)
class ReleasedJson:
    """The released Multimodal Textbook: a JSON list, and the folder of its images."""

    annotations: Path
    images: Path

    def rows(self, samples: int | None, seed: int) -> Iterator[tuple[int, Row | Unread]]:
        for number, sample in reservoir(released_samples(self.annotations), samples, seed):
            if isinstance(sample, Unread):
                yield number, sample
                continue
            try:
                row, missing = released_row(sample, self.images)
            except (ReleasedError, TypeError, KeyError, IndexError) as error:
                yield number, Unread(f"a sample is not of the released format: {error}")
                continue
            yield number, row | {"missing_images": missing}


def describe(unread: Unread, before: Collection[str]) -> str:
    """The reason under which an unreadable row is counted, with its place in the first few."""
    named = f"{unread.where}: {unread.reason}" if unread.where else unread.reason
    return named if named in before or len(before) < _MOST_NAMED else unread.reason


def reservoir(items: Iterable[T], samples: int | None, seed: int) -> Iterator[tuple[int, T]]:
    """Items with their numbers: all of them, or `samples` of them, each with the same chance.

    Algorithm R of Vitter, "Random Sampling with a Reservoir" (1985); in order of number.
    """
    if samples is None:
        yield from enumerate(items)
        return
    draw = random.Random(seed)
    kept: list[tuple[int, T]] = []
    for number, item in enumerate(items):
        if number < samples:
            kept.append((number, item))
        elif (place := draw.randrange(number + 1)) < samples:
            kept[place] = (number, item)
    yield from sorted(kept, key=lambda pair: pair[0])
