"""Identifies the content of a file: by its hash, or for a remote file by what its server says."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from ..remote.identity import identity_of
from ..remote.urls import is_url
from .keys import make_key
from .places import write_atomically


def content_of(path: str | Path, memos: Path) -> str:
    """A key of a file's content.

    A hash is remembered for as long as the file's size, mtime and ctime stay the same. Programs can
    set mtime to any value (`touch -r`, `rsync -t`), but not ctime.

    Args:
        path: a path or a URL.
        memos: the folder of remembered hashes.

    Raises:
        OSError: it cannot be read.
    """
    if is_url(path):
        return make_key(*identity_of(str(path)))
    absolute = Path(path).resolve()
    stat = absolute.stat()
    stamp = f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns}"
    memo = memos / hashlib.sha256(os.fsencode(absolute)).hexdigest()[:32]
    try:
        old_stamp, digest = memo.read_text().split("\n")
        if old_stamp == stamp:
            return digest
    except (OSError, ValueError):
        pass
    digest = hash_of(absolute)
    with suppress(OSError):  # then it is computed again next time
        write_atomically(memo, f"{stamp}\n{digest}".encode())
    return digest


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
