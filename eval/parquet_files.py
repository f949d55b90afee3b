"""Parquet files as one list of rows with random access.

Rows are drawn by a hash of their `id`, so two variants of a corpus, which share ids, give the same
samples. Row groups without a requested row are not read.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

from vid2book.intake import Row, Unread
from vid2book.intake.parquet import BadRows, row_of

from .reservoir import chance

_READ_AT_ONCE = 8  # rows of a file; a row may hold 2 MB of images


@dataclass(frozen=True)
class ParquetFiles:
    """Parquet files as one list of rows. A file that cannot be opened counts as one row."""

    files: Sequence[Path]
    only: frozenset[str] | None = None  # ids of the rows; None: all

    def rows(self, samples: int | None, seed: int) -> Iterator[tuple[int, Row | Unread]]:
        return self.take(self.chosen(samples, seed))

    def chosen(self, samples: int | None, seed: int) -> Sequence[int]:
        if self.only is None and (samples is None or samples >= self._first[-1]):
            return range(self._first[-1])
        listed = (_names(file) for file in self.files)
        names = [name for file in listed for name in ([""] if file is None else file)]
        eligible = [n for n, name in enumerate(names) if self.only is None or name in self.only]
        places = draw(
            [names[n] for n in eligible], len(eligible) if samples is None else samples, seed
        )
        drawn = {eligible[place] for place in places}
        sizes = zip(self._first, self._sizes, strict=False)
        unread = (first for first, size in sizes if size is None)  # always reported
        return sorted({*drawn, *unread})

    def count(self) -> int:
        """The number of rows, from the files' footers."""
        return self._first[-1] if self.only is None else len(self.only)

    def take(self, numbers: Sequence[int]) -> Iterator[tuple[int, Row | Unread]]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        for file, size, first, end in zip(
            self.files, self._sizes, self._first, self._first[1:], strict=False
        ):
            requested = numbers[bisect_left(numbers, first) : bisect_left(numbers, end)]
            if not requested:
                continue
            if size is None:
                yield first, Unread(f"{file.name} cannot be read", rows=None)
                continue
            try:
                # With pre_buffer, whole row groups would be read.
                with pq.ParquetFile(file, buffer_size=1 << 20, pre_buffer=False) as parquet:
                    yield from _rows_of(parquet, file.name, first, requested)
            except (pa.ArrowException, OSError):
                yield requested[-1], Unread(f"{file.name} is damaged", rows=len(requested))

    @cached_property
    def _sizes(self) -> list[int | None]:
        """The number of rows in each file; None if it cannot be opened."""
        return [_size(file) for file in self.files]

    @cached_property
    def _first(self) -> list[int]:
        """The number of each file's first row, and at the end the total."""
        return [0, *accumulate(1 if size is None else size for size in self._sizes)]


def draw(names: Sequence[str], samples: int, seed: int) -> Set[int]:
    """Numbers of randomly drawn rows. Rows without a name are drawn by their number."""
    keys = (chance(seed, name or n) for n, name in enumerate(names))
    first = heapq.nsmallest(samples, ((key, n) for n, key in enumerate(keys)))
    return {n for _, n in first}


def _names(file: Path) -> list[str] | None:
    """The id of each row of a Parquet file, empty if it has none; None if it is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names: list[str] = []
    try:
        with pq.ParquetFile(file) as parquet:
            has_ids = "id" in parquet.schema_arrow.names
            for group in range(parquet.num_row_groups):
                size = parquet.metadata.row_group(group).num_rows
                try:
                    ids = parquet.read_row_group(group, ["id"])["id"].to_pylist() if has_ids else []
                except (pa.ArrowException, OSError, UnicodeDecodeError):
                    ids = []  # this group is damaged; others may be fine
                names += ["" if name is None else str(name) for name in ids] or [""] * size
            return names
    except (pa.ArrowException, OSError):
        return None


def _size(file: Path) -> int | None:
    """The number of rows in a Parquet file; None if it is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(file).num_rows)
    except (pa.ArrowException, OSError):
        return None


def _rows_of(
    parquet: Any, file: str, first: int, requested: Sequence[int]
) -> Iterator[tuple[int, Row | Unread]]:
    """The requested rows of one file, whose rows are numbered from `first` on."""
    import pyarrow as pa

    for group in range(parquet.num_row_groups):
        end = first + parquet.metadata.row_group(group).num_rows
        inside = requested[bisect_left(requested, first) : bisect_left(requested, end)]
        number, place = first, 0
        first = end
        if not inside:
            continue
        try:
            for batch in parquet.iter_batches(_READ_AT_ONCE, row_groups=[group]):
                while place < len(inside) and inside[place] < number + batch.num_rows:
                    row = row_of(batch, inside[place] - number)
                    yield inside[place], Unread(str(row)) if isinstance(row, BadRows) else row
                    place += 1
                if place == len(inside):
                    break
                number += batch.num_rows
        except (pa.ArrowException, OSError):
            yield inside[place], Unread(f"{file} is damaged", rows=len(inside) - place)
