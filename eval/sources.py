"""Where rows come from: Parquet, `save_to_disk`, the Hub, JSON and CSV, the released JSON.

Each source gives all its rows in order, or a random sample of them, without keeping more than the
sample in memory. Rows are drawn by a hash of their `id`, or of their number if they have none, so a
corpus gives the same samples however it is read, and so do two variants of it, which share ids. The
one exception is a dataset of very many rows on the Hub, of which a sample comes from a shuffled
buffer, so that it does not download the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from vid2book.folder.record import CorpusError
from vid2book.folder.released import ReleasedError, released_row, released_samples
from vid2book.intake import IntakeError, Row, Unread, read_rows

from .parquet_files import ParquetFiles, draw
from .reservoir import Reservoir

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
_MOST_LISTED = 20_000  # rows of a dataset on the Hub; a sample of more comes from a buffer
_LISTED_AT_ONCE = 1000  # ids


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
        return sorted(draw(self._names(size), samples, seed))

    def _names(self, size: int) -> list[str]:
        if "id" not in self._dataset.column_names:
            return [""] * size
        ids = self._dataset.select_columns(["id"])[:]["id"].to_pylist()
        return ["" if name is None else str(name) for name in ids]

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
        if samples is None:
            yield from enumerate(_streamed(self._stream))
        elif (names := self._names) is None:
            shuffled = self._stream.shuffle(seed=seed, buffer_size=_BUFFER)
            yield from enumerate(_streamed(shuffled.take(samples)))
        else:
            chosen = draw(names, samples, seed)
            needed = self._stream.take(max(chosen, default=-1) + 1)
            numbered = enumerate(_streamed(needed))
            yield from ((number, row) for number, row in numbered if number in chosen)

    def files(self) -> int:
        """The number of files with rows; `part` divides them up."""
        return int(self._stream.num_shards)

    def part(self, number: int, parts: int, skip: int) -> Iterator[tuple[int, Row | Unread]]:
        """Rows of the files of one part, numbered within it, without the first `skip`."""
        from datasets.distributed import split_dataset_by_node

        mine = split_dataset_by_node(self._stream, rank=number, world_size=parts)
        yield from enumerate(_streamed(mine.skip(skip)), skip)

    @cached_property
    def _names(self) -> list[str] | None:
        """The id of each row, empty if it has none; None if there are too many rows to list.

        Of Parquet files, only the ids are downloaded.
        """
        splits = self._stream.info.splits or {}
        rows = splits[self.split].num_examples if self.split in splits else None
        if rows and rows > _MOST_LISTED:
            return None
        if "id" not in (self._stream.features or {}):
            return [""] * rows if rows else None
        names: list[str] = []
        try:
            for batch in self.open(columns=["id"]).iter(batch_size=_LISTED_AT_ONCE):
                names += ["" if name is None else str(name) for name in batch["id"]]
                if len(names) > _MOST_LISTED:
                    return None
        except CorpusError:  # not of Parquet files, of which alone a column can be read
            return None
        return names

    @cached_property
    def _stream(self) -> Any:
        return self.open()

    def open(self, **options: Any) -> Any:
        """The dataset as streamed by `datasets`, with images still encoded."""
        from datasets import load_dataset

        where = {"split": self.split, "revision": self.revision, "streaming": True}
        try:
            return load_dataset(self.name, self.config, **where, **options).decode(False)
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
    """Items with their numbers: all, or `samples` of them by a hash of their id; in order."""
    if samples is None:
        yield from enumerate(items)
        return
    kept = Reservoir[tuple[int, T]](samples, seed)
    for number, item in enumerate(items):
        name = item.get("id") if isinstance(item, dict) else None
        kept.add(name or number, (number, item))
    yield from sorted(kept.items, key=lambda pair: pair[0])
