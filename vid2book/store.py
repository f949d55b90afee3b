"""The store: every stage's result for every video, under a key of all that can change it.

A second run with nothing changed finds everything; a changed setting misses only its own stage and
what follows. Results are written beside their place and renamed, so a half-written one is never
read, and two processes that compute the same write the same: at least once, idempotent.

A result may be provisional: a back end failed, and something else was done instead. It is there for
the run that stored it, in all its processes, and not for the next, which tries again.

A store that cannot be read or written ends the run: no video is to blame for it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
import uuid
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from .errors import UserError

T = TypeVar("T")

_RUN = 32  # characters of a run's name


class StoreError(UserError):
    """A store that cannot be read or written; the message says where and why."""


def default_root() -> Path:
    """`$VID2BOOK_STORE`, else the user's cache folder."""
    if folder := os.environ.get("VID2BOOK_STORE"):
        return Path(folder)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vid2book"


def make_key(*parts: Any) -> str:
    """A key of JSON-able parts, in order."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    # A path may hold bytes that are no text.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True)
class Store:
    """A folder of results. Safe to share between processes and between corpora.

    Args:
        root: the folder.
        run: names the run to which provisional results belong. Copies to other processes have it
            too. Empty: those of every run hold, the last one's first.
    """

    root: Path = field(default_factory=default_root)
    run: str = field(default_factory=lambda: uuid.uuid4().hex, compare=False)

    def path(self, stage: str, key: str) -> Path:
        return self.root / stage / key[:2] / f"{key}.json.gz"

    def has(self, stage: str, key: str) -> bool:
        return self.path(stage, key).is_file() or bool(self.provisional(stage, key))

    def load(self, stage: str, key: str, kind: Any) -> Any | None:
        """The result as `kind` (a type), or None if there is none, or a damaged one.

        Raises:
            StoreError: it cannot be read, for a reason that is not its own.
        """
        path, begin = self.path(stage, key), 0
        if self.provisional(stage, key):
            path, begin = self._provisional_path(stage, key), _RUN
        try:
            data = path.read_bytes()[begin:]
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._error("read", error) from error
        try:
            return _adapter(kind).validate_json(gzip.decompress(data))
        except (gzip.BadGzipFile, EOFError, zlib.error, ValidationError):
            with suppress(OSError):  # what cannot be deleted is replaced, or fails there
                path.unlink(missing_ok=True)  # damaged by a full disk, say: computed again
            return None

    def save(self, stage: str, key: str, kind: Any, value: Any, provisional: bool = False) -> None:
        """Keep a result.

        Raises:
            StoreError: it cannot be written.
        """
        # Level 1: most of it is JPEG, which no level makes smaller.
        data = gzip.compress(_adapter(kind).dump_json(value), compresslevel=1, mtime=0)
        try:
            if provisional:
                write_atomically(self._provisional_path(stage, key), self.run.encode() + data)
                return
            write_atomically(self.path(stage, key), data)
            self._provisional_path(stage, key).unlink(missing_ok=True)
        except OSError as error:
            raise self._error("written", error) from error

    def provisional(self, stage: str, key: str) -> str:
        """A hash of what this run stored provisionally; empty if it stored nothing so.

        Two failures with the same outcome have the same hash, whatever the run.
        """
        try:
            data = self._provisional_path(stage, key).read_bytes()
        except OSError:
            return ""
        run, result = data[:_RUN].decode(), data[_RUN:]
        if self.run not in ("", run) or self.path(stage, key).is_file():
            return ""
        return hashlib.sha256(result).hexdigest()[:32]

    def _provisional_path(self, stage: str, key: str) -> Path:
        return self.path(stage, key).with_suffix(".provisional")

    def piece(self, stage: str, key: str, make: Callable[[], bytes]) -> bytes:
        """Bytes as they are, which are made if they are not here.

        Raises:
            StoreError: they cannot be read or written.
        """
        path = self._piece_path(stage, key)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            pass
        except OSError as error:
            raise self._error("read", error) from error
        made = make()
        try:
            write_atomically(path, made)
        except OSError as error:
            raise self._error("written", error) from error
        return made

    def _piece_path(self, stage: str, key: str) -> Path:
        return self.root / f"{stage}-pieces" / key[:2] / key

    def content(self, path: str | Path) -> str:
        """Hash of a file's content, remembered by its size and its times of change.

        The time of the last modification may be set at will (`touch -r`, `rsync -t`), that of the
        last change of the file's entry may not.

        Raises:
            OSError: it cannot be read.
        """
        absolute = Path(path).resolve()
        stat = absolute.stat()
        stamp = f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns}"
        memo = self.root / "hashes" / hashlib.sha256(os.fsencode(absolute)).hexdigest()[:32]
        try:
            known, digest = memo.read_text().split("\n")
            if known == stamp:
                return digest
        except (OSError, ValueError):
            pass
        with absolute.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        with suppress(OSError):  # it is not remembered then, and computed again
            write_atomically(memo, f"{stamp}\n{digest}".encode())
        return digest

    def _error(self, done: str, error: OSError) -> StoreError:
        return StoreError(
            f"the store {self.root} cannot be {done}: {error.strerror or error}; see to it, or "
            "name another with --store"
        )


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
