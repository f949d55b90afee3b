"""The store: every stage's result for every video, under a key of all that can change it.

A second run with nothing changed finds everything; a changed setting misses only its own stage and
what follows. Results are written beside their place and renamed, so a half-written one is never
read, and two processes that compute the same write the same: at least once, idempotent.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
import zlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")


def default_root() -> Path:
    """`$VID2BOOK_STORE`, else the user's cache folder."""
    if folder := os.environ.get("VID2BOOK_STORE"):
        return Path(folder)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vid2book"


def make_key(*parts: Any) -> str:
    """A key of JSON-able parts, in order."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Store:
    """A folder of results. Safe to share between processes and between corpora."""

    root: Path = field(default_factory=default_root)

    def path(self, stage: str, key: str) -> Path:
        return self.root / stage / key[:2] / f"{key}.json.gz"

    def has(self, stage: str, key: str) -> bool:
        return self.path(stage, key).is_file()

    def load(self, stage: str, key: str, kind: Any) -> Any | None:
        """The result as `kind` (a type), or None if there is none that can be read."""
        path = self.path(stage, key)
        try:
            return _adapter(kind).validate_json(gzip.decompress(path.read_bytes()))
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error, ValidationError):
            path.unlink(missing_ok=True)  # damaged by a full disk, say: computed again
            return None

    def save(self, stage: str, key: str, kind: Any, value: Any) -> None:
        # Level 1: most of it is JPEG, which no level makes smaller.
        data = gzip.compress(_adapter(kind).dump_json(value), compresslevel=1, mtime=0)
        write_atomically(self.path(stage, key), data)

    def content(self, path: str | Path) -> str:
        """Hash of a file's content, remembered by its size and time of change.

        Raises:
            OSError: it cannot be read.
        """
        absolute = Path(path).resolve()
        stat = absolute.stat()
        stamp = f"{stat.st_size} {stat.st_mtime_ns}"
        memo = self.root / "hashes" / hashlib.sha256(str(absolute).encode()).hexdigest()[:32]
        try:
            known, digest = memo.read_text().split("\n")
            if known == stamp:
                return digest
        except (OSError, ValueError):
            pass
        with absolute.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        write_atomically(memo, f"{stamp}\n{digest}".encode())
        return digest


def write_atomically(path: Path, data: bytes) -> None:
    """Write beside `path` and rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
