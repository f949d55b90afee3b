"""The record of a corpus folder: what it holds, and whether it is current.

This module does not import `datasets`, so a build with nothing to do ends at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UserError
from .layout import DESCRIPTION, FORMAT, PICTURE, PICTURES, RECORD, TABLES

if TYPE_CHECKING:
    from ..records import Outcome


_ON_HUB = re.compile(r"(?P<repo>[\w.-]+/(?P<name>[\w-][\w.-]*))(?:@(?P<version>.+))?")


class CorpusError(UserError):
    """A corpus, ours or another, that cannot be opened, written or published.

    The message says why and what to do.
    """


class FolderError(CorpusError):
    """A folder that cannot be used as a corpus folder; the message says where, why and what to
    do."""


def no_corpus(folder: Path) -> FolderError:
    """The error for a folder that holds no corpus."""
    if folder.is_dir():
        return FolderError(
            f"{folder}: not a corpus, since it has no videos/*.parquet; give a folder that "
            "`vid2book build` wrote"
        )
    if not (named := _ON_HUB.fullmatch(str(folder))):
        return FolderError(f"{folder}: there is no such folder; `vid2book build` makes a corpus")
    version = f" --revision {named['version']}" if named["version"] else ""
    return FolderError(
        f"{folder}: there is no such folder, and one is needed. If this is a corpus on the Hub, "
        f"download it first: hf download {named['repo']} --repo-type dataset{version} "
        f"--local-dir {named['name']}"
    )


@dataclass(frozen=True)
class SplitSize:
    """What one split of one table holds."""

    rows: int
    num_bytes: int  # in memory
    files: int
    file_bytes: int  # on disk
    sha256: str  # of the files, one after another


@dataclass(frozen=True)
class Record:
    """What a corpus folder holds."""

    revision: str  # of the content that it was written from
    images: int  # without marked ones
    tokens: int  # of the samples, including marked content
    languages: list[str]  # of the samples
    sizes: dict[str, dict[str, SplitSize]]  # table, split
    files: dict[str, int]  # path in the folder to bytes
    removed: list[str] = field(default_factory=list)  # ids that `vid2book remove` took out
    marked_images: int = 0
    marked_texts: int = 0

    @property
    def parts(self) -> list[str]:
        """The members of `layout.PARTS` that this corpus has."""
        tables = (table for table, by_split in self.sizes.items() if by_split and table in TABLES)
        picture = [PICTURES] if PICTURE in self.files else []
        return [*map(TABLES.__getitem__, tables), *picture, *DESCRIPTION]

    @property
    def content(self) -> str:
        """A hash of the samples and their videos, regardless of when they were written."""
        hashes = {
            table: {split: size.sha256 for split, size in sorted(self.sizes.get(table, {}).items())}
            for table in ("default", "videos")
        }
        return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()

    @property
    def samples(self) -> int:
        """Rows of the table `default`."""
        return sum(size.rows for size in self.sizes["default"].values())


def revision(fingerprint: str, outcomes: Iterable[Outcome], writer: str) -> str:
    """A hash of the content of a corpus, before it is written.

    Args:
        fingerprint: covers the input.
        outcomes: the same input can have different outcomes, since a video that failed through no
            fault of its own is tried again.
        writer: identifies the code that writes the files.
    """
    digest = hashlib.sha256(f"{FORMAT} {fingerprint} {writer}".encode())
    for outcome in outcomes:
        digest.update(json.dumps(asdict(outcome), sort_keys=True, default=str).encode())
    return digest.hexdigest()


def read(out: Path) -> Record | None:
    """The record of the corpus in `out`, without a check of its files; None if there is none."""
    try:
        values = json.loads((out / RECORD).read_text(encoding="utf-8"))
        values["sizes"] = {
            table: {split: SplitSize(**size) for split, size in by_split.items()}
            for table, by_split in values["sizes"].items()
        }
        return Record(**values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def checked_record(out: Path) -> Record | None:
    """The record of the corpus in `out`; None if there is none, or if a file is missing or has
    another size."""
    written = read(out)
    try:
        sizes = {path: (out / path).stat().st_size for path in written.files} if written else {}
    except OSError:
        return None
    if written is None:
        return None
    complete = sizes == written.files and all((out / part).exists() for part in written.parts)
    return written if complete else None


def removed(out: Path) -> list[str]:
    """Ids of the videos that were permanently removed from the corpus in `out`."""
    try:
        ids = json.loads((out / RECORD).read_text(encoding="utf-8"))["removed"]
        return [str(video_id) for video_id in ids]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def save_record(folder: Path, written: Record) -> None:
    """Write the record of a folder into it."""
    text = json.dumps(asdict(written), indent=1)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")
