"""What a push would send: the files of a corpus folder compared with those of the repository."""

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

_GENERATED = {CARD, CROISSANT}  # derived from the other files and older versions
_MEASURED = ("default", "videos")  # tables that are always pushed


@dataclass
class Plan:
    """Paths in the repository: to be written, unchanged, and to be deleted."""

    send: dict[str, Content] = field(default_factory=dict)
    same: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of what is sent."""
        return sum(content.size for content in self.send.values())

    @property
    def changes_data(self) -> bool:
        """Whether more than the card and its measures would change."""
        return any(
            path not in _GENERATED and not _is_measure(path) for path in (*self.send, *self.gone)
        )

    @property
    def changes_measures(self) -> bool:
        """Whether the measures on the card would change."""
        return any(map(_is_measure, (*self.send, *self.gone)))

    @property
    def changes_samples(self) -> bool:
        """Whether the samples that measures are computed on would change."""
        return any(table_of(path) in _MEASURED for path in (*self.send, *self.gone))

    def __bool__(self) -> bool:
        return bool(self.send or self.gone)

    def __len__(self) -> int:
        return len(self.send) + len(self.gone)


def local_files(corpus: Path, on_request: Collection[str], hashes: Hashes) -> dict[str, Content]:
    """The files of a corpus that are pushed, by their path in the repository.

    Args:
        corpus: the folder.
        on_request: tables to push that are only pushed on request.
        hashes: the hashes of its files.
    """
    tables = [table for table in TABLES if table in on_request or table not in ON_REQUEST]
    parquet = [file for table in tables for file in shards(corpus, table)]
    single = [corpus / name for name in PUBLISHED if (corpus / name).is_file()]
    return {
        in_repository(file.relative_to(corpus).as_posix()): hashes.content(file)
        for file in [*parquet, *single]
    }


def plan(local: dict[str, Content], remote: dict[str, RemoteFile]) -> Plan:
    """What to send, what is there already, and what to delete.

    Only Parquet files in the folders of a corpus are deleted, and the pictures and measures of an
    earlier version; whatever else is in the repository stays.
    """
    todo = Plan()
    for path, content in local.items():
        remote_file = remote.get(path)
        if remote_file is not None and is_same(content, remote_file):
            todo.same.append(path)
        else:
            todo.send[path] = content
    todo.gone = [
        path
        for path in remote
        if path not in local
        and (path.startswith(f"{PICTURES}/") or _is_measure(path) or table_of(path))
    ]
    return todo


def _is_measure(path: str) -> bool:
    return path.startswith(f"{MEASURES}/")


def is_same(content: Content, file: RemoteFile) -> bool:
    """Whether a file of the repository has this content."""
    if content.size != file.size:
        return False
    if file.sha256:
        return content.sha256 == file.sha256
    git = hashlib.sha1(b"blob %d\0" % content.size)
    # Files outside LFS are small.
    git.update(content.source if isinstance(content.source, bytes) else content.source.read_bytes())
    return git.hexdigest() == file.git
