"""How a new corpus takes the place of the one that was there: at once, as seen from outside.

A corpus is written to `CORPUS/.new`, which is renamed to `CORPUS/.ready` when it is complete; its
parts are then renamed into place. Until `.ready` exists the corpus that was there is untouched,
and once it exists the next call of `recover` finishes what was interrupted.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from .layout import PARTS, RECORD
from .record import FolderError


def recover(out: Path) -> None:
    """Finish or clear away what an interrupted write left.

    Raises:
        FolderError: the folder holds files that a corpus would overwrite and that are none.
    """
    if is_interrupted(out):
        _move(out)
    shutil.rmtree(out / ".new", ignore_errors=True)
    if out.exists() and not out.is_dir():
        raise FolderError(f"{out}: this is a file; name a folder for the corpus")
    foreign = [part for part in PARTS if (out / part).exists()]
    if foreign and not (out / RECORD).is_file():
        raise FolderError(
            f"{out}: holds {', '.join(foreign)} of something else than a corpus built here; "
            "name another folder, or move them away"
        )


def is_interrupted(out: Path) -> bool:
    """Whether a corpus is complete, and not in its place yet."""
    return (out / ".ready").is_dir()


def begin(out: Path) -> Path:
    """An empty folder to write a corpus to."""
    recover(out)
    new = out / ".new"
    new.mkdir(parents=True)
    return new


def discard(out: Path) -> None:
    """Drop the new corpus, and the folder itself if this was its first corpus."""
    shutil.rmtree(out / ".new", ignore_errors=True)
    if not any(out.iterdir()):
        out.rmdir()


def put_in_place(out: Path) -> None:
    """Put the new corpus, complete now, in the place of the one that was there."""
    (out / ".new").rename(out / ".ready")
    _move(out)


def _move(out: Path) -> None:
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
