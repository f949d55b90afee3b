"""Parquet. A damaged row group loses only its own rows, and invalid UTF-8 only its own row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .values import TooDeep, clean

_READ_AT_ONCE = 64  # rows; one may have megabytes of images


class BadRows(ValueError):  # noqa: N818 - it says what the rows are
    """Rows that cannot be read; the message says why."""

    def __init__(self, reason: str, rows: int) -> None:
        super().__init__(reason)
        self.rows = rows


def rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | BadRows]]:
    """Rows with their numbers from 1; rows that are lost together have the number of the first.

    Raises:
        OSError, ValueError: it is not a Parquet file, or its footer is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Without pre_buffer, row groups are not read whole.
    with pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False) as file:
        end = 0
        for group in range(file.num_row_groups):
            number, end = end, end + file.metadata.row_group(group).num_rows
            try:
                for batch in file.iter_batches(_READ_AT_ONCE, row_groups=[group]):
                    for i in range(batch.num_rows):
                        number += 1
                        yield number, row_of(batch, i)
            except (pa.ArrowException, OSError):
                yield number + 1, BadRows("the file is damaged", end - number)


def row_of(batch: Any, i: int) -> dict[str, Any] | BadRows:
    """One row of a pyarrow record batch."""
    try:
        row: dict[str, Any] = clean(batch.slice(i, 1).to_pylist()[0])
        return row
    except UnicodeDecodeError:
        return BadRows("a text is not UTF-8", 1)
    except (TooDeep, RecursionError):
        return BadRows(str(TooDeep()), 1)
    except (ValueError, OverflowError):  # a date before the year 1, for example
        return BadRows("a value is out of range", 1)
