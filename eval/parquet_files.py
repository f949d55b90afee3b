"""Parquet files as one list of rows, of which any can be read without those before them.

Rows are drawn by a hash of their `id`, so that two variants of a corpus, which share ids, give the
same samples; row groups without a wanted row are not read.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import accumulate
from pathlib import Path
from typing import Any

from vid2book.intake import Row, Unread
from vid2book.intake.parquet import BadRows, row_of

_READ_AT_ONCE = 8  # rows of a file; a row may hold 2 MB of images


@dataclass(frozen=True)
class ParquetFiles:
    """Parquet files, as one list of rows. A file that cannot be opened counts as one row."""

    files: Sequence[Path]
    only: frozenset[str] | None = None  # ids of the rows; None: all

    def rows(self, samples: int | None, seed: int) -> Iterator[tuple[int, Row | Unread]]:
        return self.take(self.chosen(samples, seed))

    def chosen(self, samples: int | None, seed: int) -> Sequence[int]:
        if self.only is None and (samples is None or samples >= self._first[-1]):
            return range(self._first[-1])
        listed = (_names(file) for file in self.files)
        names = [name for file in listed for name in ([""] if file is None else file)]
        wanted = [n for n, name in enumerate(names) if self.only is None or name in self.only]
        places = draw([names[n] for n in wanted], len(wanted) if samples is None else samples, seed)
        drawn = {wanted[place] for place in places}
        sizes = zip(self._first, self._sizes, strict=False)
        unread = (first for first, size in sizes if size is None)  # told of, whatever is drawn
        return sorted({*drawn, *unread})

    def count(self) -> int:
        """How many rows there are, by what the files' footers say."""
        return self._first[-1] if self.only is None else len(self.only)

    def take(self, numbers: Sequence[int]) -> Iterator[tuple[int, Row | Unread]]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        for file, size, first, end in zip(
            self.files, self._sizes, self._first, self._first[1:], strict=False
        ):
            here = numbers[bisect_left(numbers, first) : bisect_left(numbers, end)]
            if not here:
                continue
            if size is None:
                yield first, Unread(f"{file.name} cannot be read", rows=None)
                continue
            try:
                # Without pre_buffer a row group is not read whole.
                with pq.ParquetFile(file, buffer_size=1 << 20, pre_buffer=False) as parquet:
                    yield from _wanted_rows(parquet, file.name, first, here)
            except (pa.ArrowException, OSError):
                yield here[-1], Unread(f"{file.name} is damaged", rows=len(here))

    @cached_property
    def _sizes(self) -> list[int | None]:
        """Rows of each file; None if it cannot be opened."""
        return [_size(file) for file in self.files]

    @cached_property
    def _first(self) -> list[int]:
        """The number of each file's first row, and last how many there are."""
        return [0, *accumulate(1 if size is None else size for size in self._sizes)]


def draw(names: Sequence[str], samples: int, seed: int) -> Set[int]:
    """Numbers of the rows to read. Rows without a name are drawn by their number."""
    keys = (blake2b(f"{seed} {name or n}".encode()).digest() for n, name in enumerate(names))
    first = heapq.nsmallest(samples, ((key, n) for n, key in enumerate(keys)))
    return {n for _, n in first}


def _names(file: Path) -> list[str] | None:
    """The id of each row of a Parquet file, empty where it has none; None if it is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found: list[str] = []
    try:
        with pq.ParquetFile(file) as parquet:
            has_ids = "id" in parquet.schema_arrow.names
            for group in range(parquet.num_row_groups):
                size = parquet.metadata.row_group(group).num_rows
                try:
                    ids = parquet.read_row_group(group, ["id"])["id"].to_pylist() if has_ids else []
                except (pa.ArrowException, OSError, UnicodeDecodeError):
                    ids = []  # the group is damaged, and the others may not be
                found += ["" if name is None else str(name) for name in ids] or [""] * size
            return found
    except (pa.ArrowException, OSError):
        return None


def _size(file: Path) -> int | None:
    """Rows of a Parquet file; None if it is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(file).num_rows)
    except (pa.ArrowException, OSError):
        return None


def _wanted_rows(
    parquet: Any, file: str, first: int, wanted: Sequence[int]
) -> Iterator[tuple[int, Row | Unread]]:
    """Rows of one file whose own rows are numbered from `first` on."""
    import pyarrow as pa

    for group in range(parquet.num_row_groups):
        end = first + parquet.metadata.row_group(group).num_rows
        here = wanted[bisect_left(wanted, first) : bisect_left(wanted, end)]
        number, place = first, 0
        first = end
        if not here:
            continue
        try:
            for batch in parquet.iter_batches(_READ_AT_ONCE, row_groups=[group]):
                while place < len(here) and here[place] < number + batch.num_rows:
                    row = row_of(batch, here[place] - number)
                    yield here[place], Unread(str(row)) if isinstance(row, BadRows) else row
                    place += 1
                if place == len(here):
                    break
                number += batch.num_rows
        except (pa.ArrowException, OSError):
            yield here[place], Unread(f"{file} is damaged", rows=len(here) - place)
