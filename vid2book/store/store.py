"""The store as the pipeline sees it: shelves of videos, and what belongs to no video.

A store that cannot be read or written ends the run: no video is to blame for it.
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

_FEW = 50  # shelves that are as quickly asked for one by one


class StoreError(UserError):
    """A store that cannot be read or written; the message says where and why."""


def default_root() -> Path | str:
    """`$VID2BOOK_STORE`, which may be a URL, else the user's cache folder."""
    if place := os.environ.get("VID2BOOK_STORE"):
        return place
    return cache_folder()


def cache_folder() -> Path:
    """Where this machine keeps what is quickly made again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vid2book"


@dataclass(frozen=True)
class Store:
    """Results of stages. Safe to share between processes, machines and corpora.

    Args:
        root: a folder, or a URL that fsspec knows.
        run: names the run to which provisional results belong. Copies to other processes have it
            too. Empty: those of every run hold.
    """

    root: Path | str = field(default_factory=default_root)
    run: str = field(default_factory=lambda: uuid.uuid4().hex, compare=False)

    def __post_init__(self) -> None:
        root = as_url(self.root) if is_url(self.root) else Path(self.root)
        object.__setattr__(self, "root", root)

    def shelf(self, name: str) -> Shelf:
        """Everything that is kept of one video.

        Args:
            name: a key of the video's content.
        """
        return Shelf(self, name)

    def survey(self, asked: int, anew: bool = False) -> None:
        """Ask once for the names of everything that is on the shelves.

        In a bucket a list of a thousand names costs as much as one of ten, so whoever is going to
        ask after thousands of videos does this first. A shelf on which something was missed is
        looked at again when it is next asked for, since whoever missed it will have it made. Copies
        to other processes do not have the list. A folder of this machine is looked at as it is.

        Args:
            asked: shelves that this process will ask for; few are looked at one by one.
            again: ask once more if it was asked before, because other processes have written since.
        """
        if asked <= _FEW or isinstance(self.place, LocalPlace):
            return
        if "_surveyed" in self.__dict__ and not anew:
            return
        found: dict[str, tuple[str, ...]] = {}
        with self.errors("read"):
            for entries in self.place.walk(self.place.folders(SHELVES)):
                shelves: dict[str, list[str]] = {}
                for entry in entries:
                    folder, _, name = entry.path.rpartition("/")
                    shelves.setdefault(folder, []).append(name)
                found |= {folder: tuple(names) for folder, names in shelves.items()}
        self.__dict__["_surveyed"] = (found, set[str]())

    def of_every_run(self) -> Store:
        """The same store, in which the provisional results of all runs hold."""
        store = replace(self, run="")
        if surveyed := self.__dict__.get("_surveyed"):
            store.__dict__["_surveyed"] = surveyed
        return store

    def load(self, stage: str, key: str, kind: Any) -> Any | None:
        """A result that belongs to no video, as `kind` (a type); None if there is none.

        Raises:
            StoreError: it cannot be read, for a reason that is not its own.
        """
        path = _path(stage, key)
        try:
            data = self.read(path)
        except FileNotFoundError:
            return None
        try:
            return adapter(kind).validate_json(gzip.decompress(data))
        except (gzip.BadGzipFile, EOFError, zlib.error, ValidationError):
            self.delete([path])  # damaged by a full disk, say: computed again
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
        """Names the content of a file: by its hash, or where it is elsewhere by what its server
        tells of it.

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
        """Of a file of this machine its hash is remembered on this machine."""
        return (self.root if isinstance(self.root, Path) else cache_folder()) / "hashes"

    def names(self, folder: str) -> Sequence[str]:
        """The names of the objects in a folder."""
        found, forgotten = self.__dict__.get("_surveyed", (None, set()))
        if found is not None and folder not in forgotten:
            return found.get(folder, ())
        with self.errors("read"):
            return self.place.names(folder)

    def look_again(self, folder: str) -> None:
        """Have a folder looked at again."""
        if surveyed := self.__dict__.get("_surveyed"):
            surveyed[1].add(folder)

    def has_now(self, folder: str, names: Iterable[str]) -> None:
        """Note what is in a folder, after something was written there."""
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
        """Delete objects. What cannot be deleted is replaced, or fails there."""
        if paths:
            with suppress(OSError):
                self.place.delete(paths)

    def bytes_at(self, path: str, make: Callable[[], bytes]) -> bytes:
        """An object, which is made where it is not there.

        Raises:
            StoreError: it cannot be read or written.
        """
        try:
            return self.read(path)
        except FileNotFoundError:
            made = make()
        self.write(path, made)
        return made

    def __getstate__(self) -> dict[str, Any]:
        return {"root": self.root, "run": self.run}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    @contextmanager
    def errors(self, done: str) -> Iterator[None]:
        """Whatever cannot be done with the place is a StoreError.

        Args:
            done: `read` or `written`, for the message; that something is not there is told as
                FileNotFoundError by what is read.
        """
        try:
            yield
        except FileNotFoundError:
            if done == "read":
                raise
            raise self._error(done, "there is no such place") from None
        except OSError as error:
            raise self._error(done, error.strerror or str(error)) from error

    def _error(self, done: str, told: str) -> StoreError:
        return StoreError(
            f"the store {self.root} cannot be {done}: {told}; fix that, or choose another with "
            "--store"
        )


def _path(stage: str, key: str) -> str:
    return f"{stage}/{key[:2]}/{key}.json.gz"
