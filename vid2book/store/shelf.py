"""A shelf: everything that the store has of one video.

The name of an object tells which results are in it, by the beginnings of their keys, and what else
is asked of many videos at once (a note), so that one list of names answers for all. A result is
written as it comes, as an object of its own, and nothing is lost if the process ends; when several
belong together, they are joined in one.

A result may be provisional: a back end failed, and something else was done instead. It is there for
the run that stored it, in all its processes, and not for the next, which tries again. Its object
names the run, and has a hash of what it holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .packs import DamagedError, Pack, Result, archive, packed

if TYPE_CHECKING:
    from .store import Store

SHELVES = "videos"  # the folder of all of them
_DIGITS = 12  # of a key in a name; a shelf holds some hundred results at most
_LONGEST = 200  # characters of a name; file systems take 255 bytes
_PACK, _PROVISIONAL, _PIECE = ".zip", ".provisional", ".piece"


class Shelf:
    """The results of one video.

    Its list of names is read once; what another process adds after that is not seen.

    Args:
        store: that it is in.
        name: of the video's content.
    """

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self.folder = f"{SHELVES}/{name[:2]}/{name}"
        self._packs: dict[str, Pack] = {}

    def has(self, stage: str, key: str) -> bool:
        """Whether there is a result, be it a provisional one."""
        if self._holding(stage, key) or self.provisional(stage, key):
            return True
        self._store.look_again(self.folder)  # who asks goes on to make it
        return False

    def load(self, stage: str, key: str, kind: Any) -> Any | None:
        """The result as `kind` (a type), or None if there is none, or a damaged one.

        Raises:
            StoreError: it cannot be read, for a reason that is not its own.
        """
        for name in [*self._holding(stage, key), *self._provisional_names(stage, key)]:
            if (pack := self._pack(name)) is None:
                continue
            try:
                return pack.load(stage, key, kind)
            except KeyError:
                continue  # another key that begins alike
            except DamagedError:
                self._drop([name])  # by a full disk, say: computed again
        return None

    def save(
        self,
        stage: str,
        key: str,
        kind: Any,
        value: Any,
        provisional: bool = False,
        note: str = "",
    ) -> None:
        """Keep a result.

        Args:
            note: letters and digits that are told without reading the result; see `note`.

        Raises:
            StoreError: it cannot be written.
        """
        data = packed([Result(stage, key, kind, value)])
        before = self._provisional_names(stage, key, of_any_run=True)
        name = f"{_part(stage, key)}{note and '_'}{note}{_PACK}"
        if provisional:
            digest = hashlib.sha256(data).hexdigest()[:32]
            name = f"{_part(stage, key)}.{digest}.{self._store.run}{_PROVISIONAL}"
        self._write(name, data)
        self._packs[name] = Pack(data)  # soon to be joined with others
        self._drop(b for b in before if b != name)

    def save_together(self, results: Sequence[Result]) -> None:
        """Keep results in one object.

        Raises:
            StoreError: they cannot be written.
        """
        parts = [_part(result.stage, result.key) for result in results]
        self._write(_object_name(parts), packed(results))

    def join(self, results: Iterable[tuple[str, str]]) -> None:
        """Put results, each a stage and a key, into one object, where each has one of its own.

        Raises:
            StoreError: it cannot be written.
        """
        alone = [name for r in results for name in self._holding(*r) if name.count(".") == 1]
        for names in _short_enough(alone):
            packs = [pack for name in names if (pack := self._pack(name))]
            if len(names) < 2 or len(packs) < len(names):
                continue
            try:
                files = [file for pack in packs for file in pack.files(*pack.results()[0])]
            except DamagedError:
                continue  # it is found when it is asked for
            self._write(_object_name(map(_stem, names)), archive(files))
            self._drop(names)

    def note(self, stage: str, key: str) -> str | None:
        """What was noted as a result was saved; None if there is none, or a provisional one."""
        for name in self._holding(stage, key):
            parts = (part.partition("_") for part in _parts(name))
            return next(note for part, _, note in parts if part == _part(stage, key))
        return None

    def remove(self, stages: Iterable[str], only: Iterable[str] | None = None) -> int:
        """Take out all results of some stages; how many there were.

        Args:
            only: look into these objects, by name; None: into all.

        Raises:
            StoreError: the store cannot be read or written.
        """
        gone = set(stages)
        names = list(self._names if only is None else only)
        return sum(self._take_out(name, lambda part: _stage(part) in gone) for name in names)

    def forget(self, stage: str, key: str) -> None:
        """Keep a result no longer.

        Raises:
            StoreError: the store cannot be read or written.
        """
        for name in self._holding(stage, key):
            self._take_out(name, lambda part: part == _part(stage, key))
        self._drop(self._provisional_names(stage, key, of_any_run=True))

    def provisional(self, stage: str, key: str) -> str:
        """A hash of what this run stored provisionally; empty if it stored nothing so.

        Two failures with the same outcome have the same hash, whatever the run.
        """
        if self._holding(stage, key):
            return ""
        return next((n.split(".")[1] for n in self._provisional_names(stage, key)), "")

    def piece(self, stage: str, key: str, make: Callable[[], bytes]) -> bytes:
        """Bytes as they are, which are made if they are not here.

        Raises:
            StoreError: they cannot be read or written.
        """
        name = f"{stage}-{key}{_PIECE}"
        return self._store.bytes_at(f"{self.folder}/{name}", make)

    def _take_out(self, name: str, is_gone: Callable[[str], bool]) -> int:
        """Write an object again without some of its results; how many went."""
        parts = _parts(name)
        stay = [part for part in parts if not is_gone(part.partition("_")[0])]
        if len(stay) == len(parts):
            return 0
        if stay and (pack := self._pack(name)):
            left = (result for result in pack.results() if not is_gone(_part(*result)))
            self._write(_object_name(stay), archive(f for r in left for f in pack.files(*r)))
        self._drop([name])
        return len(parts) - len(stay)

    @cached_property
    def _names(self) -> set[str]:
        return set(self._store.names(self.folder))

    @cached_property
    def _index(self) -> dict[str, list[str]]:
        """The objects that hold a result, those with the fewest others first."""
        found: dict[str, list[str]] = {}
        for name in sorted(self._names, key=lambda name: (len(name), name)):
            if name.endswith(_PACK):
                for part in _parts(name):
                    found.setdefault(part.partition("_")[0], []).append(name)
        return found

    def _holding(self, stage: str, key: str) -> list[str]:
        return self._index.get(_part(stage, key), [])

    def _provisional_names(self, stage: str, key: str, of_any_run: bool = False) -> list[str]:
        begin = f"{_part(stage, key)}."
        run = "" if of_any_run else self._store.run
        end = f".{run}{_PROVISIONAL}" if run else _PROVISIONAL
        return [name for name in self._names if name.startswith(begin) and name.endswith(end)]

    def _pack(self, name: str, moved: bool = False) -> Pack | None:
        """The archive; None if it is gone or damaged.

        Args:
            moved: its results were looked for elsewhere already.
        """
        if name not in self._packs:
            try:
                self._packs[name] = Pack(self._store.read(f"{self.folder}/{name}"))
            except FileNotFoundError:
                return None if moved else self._moved(name)
            except DamagedError:
                self._drop([name])
                return None
        return self._packs[name]

    def _moved(self, name: str) -> Pack | None:
        """The archive in which another process put what was in this one."""
        self._store.look_again(self.folder)
        self.__dict__.pop("_names", None)
        self.__dict__.pop("_index", None)
        parts = set(name.split("."))
        others = (other for other in self._names if parts < set(other.split(".")))
        return next((pack for other in others if (pack := self._pack(other, moved=True))), None)

    def _write(self, name: str, data: bytes) -> None:
        self._store.write(f"{self.folder}/{name}", data)
        self._names.add(name)
        self._store.has_now(self.folder, self._names)
        self.__dict__.pop("_index", None)

    def _drop(self, names: Iterable[str]) -> None:
        if not (gone := list(names)):
            return
        self._store.delete([f"{self.folder}/{name}" for name in gone])
        self._names.difference_update(gone)
        self._store.has_now(self.folder, self._names)
        for name in gone:
            self._packs.pop(name, None)
        self.__dict__.pop("_index", None)


def stages_of(name: str) -> list[str]:
    """The stages of which an object of a shelf holds something, by its name."""
    return [_stage(part) for part in _parts(name)]


def _stage(part: str) -> str:
    return part.rpartition("-")[0]


def is_named_for(name: str, results: Iterable[tuple[str, str]]) -> bool:
    """Whether the name of an archive tells what is in it."""
    told = [part.partition("_")[0] for part in _parts(name)]
    return told == [_part(*result) for result in results]


def _parts(name: str) -> list[str]:
    """What the name of an object tells of each result in it."""
    return _stem(name).split(".") if name.endswith(_PACK) else name.split(".")[:1]


def _part(stage: str, key: str) -> str:
    return f"{stage}-{key[:_DIGITS]}"


def _object_name(parts: Iterable[str]) -> str:
    return ".".join(parts) + _PACK


def _stem(name: str) -> str:
    return name.removesuffix(_PACK)


def _short_enough(names: Sequence[str]) -> Iterator[list[str]]:
    """Names of objects in as few parts as the name of what joins them is short enough for."""
    part: list[str] = []
    for name in names:
        if part and len(_object_name(map(_stem, [*part, name]))) > _LONGEST:
            yield part
            part = []
        part.append(name)
    if part:
        yield part
