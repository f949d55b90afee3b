"""A shelf: everything that the store has about one video.

The name of an object says which results are in it (by the beginnings of their keys) and has a note
on each, which is looked up for many videos at once; so a list of names answers without reading any
object. Each result is first written as an object of its own, so nothing is lost if the process
ends; results that belong together are joined later.

A result may be provisional, if a back end failed and something else was used instead. All processes
of the run that stored it can see it, but the next run cannot, and tries again. The name of its
object has the run and a hash of the result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .packs import DamagedError, Pack, Result, archive, pack_results

if TYPE_CHECKING:
    from .store import Store

SHELVES = "videos"  # the folder of all shelves
_DIGITS = 12  # of a key in a name; a shelf holds some hundred results at most
_LONGEST = 200  # characters of a name; file systems take 255 bytes
_PACK, _PROVISIONAL, _PIECE = ".zip", ".provisional", ".piece"


class Shelf:
    """The results of one video.

    The list of its objects is read once; what another process adds later is not seen.

    Args:
        store: the store that has it.
        name: a key of the video's content.
    """

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self.folder = f"{SHELVES}/{name[:2]}/{name}"
        self._packs: dict[str, Pack] = {}

    def has(self, stage: str, key: str) -> bool:
        """Whether there is a result, provisional or not."""
        if self._packs_with(stage, key) or self.provisional(stage, key):
            return True
        self._store.look_again(self.folder)  # the caller will probably add it
        return False

    def load(self, stage: str, key: str, kind: Any) -> Any | None:
        """The result as `kind` (a type), or None if there is none, or a damaged one.

        Raises:
            StoreError: the store cannot be read.
        """
        for name in [*self._packs_with(stage, key), *self._provisional_names(stage, key)]:
            if (pack := self._pack(name)) is None:
                continue
            try:
                return pack.load(stage, key, kind)
            except KeyError:
                continue  # another key with the same beginning
            except DamagedError:
                self._drop([name])  # by a full disk, for example; it is computed again
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
            note: letters and digits that can be looked up without reading the result; see `note`.

        Raises:
            StoreError: it cannot be written.
        """
        data = pack_results([Result(stage, key, kind, value)])
        outdated = self._provisional_names(stage, key, of_any_run=True)
        name = f"{_part(stage, key)}{note and '_'}{note}{_PACK}"
        if provisional:
            digest = hashlib.sha256(data).hexdigest()[:32]
            name = f"{_part(stage, key)}.{digest}.{self._store.run}{_PROVISIONAL}"
        self._write(name, data)
        self._packs[name] = Pack(data)  # cached, since it is soon joined with others
        self._drop(old for old in outdated if old != name)

    def save_together(self, results: Sequence[Result]) -> None:
        """Keep results in one object.

        Raises:
            StoreError: they cannot be written.
        """
        parts = [_part(result.stage, result.key) for result in results]
        self._write(_object_name(parts), pack_results(results))

    def join(self, results: Iterable[tuple[str, str]]) -> None:
        """Join those of the results (stage and key) that are objects of their own into one object.

        Raises:
            StoreError: it cannot be written.
        """
        alone = [name for r in results for name in self._packs_with(*r) if name.count(".") == 1]
        for names in _short_enough(alone):
            packs = [pack for name in names if (pack := self._pack(name))]
            if len(names) < 2 or len(packs) < len(names):
                continue
            try:
                files = [file for pack in packs for file in pack.files(*pack.results()[0])]
            except DamagedError:
                continue  # `load` deals with it
            self._write(_object_name(map(_stem, names)), archive(files))
            self._drop(names)

    def note(self, stage: str, key: str) -> str | None:
        """The note that was saved with a result; None if there is no result or only a provisional
        one."""
        for name in self._packs_with(stage, key):
            parts = (part.partition("_") for part in _parts(name))
            return next(note for part, _, note in parts if part == _part(stage, key))
        return None

    def remove(self, stages: Iterable[str], only: Iterable[str] | None = None) -> int:
        """Delete all results of these stages; returns how many there were.

        Args:
            only: names of the objects to look into; None: all.

        Raises:
            StoreError: the store cannot be read or written.
        """
        unwanted = set(stages)
        names = list(self._names if only is None else only)
        return sum(self._take_out(name, lambda part: _stage(part) in unwanted) for name in names)

    def forget(self, stage: str, key: str) -> None:
        """Delete a result.

        Raises:
            StoreError: the store cannot be read or written.
        """
        for name in self._packs_with(stage, key):
            self._take_out(name, lambda part: part == _part(stage, key))
        self._drop(self._provisional_names(stage, key, of_any_run=True))

    def provisional(self, stage: str, key: str) -> str:
        """A hash of the provisional result that this run stored; empty if there is none.

        Two failures with the same outcome have the same hash, even in different runs.
        """
        if self._packs_with(stage, key):
            return ""
        return next((n.split(".")[1] for n in self._provisional_names(stage, key)), "")

    def piece(self, stage: str, key: str, make: Callable[[], bytes]) -> bytes:
        """Bytes that are stored as they are; made if they are not here.

        Raises:
            StoreError: they cannot be read or written.
        """
        name = f"{stage}-{key}{_PIECE}"
        return self._store.bytes_at(f"{self.folder}/{name}", make)

    def _take_out(self, name: str, is_unwanted: Callable[[str], bool]) -> int:
        """Rewrite an object without the unwanted results; returns how many were removed."""
        parts = _parts(name)
        kept_parts = [part for part in parts if not is_unwanted(part.partition("_")[0])]
        if len(kept_parts) == len(parts):
            return 0
        if kept_parts and (pack := self._pack(name)):
            kept = (result for result in pack.results() if not is_unwanted(_part(*result)))
            self._write(_object_name(kept_parts), archive(f for r in kept for f in pack.files(*r)))
        self._drop([name])
        return len(parts) - len(kept_parts)

    @cached_property
    def _names(self) -> set[str]:
        return set(self._store.names(self.folder))

    @cached_property
    def _index(self) -> dict[str, list[str]]:
        """For each result the names of the objects that have it, smaller objects first."""
        index: dict[str, list[str]] = {}
        for name in sorted(self._names, key=lambda name: (len(name), name)):
            if name.endswith(_PACK):
                for part in _parts(name):
                    index.setdefault(part.partition("_")[0], []).append(name)
        return index

    def _packs_with(self, stage: str, key: str) -> list[str]:
        return self._index.get(_part(stage, key), [])

    def _provisional_names(self, stage: str, key: str, of_any_run: bool = False) -> list[str]:
        begin = f"{_part(stage, key)}."
        run = "" if of_any_run else self._store.run
        end = f".{run}{_PROVISIONAL}" if run else _PROVISIONAL
        return [name for name in self._names if name.startswith(begin) and name.endswith(end)]

    def _pack(self, name: str, moved: bool = False) -> Pack | None:
        """The archive; None if it no longer exists or is damaged.

        Args:
            moved: do not look for an archive that it was joined into.
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
        """The archive into which another process has joined this one."""
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
        if not (dropped := list(names)):
            return
        self._store.delete([f"{self.folder}/{name}" for name in dropped])
        self._names.difference_update(dropped)
        self._store.has_now(self.folder, self._names)
        for name in dropped:
            self._packs.pop(name, None)
        self.__dict__.pop("_index", None)


def stages_of(name: str) -> list[str]:
    """The stages whose results are in an object of a shelf, by its name."""
    return [_stage(part) for part in _parts(name)]


def _stage(part: str) -> str:
    return part.rpartition("-")[0]


def is_named_for(name: str, results: Iterable[tuple[str, str]]) -> bool:
    """Whether the name of an archive says which results are in it."""
    promised = [part.partition("_")[0] for part in _parts(name)]
    return promised == [_part(*result) for result in results]


def _parts(name: str) -> list[str]:
    """The parts of an object's name, one for each result in it."""
    return _stem(name).split(".") if name.endswith(_PACK) else name.split(".")[:1]


def _part(stage: str, key: str) -> str:
    return f"{stage}-{key[:_DIGITS]}"


def _object_name(parts: Iterable[str]) -> str:
    return ".".join(parts) + _PACK


def _stem(name: str) -> str:
    return name.removesuffix(_PACK)


def _short_enough(names: Sequence[str]) -> Iterator[list[str]]:
    """Groups of objects, as few as possible, such that the name of each joined one is not too
    long."""
    group: list[str] = []
    for name in names:
        if group and len(_object_name(map(_stem, [*group, name]))) > _LONGEST:
            yield group
            group = []
        group.append(name)
    if group:
        yield group
