"""What a push would send: the files of a corpus folder against those of the repository."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from vid2book.folder.layout import (
    CARD,
    CROISSANT,
    ON_REQUEST,
    PUBLISHED,
    TABLES,
    shards,
    table_of,
)

from . import measures
from .hub import RemoteFile

_MADE = {CARD, CROISSANT}  # they follow from the rest and from older versions


@dataclass
class Plan:
    """Paths in the repository, with what is sent to them."""

    send: dict[str, Path | bytes] = field(default_factory=dict)
    same: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of what is sent."""
        return {path: _size(content) for path, content in self.send.items()}

    @property
    def changes_data(self) -> bool:
        """Whether more than the card would change."""
        return bool(set(self.send) - _MADE or self.gone)


def local_files(corpus: Path, asked: Collection[str]) -> dict[str, Path | bytes]:
    """The files of a corpus that are pushed, by their path in it.

    Args:
        corpus: the folder.
        asked: tables that are pushed on request only, and are to be.
    """
    tables = [table for table in TABLES if table in asked or table not in ON_REQUEST]
    parquet = [file for table in tables for file in shards(corpus, table)]
    single = [corpus / name for name in PUBLISHED if (corpus / name).is_file()]
    return {file.relative_to(corpus).as_posix(): file for file in [*parquet, *single]}


def plan(local: dict[str, Path | bytes], remote: dict[str, RemoteFile]) -> Plan:
    """What is sent, what is there already, and what has to go.

    Only Parquet files in the folders of a corpus go, and measures of a version before: whatever
    else is in the repository stays.
    """
    made = Plan()
    for path, content in local.items():
        there = remote.get(path)
        if there is not None and _is_same(content, there):
            made.same.append(path)
        else:
            made.send[path] = content
    made.gone = [
        path
        for path in remote
        if path not in local and (path.startswith(f"{measures.FOLDER}/") or table_of(path))
    ]
    return made


def _is_same(content: Path | bytes, there: RemoteFile) -> bool:
    if _size(content) != there.size:
        return False
    if there.sha256:
        return _hash(hashlib.sha256(), content) == there.sha256
    return _hash(hashlib.sha1(b"blob %d\0" % there.size), content) == there.git


def _size(content: Path | bytes) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _hash(digest: hashlib._Hash, content: Path | bytes) -> str:
    if isinstance(content, bytes):
        digest.update(content)
        return digest.hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, lambda: digest).hexdigest()
