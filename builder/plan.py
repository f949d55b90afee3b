"""What a push would send: the files of a corpus folder against those of the repository."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from vid2book.folder.layout import (
    CARD,
    CROISSANT,
    MEASURES,
    ON_REQUEST,
    PICTURES,
    PUBLISHED,
    TABLES,
    in_repository,
    shards,
    table_of,
)

from .hub.repo import RemoteFile
from .local import Content, Hashes

_MADE = {CARD, CROISSANT}  # they follow from the rest and from older versions
_MEASURED = ("default", "videos")  # tables that are always pushed


@dataclass
class Plan:
    """Paths in the repository, with what is sent to them."""

    send: dict[str, Content] = field(default_factory=dict)
    same: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of what is sent."""
        return sum(content.size for content in self.send.values())

    @property
    def changes_data(self) -> bool:
        """Whether more than the card and what it shows of measures would change."""
        return any(path not in _MADE and not _is_measure(path) for path in (*self.send, *self.gone))

    @property
    def changes_measures(self) -> bool:
        """Whether the measures on the card would change."""
        return any(map(_is_measure, (*self.send, *self.gone)))

    @property
    def changes_samples(self) -> bool:
        """Whether what measures are of would change."""
        return any(table_of(path) in _MEASURED for path in (*self.send, *self.gone))

    def __bool__(self) -> bool:
        return bool(self.send or self.gone)

    def __len__(self) -> int:
        return len(self.send) + len(self.gone)


def local_files(corpus: Path, asked: Collection[str], hashes: Hashes) -> dict[str, Content]:
    """The files of a corpus that are pushed, by their path in the repository.

    Args:
        corpus: the folder.
        asked: tables that are pushed on request only, and are to be.
        hashes: of its files.
    """
    tables = [table for table in TABLES if table in asked or table not in ON_REQUEST]
    parquet = [file for table in tables for file in shards(corpus, table)]
    single = [corpus / name for name in PUBLISHED if (corpus / name).is_file()]
    return {
        in_repository(file.relative_to(corpus).as_posix()): hashes.content(file)
        for file in [*parquet, *single]
    }


def plan(local: dict[str, Content], remote: dict[str, RemoteFile]) -> Plan:
    """What is sent, what is there already, and what has to go.

    Only Parquet files in the folders of a corpus go, and the pictures and measures of a version
    before: whatever else is in the repository stays.
    """
    made = Plan()
    for path, content in local.items():
        there = remote.get(path)
        if there is not None and is_same(content, there):
            made.same.append(path)
        else:
            made.send[path] = content
    made.gone = [
        path
        for path in remote
        if path not in local
        and (path.startswith(f"{PICTURES}/") or _is_measure(path) or table_of(path))
    ]
    return made


def _is_measure(path: str) -> bool:
    return path.startswith(f"{MEASURES}/")


def is_same(content: Content, there: RemoteFile) -> bool:
    """Whether a file of the repository has this content."""
    if content.size != there.size:
        return False
    if there.sha256:
        return content.sha256 == there.sha256
    git = hashlib.sha1(b"blob %d\0" % content.size)
    # Only small files are no LFS files.
    git.update(content.source if isinstance(content.source, bytes) else content.source.read_bytes())
    return git.hexdigest() == there.git
