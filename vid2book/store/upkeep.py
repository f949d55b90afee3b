"""Maintenance of a store: what it holds, whether it is intact, and pruning."""

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

_AT_ONCE = 16  # objects that are read at the same time
_LEFT = 86_400.0  # seconds after which an incomplete file counts as left over by a dead process
# Our objects, in a folder that may be used for other things too. Remembered hashes may stay.
_OURS = re.compile(
    rf"{SHELVES}/[0-9a-f]{{2}}/[0-9a-f]{{32}}/[^/]+"
    r"|[\w-]+/[0-9a-f]{2}/[0-9a-f]{32}(\.json\.gz|\.json\.provisional)?"
)


@dataclass
class Holding:
    """What a store holds of one kind of result."""

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
        """The sum of both."""
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
        kinds: by the stages whose results share an object, such as `keyframes, read, caption`.
        videos: how many videos it has results for.
        older: objects in a layout that nothing reads any longer.
    """

    kinds: dict[str, Holding] = field(default_factory=dict)
    videos: int = 0
    older: Holding = field(default_factory=Holding)


class Damage(NamedTuple):
    """A damaged or left-over object."""

    path: str
    reason: str


class Selection(NamedTuple):
    """What to delete: the results that meet all of these conditions.

    Attributes:
        before: written before this moment, in seconds since 1970.
        shelves: tells by its folder whether a video's shelf is included.
        stages: the result is of one of these stages.
    """

    before: float | None = None
    shelves: Callable[[str], bool] | None = None
    stages: Collection[str] = ()


def inventory(store: Store, stages: Collection[str]) -> Inventory:
    """What a store holds.

    Args:
        stages: names of all stages, by which objects of an older layout are recognised.

    Raises:
        StoreError: it cannot be read.
    """
    holdings = Inventory()
    for entries in _all(store):
        shelves = set()
        for entry in entries:
            top, folder, name = _split_path(entry.path)
            if top == SHELVES:
                shelves.add(folder)
                kind = stages_of(name)
                holdings.kinds.setdefault(", ".join(kind), Holding()).add(len(kind), entry)
            elif top.removesuffix("-pieces") in stages:
                holdings.older.add(1, entry)
            else:
                holdings.kinds.setdefault(top.removesuffix("-pieces"), Holding()).add(1, entry)
        holdings.videos += len(shelves)
    return holdings


def sizes(store: Store) -> Counter[str]:
    """Bytes that the results of each stage take, found by reading all of them.

    Raises:
        StoreError: the store cannot be read.
    """
    totals: Counter[str] = Counter()
    for entries in _all(store):
        for entry in entries:
            top, _, name = _split_path(entry.path)
            if top == SHELVES and name.endswith(".zip"):
                totals.update(Pack(store.read(entry.path)).sizes())
            elif top == SHELVES:
                totals.update({stage: entry.size for stage in stages_of(name)})
    return totals


def check(store: Store, tell: Callable[[int], object] = lambda _: None) -> Iterator[Damage]:
    """Read every object of the shelves completely; yields those that are damaged.

    Args:
        tell: called with 1 for each object that was read.

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
        except FileNotFoundError:  # it was joined with others meanwhile
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


def prune(store: Store, selection: Selection, act: bool) -> Holding:
    """Delete the results of a selection; returns what they amount to.

    Args:
        act: delete them; otherwise only count them.

    Raises:
        StoreError: the store cannot be read or written.
    """
    pruned = Holding()
    for entries in _all(store):
        for entry in entries:
            top, folder, name = _split_path(entry.path)
            if not _OURS.fullmatch(entry.path):
                continue
            if selection.before is not None and entry.modified >= selection.before:
                continue
            on_shelf = top == SHELVES
            if selection.shelves and not (on_shelf and selection.shelves(folder)):
                continue
            stages = stages_of(name) if on_shelf else [top.removesuffix("-pieces")]
            selected = [s for s in stages if s in selection.stages] if selection.stages else stages
            if not selected:
                continue
            pruned.add(len(selected), entry)
            if act and len(selected) < len(stages):
                Shelf(store, PurePosixPath(folder).name).remove(selected, only=[name])
            elif act:
                store.delete([entry.path])
    return pruned


def prune_older(store: Store, stages: Collection[str]) -> Holding:
    """Delete the objects of an older layout.

    Raises:
        StoreError: the store cannot be read or written.
    """
    pruned = Holding()
    for entries in _all(store):
        for entry in entries:
            top, _, _ = _split_path(entry.path)
            if top.removesuffix("-pieces") in stages and _OURS.fullmatch(entry.path):
                pruned.add(1, entry)
                store.delete([entry.path])
    return pruned


def _all(store: Store) -> Iterator[list[Entry]]:
    """All objects, folder by folder."""
    with store.errors("read"):
        tops = store.place.folders("")
        yield from store.place.walk(top for top in tops if top != SHELVES)
        yield from store.place.walk(store.place.folders(SHELVES))


def _split_path(path: str) -> tuple[str, str, str]:
    """The first folder of an object's path, its whole folder and its name."""
    folder, _, name = path.rpartition("/")
    return path.partition("/")[0], folder, name
