"""Hashes of weights on disk, for the keys of results."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path


@lru_cache
def file_hash(path: Path) -> str:
    """The hash of one file, computed once per process."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def folder_hash(folder: Path) -> str:
    """The hash of all files below a folder and their names."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
