"""What a corpus folder holds, and whether it is current.

Nothing here imports `datasets`, so that a build with nothing to do ends at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UserError
from .layout import DESCRIPTION, FORMAT, PICTURE, PICTURES, RECORD, TABLES

if TYPE_CHECKING:
    from ..records import Outcome


class CorpusError(UserError):
    """A corpus, ours or another, that cannot be opened, written or published.

    The message says why and what to do.
    """


class FolderError(CorpusError):
    """A folder that holds no corpus, or something else; the message says what, where, and what to
    do."""


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

    revision: str  # of the records it was written from
    images: int  # that stay
    tokens: int  # of the samples as they are, marked ones included
    languages: list[str]  # of the samples
    sizes: dict[str, dict[str, SplitSize]]  # table, split
    files: dict[str, int]  # path in the folder to bytes
    removed: list[str] = field(default_factory=list)  # ids that `vid2book remove` took out
    marked_images: int = 0
    marked_texts: int = 0

    @property
    def parts(self) -> list[str]:
        """What lies in the folder: those of `layout.PARTS` that this corpus has."""
        tables = (table for table, by_split in self.sizes.items() if by_split and table in TABLES)
        picture = [PICTURES] if PICTURE in self.files else []
        return [*map(TABLES.__getitem__, tables), *picture, *DESCRIPTION]

    @property
    def content(self) -> str:
        """Names the samples and the videos that they are of, whenever they were written."""
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
    """Names the content of a corpus before it is written.

    Args:
        fingerprint: covers what goes in.
        outcomes: the same input can give another result, since a video that failed for a reason
            outside of it is tried again.
        writer: names the code that makes files of it.
    """
    digest = hashlib.sha256(f"{FORMAT} {fingerprint} {writer}".encode())
    for outcome in outcomes:
        digest.update(json.dumps(asdict(outcome), sort_keys=True, default=str).encode())
    return digest.hexdigest()


def read(out: Path) -> Record | None:
    """The record of the corpus in `out`, whatever became of its files; None where there is none."""
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
    """What the corpus in `out` holds; None where there is none, or where a file is amiss."""
    written = read(out)
    try:
        sizes = {path: (out / path).stat().st_size for path in written.files} if written else {}
    except OSError:
        return None
    if written is None:
        return None
    whole = sizes == written.files and all((out / part).exists() for part in written.parts)
    return written if whole else None


def removed(out: Path) -> list[str]:
    """Ids of the videos that were taken out of the corpus in `out`, for good."""
    try:
        found = json.loads((out / RECORD).read_text(encoding="utf-8"))["removed"]
        return [str(video_id) for video_id in found]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def save_record(folder: Path, written: Record) -> None:
    """Keep what a folder holds in a file of it."""
    text = json.dumps(asdict(written), indent=1)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")
