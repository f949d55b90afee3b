"""A corpus as WebDataset: tar shards, in which the files of a sample share their name.

physics-1_0003.json      the row; at `images` stand the extensions of the files below
physics-1_0003.000.jpg   the image at position 0 of the lists
physics-1_0003.002.jpg
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from .features import Row

SHARD_BYTES = 500_000_000


def write(split: str, rows: Iterable[Row], out: Path) -> int:
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
    names = [f"{n:03d}.jpg" if image else None for n, image in enumerate(row["images"])]
    _add(tar, f"{key}.json", json.dumps(row | {"images": names}, ensure_ascii=False).encode())
    for name, image in zip(names, row["images"], strict=True):
        if name:
            _add(tar, f"{key}.{name}", image["bytes"])


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    # The defaults of TarInfo name no user and no time, so equal corpora are equal bytes.
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))
