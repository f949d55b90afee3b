"""The files of a corpus folder as they are published, with their hashes.

A hash is kept with the size and the times of the file that it was made of, so that a push that goes
on after an interruption does not read a corpus again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vid2book.folder.layout import HASHES

_READ = 1 << 20  # bytes at a time


@dataclass(frozen=True)
class Content:
    """What is sent: a file, or bytes made for the purpose."""

    source: Path | bytes
    size: int
    sha256: str


def content_of(made: bytes) -> Content:
    """Bytes as content."""
    return Content(made, len(made), hashlib.sha256(made).hexdigest())


class Hashes:
    """SHA-256 of the files of a corpus folder, and of several files read one after another."""

    def __init__(self, corpus: Path) -> None:
        self._corpus = corpus
        self._files: dict[str, list[Any]] = {}  # path in the folder to its state and hash
        self._joined: dict[str, str] = {}  # the hashes of some files to that of all of them
        self._changed = False
        try:
            kept = json.loads((corpus / HASHES).read_text(encoding="utf-8"))
            self._files, self._joined = dict(kept["files"]), dict(kept["joined"])
        except (OSError, ValueError, LookupError, TypeError):
            pass  # there are none, or they are damaged

    def content(self, file: Path) -> Content:
        """A file as content; it is read only if it has changed since it was hashed."""
        return Content(file, file.stat().st_size, self._known_hash(file) or self._read([file])[0])

    def joined(self, files: Iterable[Path]) -> str:
        """The hash of files read one after another; also learns the hash of each."""
        files = list(files)
        known = [self._known_hash(file) for file in files]
        if (name := " ".join(map(str, known))) not in self._joined:
            whole = hashlib.sha256()
            name = " ".join(self._read(files, whole))
            self._joined[name] = whole.hexdigest()
        return self._joined[name]

    def keep(self) -> None:
        """Write what was learned, where the folder can be written to."""
        if not self._changed:
            return
        new = (self._corpus / HASHES).with_suffix(".new")
        try:
            new.write_text(json.dumps({"files": self._files, "joined": self._joined}))
            new.replace(self._corpus / HASHES)
        except OSError:
            pass  # it only costs time

    def _known_hash(self, file: Path) -> str | None:
        kept = self._files.get(self._name(file))
        return kept[1] if kept and kept[0] == _state(file) else None

    def _read(self, files: Iterable[Path], whole: Any = None) -> list[str]:
        found = []
        for file in files:
            before, one = _state(file), hashlib.sha256()
            with file.open("rb") as opened:
                while part := opened.read(_READ):
                    one.update(part)
                    if whole:
                        whole.update(part)
            found.append(one.hexdigest())
            self._files[self._name(file)] = [before, found[-1]]
            self._changed = True
        return found

    def _name(self, file: Path) -> str:
        return file.relative_to(self._corpus).as_posix()


def _state(file: Path) -> list[int]:
    found = file.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns]
