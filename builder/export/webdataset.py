"""A corpus as WebDataset: tar shards, in which each sample has the same two files.

physics-1_0003.json      the row; at `images` stand the pages of the pictures, -1 where text stands
physics-1_0003.tiff      its pictures, a page each

Readers take the columns of a dataset from its first samples. So every sample has both files (one
without pictures has a blank page that `images` does not name), and the JSON knows no nulls: what is
unknown is an empty text, or -1.
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

SHARD_BYTES = 500_000_000  # of an archive at most

_NUMBERS = {"start", "end", "clip_start", "clip_end", "score"}


def write(split: str, rows: Iterable[Row], out: Path, videos: Videos) -> int:
    """Write the rows of a split to OUT/SPLIT-000000.tar and so on; their number."""
    left = iter(rows)
    row = next(left, None)
    count = shards = 0
    while row is not None:
        with tarfile.open(out / f"{split}-{shards:06d}.tar", "w") as tar:
            while row is not None and tar.offset <= SHARD_BYTES:
                _add_sample(tar, row)
                count += 1
                row = next(left, None)
        shards += 1
    return count


def _add_sample(tar: tarfile.TarFile, row: Row) -> None:
    # What follows the first dot is the extension, so an id's own dots are written otherwise.
    key = quote(row["id"], safe="").replace(".", "%2E")
    pictures = [image["bytes"] for image in row["images"] if image]
    pages = iter(range(len(pictures)))
    told = {name: _without_nulls(value) for name, value in row.items() if name != "images"}
    told["images"] = [next(pages) if image else -1 for image in row["images"]]
    for name in ("image_num", "text_num", "token_num"):
        told[name] = -1 if row[name] is None else row[name]
    _add(tar, f"{key}.json", json.dumps(told, ensure_ascii=False).encode())
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
    # The defaults of TarInfo name no user and no time, so equal corpora are equal bytes.
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))
