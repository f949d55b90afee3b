"""Where a store is: a folder on this machine, or a place that fsspec knows.

Paths are relative to the place, with `/` between their parts. An object appears only once it is
complete.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import uuid4

from ..remote import files

T = TypeVar("T")

UNFINISHED = ".writing-"  # prefix of the name of an incomplete file
_AT_ONCE = 32  # requests


class Entry(NamedTuple):
    """One object of a store."""

    path: str
    size: int  # bytes
    modified: float  # seconds since 1970; 0 if the place does not say


class Place(Protocol):
    """Objects by their paths. Every failure is an OSError."""

    def read(self, path: str) -> bytes:
        """Raises FileNotFoundError: there is no such object."""

    def write(self, path: str, data: bytes) -> None:
        """Write an object in one step, replacing any that is there."""

    def delete(self, paths: Sequence[str]) -> None:
        """Delete objects; a missing one is not an error."""

    def names(self, folder: str) -> list[str]:
        """The names of the objects directly in a folder; none if there is no such folder."""

    def folders(self, folder: str) -> list[str]:
        """The paths of the folders in a folder, in order; none if there is no such folder."""

    def walk(self, folders: Iterable[str]) -> Iterator[list[Entry]]:
        """Everything in each folder and below it: one list per folder, in the order given."""


class LocalPlace:
    """A folder on this machine, or on a file server that it has mounted."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, path: str) -> bytes:
        return (self._root / path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        write_atomically(self._root / path, data)

    def delete(self, paths: Sequence[str]) -> None:
        for path in paths:
            (self._root / path).unlink(missing_ok=True)

    def names(self, folder: str) -> list[str]:
        try:
            with os.scandir(self._root / folder) as entries:
                return sorted(e.name for e in entries if not e.name.startswith("."))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def folders(self, folder: str) -> list[str]:
        try:
            with os.scandir(self._root / folder) as entries:
                names = sorted(e.name for e in entries if e.is_dir())
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [f"{folder}/{name}".lstrip("/") for name in names]

    def walk(self, folders: Iterable[str]) -> Iterator[list[Entry]]:
        yield from _concurrently(self._below, folders)

    def _below(self, folder: str) -> list[Entry]:
        files = []
        for where, subfolders, names in os.walk(self._root / folder):
            subfolders.sort()
            inside = Path(where).relative_to(self._root).as_posix()
            for name in sorted(names):
                with suppress(FileNotFoundError):  # deleted meanwhile
                    status = os.stat(os.path.join(where, name))
                    files.append(Entry(f"{inside}/{name}", status.st_size, status.st_mtime))
        return files


class RemotePlace:
    """A bucket, or another machine.

    Args:
        url: of the folder.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def read(self, path: str) -> bytes:
        with files.errors():
            return self._fs.cat_file(self._full(path))

    def write(self, path: str, data: bytes) -> None:
        with files.errors():
            full = self._full(path)
            if files.is_object_store(self._url):
                self._fs.pipe_file(full, data)
                return
            # Elsewhere, readers would see a file while it is being written.
            folder, _, name = full.rpartition("/")
            beside = f"{folder}/{UNFINISHED}{name[:100]}-{uuid4().hex}"
            self._fs.makedirs(folder, exist_ok=True)
            self._fs.pipe_file(beside, data)
            self._fs.mv(beside, full)

    def delete(self, paths: Sequence[str]) -> None:
        with files.errors():
            if files.is_object_store(self._url) and len(paths) > 1:
                with suppress(FileNotFoundError):  # then nothing was deleted
                    self._fs.rm([self._full(path) for path in paths])
                    return
            for path in paths:
                with suppress(FileNotFoundError):
                    self._fs.rm_file(self._full(path))

    def names(self, folder: str) -> list[str]:
        return [name for name in self._list(folder, "file") if not name.startswith(".")]

    def folders(self, folder: str) -> list[str]:
        return [f"{folder}/{name}".lstrip("/") for name in self._list(folder, "directory")]

    def _list(self, folder: str, kind: str) -> list[str]:
        with files.errors():
            try:
                entries = self._fs.ls(self._full(folder), detail=True)
            except (FileNotFoundError, NotADirectoryError):
                return []
        names = (e["name"].rstrip("/").rpartition("/")[2] for e in entries if e["type"] == kind)
        return sorted(filter(None, names))

    def walk(self, folders: Iterable[str]) -> Iterator[list[Entry]]:
        yield from _concurrently(self._below, folders)

    def _below(self, folder: str) -> list[Entry]:
        with files.errors():
            infos: dict[str, dict[str, Any]] = self._fs.find(self._full(folder), detail=True)
        cut = len(self._top) + 1
        return [
            Entry(path[cut:], int(info.get("size") or 0), _time_of(info))
            for path, info in sorted(infos.items())
        ]

    def _full(self, path: str) -> str:
        return f"{self._top}/{path}" if path else self._top

    @property
    def _fs(self) -> Any:
        return self._opened[0]

    @property
    def _top(self) -> str:
        return self._opened[1]

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        fs, top = files.filesystem(self._url)
        return fs, top.rstrip("/")

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process opens a connection of its own.
        return RemotePlace, (self._url,)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file beside `path`, then rename it to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _concurrently(function: Callable[[str], T], folders: Iterable[str]) -> Iterator[T]:
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        yield from threads.map(function, folders)


def _time_of(info: dict[str, Any]) -> float:
    names = ("LastModified", "mtime", "last_modified", "updated", "created")
    value = next((info[name] for name in names if info.get(name)), None)
    if isinstance(value, datetime):
        return value.timestamp()
    return float(value) if isinstance(value, int | float) else 0.0
