"""Looking after a store: what it holds, whether it is sound, and taking out what is not wanted."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import NamedTuple

from .packs import DamagedError, Pack
from .places import UNFINISHED, Entry
from .shelf import SHELVES, Shelf, is_named_for, stages_of
from .store import Store

_AT_ONCE = 16  # objects that are read
_LEFT = 86_400.0  # seconds after which a file that is not complete is left over from a process
# What is ours in a folder that may be used for other things, too; memos of hashes cost nothing.
_OURS = re.compile(
    rf"{SHELVES}/[0-9a-f]{{2}}/[0-9a-f]{{32}}/[^/]+"
    r"|[\w-]+/[0-9a-f]{2}/[0-9a-f]{32}(\.json\.gz|\.json\.provisional)?"
)


@dataclass
class Holding:
    """What a store has of one kind."""

    results: int = 0
    objects: int = 0
    size: int = 0  # bytes
    oldest: float = float("inf")  # seconds since 1970
    newest: float = 0.0

    def add(self, results: int, entry: Entry) -> None:
        self.results += results
        self.objects += 1
        self.size += entry.size
        self.oldest = min(self.oldest, entry.modified)
        self.newest = max(self.newest, entry.modified)

    def __add__(self, other: Holding) -> Holding:
        """Both together."""
        return Holding(
            self.results + other.results,
            self.objects + other.objects,
            self.size + other.size,
            min(self.oldest, other.oldest),
            max(self.newest, other.newest),
        )


@dataclass
class Inventory:
    """What a store holds.

    Attributes:
        kinds: by the stages whose results lie together, such as `keyframes, read, caption`.
        videos: how many there is something of.
        older: of a layout that nothing reads any longer.
    """

    kinds: dict[str, Holding] = field(default_factory=dict)
    videos: int = 0
    older: Holding = field(default_factory=Holding)


class Damage(NamedTuple):
    """An object that is not what was written."""

    path: str
    reason: str


class Selection(NamedTuple):
    """What is to be taken out: what meets all that is said.

    Attributes:
        before: written before that moment, in seconds since 1970.
        shelves: whether a video's shelf, by its folder, is meant.
        stages: results of these.
    """

    before: float | None = None
    shelves: Callable[[str], bool] | None = None
    stages: Collection[str] = ()


def inventory(store: Store, stages: Collection[str]) -> Inventory:
    """What a store holds.

    Args:
        stages: names of all stages, by which an older layout is told.

    Raises:
        StoreError: it cannot be read.
    """
    found = Inventory()
    for entries in _all(store):
        shelves = set()
        for entry in entries:
            top, folder, name = _placed(entry.path)
            if top == SHELVES:
                shelves.add(folder)
                kind = stages_of(name)
                found.kinds.setdefault(", ".join(kind), Holding()).add(len(kind), entry)
            elif top.removesuffix("-pieces") in stages:
                found.older.add(1, entry)
            else:
                found.kinds.setdefault(top.removesuffix("-pieces"), Holding()).add(1, entry)
        found.videos += len(shelves)
    return found


def sizes(store: Store) -> Counter[str]:
    """Bytes that the results of each stage take, found by reading all of them.

    Raises:
        StoreError: the store cannot be read.
    """
    found: Counter[str] = Counter()
    for entries in _all(store):
        for entry in entries:
            top, _, name = _placed(entry.path)
            if top == SHELVES and name.endswith(".zip"):
                found.update(Pack(store.read(entry.path)).sizes())
            elif top == SHELVES:
                found.update({stage: entry.size for stage in stages_of(name)})
    return found


def check(store: Store, tell: Callable[[int], object] = lambda _: None) -> Iterator[Damage]:
    """Read every object of the shelves to its end; those that are damaged.

    Args:
        tell: told of each object that was read.

    Raises:
        StoreError: the store cannot be read.
    """

    def look(entry: Entry) -> Damage | None:
        name = PurePosixPath(entry.path).name
        if name.startswith(UNFINISHED):
            old = entry.modified < time.time() - _LEFT
            return Damage(entry.path, "left by a process that ended") if old else None
        if not name.endswith(".zip"):
            return None
        try:
            pack = Pack(store.read(entry.path))
            if not is_named_for(name, pack.results()):
                return Damage(entry.path, "it holds other results than its name says")
            for result in pack.results():
                pack.files(*result)
        except FileNotFoundError:  # joined with others meanwhile
            return None
        except DamagedError as error:
            return Damage(entry.path, f"damaged: {error}")
        return None

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for entries in _all(store):
            for entry, damage in zip(entries, threads.map(look, entries), strict=True):
                if entry.path.endswith(".zip"):
                    tell(1)
                if damage:
                    yield damage


def prune(store: Store, wanted: Selection, act: bool) -> Holding:
    """Take out what is not wanted; what that is.

    Args:
        act: do it; otherwise only say.

    Raises:
        StoreError: the store cannot be read or written.
    """
    found = Holding()
    for entries in _all(store):
        for entry in entries:
            top, folder, name = _placed(entry.path)
            if not _OURS.fullmatch(entry.path):
                continue
            if wanted.before is not None and entry.modified >= wanted.before:
                continue
            on_shelf = top == SHELVES
            if wanted.shelves and not (on_shelf and wanted.shelves(folder)):
                continue
            stages = stages_of(name) if on_shelf else [top.removesuffix("-pieces")]
            gone = [s for s in stages if s in wanted.stages] if wanted.stages else stages
            if not gone:
                continue
            found.add(len(gone), entry)
            if act and len(gone) < len(stages):
                Shelf(store, PurePosixPath(folder).name).remove(gone, only=[name])
            elif act:
                store.delete([entry.path])
    return found


def prune_older(store: Store, stages: Collection[str]) -> Holding:
    """Take out what an older layout left.

    Raises:
        StoreError: the store cannot be read or written.
    """
    found = Holding()
    for entries in _all(store):
        for entry in entries:
            top, _, _ = _placed(entry.path)
            if top.removesuffix("-pieces") in stages and _OURS.fullmatch(entry.path):
                found.add(1, entry)
                store.delete([entry.path])
    return found


def _all(store: Store) -> Iterator[list[Entry]]:
    """Everything, in parts."""
    with store.errors("read"):
        tops = store.place.folders("")
        yield from store.place.walk(top for top in tops if top != SHELVES)
        yield from store.place.walk(store.place.folders(SHELVES))


def _placed(path: str) -> tuple[str, str, str]:
    """Of an object its first folder, its whole folder and its name."""
    folder, _, name = path.rpartition("/")
    return path.partition("/")[0], folder, name
