"""A corpus as WebDataset: tar shards in which each sample has the same two files.

physics-1_0003.json      the row; `images` has the page number of each picture, -1 for a text
physics-1_0003.tiff      its pictures, a page each

Readers infer the columns of a dataset from its first samples. So every sample has both files (one
without pictures has a blank page that `images` does not name), and the JSON has no nulls: unknown
values are empty texts, or -1.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..changes import Videos
from ..features import Row
from .tiff import BLANK, tiff

SHARD_BYTES = 500_000_000  # the size of an archive after which the next one begins

_NUMBERS = {"start", "end", "clip_start", "clip_end", "score"}


def write(split: str, rows: Iterable[Row], out: Path, videos: Videos) -> int:
    """Write the rows of a split to OUT/SPLIT-000000.tar and so on; their number."""
    remaining = iter(rows)
    row = next(remaining, None)
    count = shards = 0
    while row is not None:
        with tarfile.open(out / f"{split}-{shards:06d}.tar", "w") as tar:
            while row is not None and tar.offset <= SHARD_BYTES:
                _add_sample(tar, row)
                count += 1
                row = next(remaining, None)
        shards += 1
    return count


def _add_sample(tar: tarfile.TarFile, row: Row) -> None:
    # The extension begins at the first dot, so dots in an id are escaped.
    key = quote(row["id"], safe="").replace(".", "%2E")
    pictures = [image["bytes"] for image in row["images"] if image]
    pages = iter(range(len(pictures)))
    record = {name: _without_nulls(value) for name, value in row.items() if name != "images"}
    record["images"] = [next(pages) if image else -1 for image in row["images"]]
    for name in ("image_num", "text_num", "token_num"):
        record[name] = -1 if row[name] is None else row[name]
    _add(tar, f"{key}.json", json.dumps(record, ensure_ascii=False).encode())
    _add(tar, f"{key}.tiff", tiff(pictures or [BLANK]))


def _without_nulls(value: Any, name: str = "") -> Any:
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_nulls(item, key) for key, item in value.items()}
    if value is None:
        return -1.0 if name in _NUMBERS else ""
    return value


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    # The defaults of TarInfo have no user and no time, so equal corpora give equal bytes.
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))
