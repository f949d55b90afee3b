"""The store as the pipeline sees it: the shelves of videos, and results that belong to no video.

A store that cannot be read or written ends the run, since no video is to blame for it.
"""

from __future__ import annotations

import gzip
import os
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..errors import UserError
from ..remote.urls import as_url, is_url
from .contents import content_of
from .packs import adapter
from .places import LocalPlace, Place, RemotePlace
from .shelf import SHELVES, Shelf

_FEW = 50  # shelves that can as well be listed one by one


class StoreError(UserError):
    """A store that cannot be read or written; the message says where and why."""


def default_root() -> Path | str:
    """`$VID2BOOK_STORE`, which may be a URL, else the user's cache folder."""
    if place := os.environ.get("VID2BOOK_STORE"):
        return place
    return cache_folder()


def cache_folder() -> Path:
    """The folder on this machine for files that can quickly be made again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vid2book"


@dataclass(frozen=True)
class Store:
    """Results of stages. Safe to share between processes, machines and corpora.

    Args:
        root: a folder, or a URL that fsspec knows.
        run: identifies the run that provisional results belong to, also in the copies of this
            object in other processes. Empty: the provisional results of every run count.
    """

    root: Path | str = field(default_factory=default_root)
    run: str = field(default_factory=lambda: uuid.uuid4().hex, compare=False)

    def __post_init__(self) -> None:
        root = as_url(self.root) if is_url(self.root) else Path(self.root)
        object.__setattr__(self, "root", root)

    def shelf(self, name: str) -> Shelf:
        """Everything that is stored about one video.

        Args:
            name: a key of the video's content.
        """
        return Shelf(self, name)

    def survey(self, count: int, anew: bool = False) -> None:
        """List all shelves in one go.

        In a bucket, listing a thousand names costs as much as listing ten, so a process that is
        going to look up thousands of videos calls this first. A shelf where something is missing is
        listed again the next time, since it has probably been added by then. Copies of this object
        in other processes do not have the list. A local folder is never surveyed.

        Args:
            count: how many shelves this process will look up; a few are listed one by one.
            anew: survey again, because other processes have written since.
        """
        if count <= _FEW or isinstance(self.place, LocalPlace):
            return
        if "_surveyed" in self.__dict__ and not anew:
            return
        listing: dict[str, tuple[str, ...]] = {}
        with self.errors("read"):
            for entries in self.place.walk(self.place.folders(SHELVES)):
                shelves: dict[str, list[str]] = {}
                for entry in entries:
                    folder, _, name = entry.path.rpartition("/")
                    shelves.setdefault(folder, []).append(name)
                listing |= {folder: tuple(names) for folder, names in shelves.items()}
        self.__dict__["_surveyed"] = (listing, set[str]())

    def of_every_run(self) -> Store:
        """The same store, in which the provisional results of all runs count."""
        store = replace(self, run="")
        if surveyed := self.__dict__.get("_surveyed"):
            store.__dict__["_surveyed"] = surveyed
        return store

    def load(self, stage: str, key: str, kind: Any) -> Any | None:
        """A result that belongs to no video, as `kind` (a type); None if there is none.

        Raises:
            StoreError: the store cannot be read.
        """
        path = _path(stage, key)
        try:
            data = self.read(path)
        except FileNotFoundError:
            return None
        try:
            return adapter(kind).validate_json(gzip.decompress(data))
        except (gzip.BadGzipFile, EOFError, zlib.error, ValidationError):
            self.delete([path])  # damaged, by a full disk for example; it is computed again
            return None

    def save(self, stage: str, key: str, kind: Any, value: Any) -> None:
        """Keep a result that belongs to no video.

        Raises:
            StoreError: it cannot be written.
        """
        text = adapter(kind).dump_json(value)
        self.write(_path(stage, key), gzip.compress(text, compresslevel=1, mtime=0))

    def piece(self, stage: str, key: str, make: Callable[[], bytes]) -> bytes:
        """Bytes that belong to no video, as they are; made if they are not here.

        Raises:
            StoreError: they cannot be read or written.
        """
        return self.bytes_at(f"{stage}-pieces/{key[:2]}/{key}", make)

    def content(self, path: str | Path) -> str:
        """A key of the content of a file: its hash, or for a remote file what its server says.

        Raises:
            OSError: it cannot be read.
        """
        return content_of(path, self._memos)

    @cached_property
    def place(self) -> Place:
        """Where the objects are."""
        return LocalPlace(self.root) if isinstance(self.root, Path) else RemotePlace(self.root)

    @cached_property
    def _memos(self) -> Path:
        """The folder of remembered hashes, always on this machine, as the files are."""
        return (self.root if isinstance(self.root, Path) else cache_folder()) / "hashes"

    def names(self, folder: str) -> Sequence[str]:
        """The names of the objects in a folder."""
        listing, outdated = self.__dict__.get("_surveyed", (None, set()))
        if listing is not None and folder not in outdated:
            return listing.get(folder, ())
        with self.errors("read"):
            return self.place.names(folder)

    def look_again(self, folder: str) -> None:
        """Have a folder listed again the next time."""
        if surveyed := self.__dict__.get("_surveyed"):
            surveyed[1].add(folder)

    def has_now(self, folder: str, names: Iterable[str]) -> None:
        """Record which names are in a folder, after something was written there."""
        if surveyed := self.__dict__.get("_surveyed"):
            surveyed[0][folder] = tuple(names)
            surveyed[1].discard(folder)

    def read(self, path: str) -> bytes:
        """Raises FileNotFoundError: there is no such object; StoreError: it cannot be read."""
        with self.errors("read"):
            return self.place.read(path)

    def write(self, path: str, data: bytes) -> None:
        """Raises StoreError: it cannot be written."""
        with self.errors("written"):
            self.place.write(path, data)

    def delete(self, paths: Sequence[str]) -> None:
        """Delete objects if possible. If one stays, an error shows up when it is replaced."""
        if paths:
            with suppress(OSError):
                self.place.delete(paths)

    def bytes_at(self, path: str, make: Callable[[], bytes]) -> bytes:
        """An object, which is made if it is not there.

        Raises:
            StoreError: it cannot be read or written.
        """
        try:
            return self.read(path)
        except FileNotFoundError:
            data = make()
        self.write(path, data)
        return data

    def __getstate__(self) -> dict[str, Any]:
        return {"root": self.root, "run": self.run}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    @contextmanager
    def errors(self, done: str) -> Iterator[None]:
        """Raise every failure of the place as a StoreError.

        Args:
            done: `read` or `written`, for the message. If `read`, a missing object stays a
                FileNotFoundError.
        """
        try:
            yield
        except FileNotFoundError:
            if done == "read":
                raise
            raise self._error(done, "there is no such place") from None
        except OSError as error:
            raise self._error(done, error.strerror or str(error)) from error

    def _error(self, done: str, reason: str) -> StoreError:
        return StoreError(
            f"the store {self.root} cannot be {done}: {reason}; fix that, or choose another with "
            "--store"
        )


def _path(stage: str, key: str) -> str:
    return f"{stage}/{key[:2]}/{key}.json.gz"
