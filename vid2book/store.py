"""The store: every stage's result for every video, under a key of all that can change it.

A second run with nothing changed finds everything; a changed setting misses only its own stage and
what follows. Results are written beside their place and renamed, so a half-written one is never
read, and two processes that compute the same write the same: at least once, idempotent.

A result may be provisional: a back end failed, and something else was done instead. It is there for
the run that stored it, in all its processes, and not for the next, which tries again.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
import uuid
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
    """A folder of results. Safe to share between processes and between corpora.

    Args:
        root: the folder.
        run: names the run to which provisional results belong. Copies to other processes have it
            too.
    """

    root: Path = field(default_factory=default_root)
    run: str = field(default_factory=lambda: uuid.uuid4().hex, compare=False)

    def path(self, stage: str, key: str) -> Path:
        return self.root / stage / key[:2] / f"{key}.json.gz"

    def has(self, stage: str, key: str) -> bool:
        return self.path(stage, key).is_file() or bool(self.provisional(stage, key))

    def load(self, stage: str, key: str, kind: Any) -> Any | None:
        """The result as `kind` (a type), or None if there is none that can be read."""
        path, begin = self.path(stage, key), 0
        if self.provisional(stage, key):
            path, begin = self._provisional_path(stage, key), len(self.run)
        try:
            return _adapter(kind).validate_json(gzip.decompress(path.read_bytes()[begin:]))
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error, ValidationError):
            path.unlink(missing_ok=True)  # damaged by a full disk, say: computed again
            return None

    def save(self, stage: str, key: str, kind: Any, value: Any, provisional: bool = False) -> None:
        # Level 1: most of it is JPEG, which no level makes smaller.
        data = gzip.compress(_adapter(kind).dump_json(value), compresslevel=1, mtime=0)
        if provisional:
            write_atomically(self._provisional_path(stage, key), self.run.encode() + data)
            return
        write_atomically(self.path(stage, key), data)
        self._provisional_path(stage, key).unlink(missing_ok=True)

    def provisional(self, stage: str, key: str) -> str:
        """A hash of what this run stored provisionally; empty if it stored nothing so.

        Two failures with the same outcome have the same hash, whatever the run.
        """
        try:
            data = self._provisional_path(stage, key).read_bytes()
        except OSError:
            return ""
        run, result = data[: len(self.run)], data[len(self.run) :]
        if run != self.run.encode() or self.path(stage, key).is_file():
            return ""
        return hashlib.sha256(result).hexdigest()[:32]

    def _provisional_path(self, stage: str, key: str) -> Path:
        return self.path(stage, key).with_suffix(".provisional")

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
