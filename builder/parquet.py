"""Parquet files for the Hub, whose bytes only depend on the rows.

They are written with pyarrow and not through `download_and_prepare`, which stores a schema that
older versions of `datasets` fail on, and limits row groups by rows, while images need bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Features

from vid2book.folder.layout import shard
from vid2book.folder.reader import video_of
from vid2book.folder.record import SplitSize

from .features import Row

# Shard sizes count the bytes of the rows in memory; on disk they take no more. `datasets` gives
# each worker one file at a time, so a split of more than 64 MB has at least 20.
FIRST_SHARD_BYTES = 3_000_000
FIRST_SHARDS = 20  # of that size; after them, the size doubles whenever the split has doubled
SHARD_BYTES = 500_000_000  # the maximum; the Hub recommends it for a file
ROW_GROUP_BYTES = 50_000_000  # a reader loads a whole group to show one row
ROW_GROUP_ROWS = 10_000  # the maximum

# The content determines where pages end: a changed row leaves the chunks after it as they were, and
# an upload only sends what changed. `datasets` uses the same sizes.
_CHUNKING = {"min_chunk_size": 256 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 0}
# A page also ends with the value that fills it, so each picture is a page. By content alone,
# pyarrow ends a page after eight pictures at the earliest, mostly by force at the maximum, and does
# not recognise content that moved: one more video in a hundred changed up to half of the chunks.
_PAGE_BYTES = 16 * 1024


class Shards:
    """The Parquet files of one split, divided by the bytes of their rows.

    The largest size of a shard depends on the bytes before it, so rows that are added at the end
    only change the last file. Once a shard is a quarter full, it ends before a video that is chosen
    by a hash of its id, so that after a video is added or removed, the shards soon begin at the
    same videos again.

    Holds the rows of one row group in memory.
    """

    def __init__(self, folder: Path, split: str, features: Features) -> None:
        self._folder, self._split = folder, split
        self._schema = features.arrow_schema.remove_metadata()
        self._options = _options(self._schema)
        self._files: list[Path] = []
        self._writer: pq.ParquetWriter | None = None
        self._sink = _Sink()
        self._group: list[Row] = []
        self._group_bytes = self._shard_bytes = self._rows = self._num_bytes = 0
        self._before = 0  # bytes in the finished shards
        self._video, self._videos = "", 0  # the last one, and the number in the shard

    def add(self, row: Row) -> None:
        """Add one row; it is written with its row group."""
        size = _weight(row)
        if self._is_full(row, size):
            self._end_shard()
        elif self._group_bytes + size > ROW_GROUP_BYTES or len(self._group) >= ROW_GROUP_ROWS:
            self._end_group()
        self._group.append(row)
        self._group_bytes += size
        self._shard_bytes += size

    def close(self) -> SplitSize:
        """Write the remaining rows; without any rows, there are no files."""
        if self._group:
            self._end_shard()
        file_bytes = sum(file.stat().st_size for file in self._files)
        digest = hashlib.sha256()
        for file in self._files:
            with file.open("rb") as source:
                hashlib.file_digest(source, lambda: digest)
        files = len(self._files)
        return SplitSize(self._rows, self._num_bytes, files, file_bytes, digest.hexdigest())

    def _is_full(self, row: Row, size: int) -> bool:
        """Whether the shard ends before this row."""
        most = shard_bytes(self._before)
        video = str(row.get("video_id") or video_of(row))
        new, self._video = video != self._video, video
        full = self._shard_bytes > 0 and self._shard_bytes + size > most
        if new and self._shard_bytes >= most / 4:
            # About four of the videos that a shard can hold are chosen. In a simulation of videos
            # that come and go, nine times in ten at most three shards then begin elsewhere.
            chance = 4 * self._shard_bytes / self._videos / most
            full = full or _place(video) < chance
        self._videos += new
        return full

    def _end_group(self) -> None:
        if not self._group:
            return
        table = pa.Table.from_pylist(self._group, schema=self._schema)
        self._open().write_table(table, row_group_size=len(self._group))
        self._store()
        self._rows += len(self._group)
        self._num_bytes += table.nbytes
        self._group, self._group_bytes = [], 0

    def _end_shard(self) -> None:
        self._end_group()
        self._open().close()
        self._store()
        self._before += self._shard_bytes
        self._writer, self._shard_bytes, self._videos = None, 0, 1

    def _store(self) -> None:
        """Write the output of pyarrow to the file. Raises OSError: the disk is full."""
        with self._files[-1].open("ab") as file:
            file.writelines(self._sink.take())

    def _open(self) -> pq.ParquetWriter:
        if self._writer is None:
            self._folder.mkdir(exist_ok=True)
            self._files.append(self._folder / shard(self._split, len(self._files)))
            self._sink = _Sink()
            self._writer = pq.ParquetWriter(self._sink, self._schema, **self._options)
            # This tells the Hub that it does not need to convert the file.
            self._writer.add_key_value_metadata({"content_defined_chunking": json.dumps(_CHUNKING)})
        return self._writer


def shard_bytes(before: int) -> int:
    """The largest size of a shard, given the bytes in the shards before it."""
    doublings = (before // (FIRST_SHARDS * FIRST_SHARD_BYTES)).bit_length() - 1
    return min(SHARD_BYTES, FIRST_SHARD_BYTES * 2 ** max(0, doublings))


class _Sink(io.RawIOBase):
    """A file in memory for pyarrow, which ends the process if it cannot write, as on a full disk.

    The owner of the sink writes its content to the real file.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._position += len(part)
        return len(part)

    def take(self) -> list[bytes]:
        """What was written since the last call."""
        parts, self._parts = self._parts, []
        return parts


def _place(video: str) -> float:
    """A hash of the video id, uniform in [0, 1)."""
    return int.from_bytes(hashlib.sha256(video.encode()).digest()[:8], "big") / 2**64


def _options(schema: pa.Schema) -> dict[str, Any]:
    # JPEG and MP4 do not compress and never repeat.
    leaves = _leaves(schema)
    texts = [leaf for leaf in leaves if not leaf.startswith(("images.", "video.", "picture."))]
    # If a text column has an empty value, pyarrow sometimes misses the smallest value, and equal
    # tables would have different bytes.
    numbers = [leaf for leaf, physical in leaves.items() if physical != "BYTE_ARRAY"]
    return {
        "compression": {leaf: "zstd" if leaf in texts else "none" for leaf in leaves},
        "use_dictionary": texts,
        "write_statistics": numbers,
        "use_content_defined_chunking": _CHUNKING,
        "data_page_size": _PAGE_BYTES,
        "write_batch_size": 1,  # values between two checks of the size of a page
        "write_page_index": True,
    }


def _leaves(schema: pa.Schema) -> dict[str, str]:
    """Paths of the Parquet columns, such as `images.list.element.bytes`, to physical types."""
    sink = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), sink)
    columns = pq.read_metadata(pa.BufferReader(sink.getvalue())).schema
    leaves = (columns.column(i) for i in range(len(columns)))
    return {column.path: column.physical_type for column in leaves}


def _weight(value: Any) -> int:
    """The bytes that a value takes in memory, approximately."""
    if isinstance(value, str | bytes):
        return len(value) + 4
    if isinstance(value, dict):
        return sum(map(_weight, value.values()))
    if isinstance(value, list):
        return 4 + sum(map(_weight, value))
    return 8
