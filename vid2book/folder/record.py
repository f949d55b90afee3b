"""The corpus folder: what it holds, whether it is current, and how a new corpus takes its place.

Nothing here imports `datasets`, so that a build with nothing to do ends at once.

A corpus is written to `CORPUS/.new`, which is renamed to `CORPUS/.ready` when it is complete; its
parts are then renamed into place. Until `.ready` exists the corpus that was there is untouched,
and once it exists the next call of `recover` finishes what was interrupted.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from vid2book.records import Outcome

FORMAT = 4  # of the files of a corpus; a change here rewrites corpora that are otherwise current

FOLDERS = {"default": "data", "videos": "videos", "decisions": "decisions"}
RECORD = ".vid2book.json"  # what the folder holds; of no use elsewhere, so it is not pushed
# The record goes last: a corpus that has the new one has everything new.
PARTS = (*FOLDERS.values(), "ATTRIBUTION.csv", "croissant.json", "README.md", RECORD)


class CorpusError(ValueError):
    """A corpus, ours or another, that cannot be opened, written or published.

    The message says why and what to do.
    """


class FolderError(CorpusError):
    """A folder that holds something else than a corpus."""


@dataclass(frozen=True)
class SplitSize:
    """What one split of one config holds."""

    rows: int
    num_bytes: int  # in memory
    files: int
    file_bytes: int  # on disk
    sha256: str  # of the files, one after another


@dataclass(frozen=True)
class Written:
    """What a corpus folder holds."""

    revision: str  # of the records it was written from
    images: int
    tokens: int
    languages: list[str]  # of the samples
    sizes: dict[str, dict[str, SplitSize]]  # config, split
    files: dict[str, int]  # path in the folder to bytes
    removed: list[str] = field(default_factory=list)  # ids that `vid2book remove` took out

    @property
    def samples(self) -> int:
        """Rows of the config `default`."""
        return sum(size.rows for size in self.sizes["default"].values())


def revision(fingerprint: str, outcomes: Iterable[Outcome]) -> str:
    """Names the content of a corpus before it is written.

    `fingerprint` covers what goes in. The outcomes are there because the same input can give
    another result: a video that failed for a reason outside of it is tried again.
    """
    digest = hashlib.sha256(f"{FORMAT} {fingerprint}".encode())
    for outcome in outcomes:
        digest.update(json.dumps(asdict(outcome), sort_keys=True, default=str).encode())
    return digest.hexdigest()


def held(out: Path) -> Written | None:
    """What the corpus in `out` holds; None where there is none, or where a file is amiss."""
    try:
        values = json.loads((out / RECORD).read_text(encoding="utf-8"))
        values["sizes"] = {
            config: {split: SplitSize(**size) for split, size in by_split.items()}
            for config, by_split in values["sizes"].items()
        }
        written = Written(**values)
        sizes = {path: (out / path).stat().st_size for path in written.files}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return written if sizes == written.files else None


def removed(out: Path) -> list[str]:
    """Ids of the videos that were taken out of the corpus in `out`, for good."""
    try:
        found = json.loads((out / RECORD).read_text(encoding="utf-8"))["removed"]
        return [str(video_id) for video_id in found]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def save_record(folder: Path, written: Written) -> None:
    """Keep what a folder holds in a file of it."""
    text = json.dumps(asdict(written), indent=1)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def recover(out: Path) -> None:
    """Finish or clear away what an interrupted write left.

    Raises:
        FolderError: the folder holds files that a corpus would overwrite and that are none.
    """
    if (out / ".ready").is_dir():
        _put_in_place(out)
    shutil.rmtree(out / ".new", ignore_errors=True)
    if out.exists() and not out.is_dir():
        raise FolderError(f"{out}: this is a file; name a folder for the corpus")
    foreign = [part for part in PARTS if (out / part).exists()]
    if foreign and not (out / RECORD).is_file():
        raise FolderError(
            f"{out}: holds {', '.join(foreign)} of something else than a corpus built here; "
            "name another folder, or move them away"
        )


def stage(out: Path) -> Path:
    """An empty folder to write a corpus to."""
    recover(out)
    staged = out / ".new"
    staged.mkdir(parents=True)
    return staged


def discard(out: Path) -> None:
    """Drop what was staged, and the folder itself if this was its first corpus."""
    shutil.rmtree(out / ".new", ignore_errors=True)
    if not any(out.iterdir()):
        out.rmdir()


def publish(out: Path) -> None:
    """Put the staged corpus, complete now, in the place of the one that was there."""
    (out / ".new").rename(out / ".ready")
    _put_in_place(out)


def _put_in_place(out: Path) -> None:
    ready, old = out / ".ready", out / ".old"
    old.mkdir(exist_ok=True)
    for part in PARTS:
        if not (ready / part).exists():
            continue  # already moved before an interruption
        if (out / part).exists():
            (out / part).rename(old / part)
        (ready / part).rename(out / part)
    shutil.rmtree(old)
    ready.rmdir()
