"""Replaces folders in one step, as seen from outside.

A corpus is written to a folder of its own in CORPUS, which is renamed to `CORPUS/.ready` when it is
complete; then its parts are renamed into place. Until `.ready` exists, the old corpus is untouched;
once it exists, the next call of `recover` finishes what was interrupted.

Any other folder, such as a book, is written beside its place and exchanged with the old one.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import is_disk_full
from . import record
from .layout import PARTS, RECORD
from .lock import hold
from .record import CorpusError, FolderError

_NEW = ".new-"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # constants of Linux


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Holds the right to write to the corpus folder `out`, which is created if it is missing.

    Raises:
        FolderError: another process is writing to it, or it is not a folder.
    """
    _check_folder(out)
    out.mkdir(parents=True, exist_ok=True)
    try:
        with hold(out / ".lock", out):
            yield
    finally:
        with suppress(OSError):  # it is not empty
            out.rmdir()


def recover(out: Path) -> None:
    """Finish or clear away what an interrupted write left.

    Raises:
        FolderError: a corpus would overwrite files in the folder that do not belong to one, or
            another process is writing to it.
    """
    _check_folder(out)
    if out.exists():
        with writing(out):
            _recover(out)


def is_interrupted(out: Path) -> bool:
    """Whether a new corpus is complete but not yet in its place."""
    return (out / ".ready").is_dir()


@contextmanager
def new_corpus(out: Path) -> Iterator[Path]:
    """An empty folder for a new corpus, which replaces the one in `out` at the end of the context.

    On an error it is deleted, and so is `out` if it has no other corpus.

    Raises:
        FolderError: as `recover`; or the disk is full.
        CorpusError: the files do not match the record.
    """
    with disk_full_errors(out), writing(out):
        _recover(out)
        new = out / f"{_NEW}{os.getpid()}"
        new.mkdir()
        try:
            yield new
            if record.checked_record(new) is None:
                raise CorpusError(
                    f"{out}: files of the new corpus were changed or deleted while it was written; "
                    "it is dropped, build again"
                )
            new.rename(out / ".ready")
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        _move(out)


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """An empty folder that replaces `out`, which may exist, at the end of the context.

    Raises:
        FolderError: another process is writing there, or the disk is full.
    """
    out = out.absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{out.name}.vid2book-"
    with disk_full_errors(out), hold(out.with_name(f".{out.name}.lock"), out):
        for path in out.parent.iterdir():
            if path.name.startswith(prefix):  # left by a process that was killed
                shutil.rmtree(path, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix=prefix, dir=out.parent))
        try:
            new.chmod(0o777 & ~_umask())
            yield new
            _put(new, out)
        finally:
            shutil.rmtree(new, ignore_errors=True)  # after the exchange, this is the old folder


@contextmanager
def disk_full_errors(out: Path) -> Iterator[None]:
    """Raises FolderError, with a message of one line, if the disk is full."""
    try:
        yield
    except OSError as error:
        if not is_disk_full(error):
            raise
        raise FolderError(
            f"{out}: there is no room left to write it ({error.strerror}); what was there is "
            "unchanged. Free some space, then try again"
        ) from None


def _check_folder(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise FolderError(f"{out}: this is a file; name a folder for the corpus")


def _recover(out: Path) -> None:
    if is_interrupted(out):
        _move(out)
    for leftover in (*out.glob(f"{_NEW}*"), out / ".new"):  # nobody else is writing
        shutil.rmtree(leftover, ignore_errors=True)
    foreign = [part for part in PARTS if (out / part).exists()]
    if foreign and not (out / RECORD).is_file():
        raise FolderError(
            f"{out}: holds {', '.join(foreign)}, which do not belong to a corpus built here; "
            "name another folder, or move them away"
        )


def _move(out: Path) -> None:
    ready, old = out / ".ready", out / ".old"
    old.mkdir(exist_ok=True)
    new = record.read(ready)  # still there after an interruption, since it is moved last
    for part in PARTS:
        is_new = (ready / part).exists()
        if (out / part).exists() and (is_new or (new and part not in new.parts)):
            (out / part).rename(old / part)
        if is_new:  # otherwise the corpus does not have it, or it was moved before an interruption
            (ready / part).rename(out / part)
    shutil.rmtree(old)
    ready.rmdir()


def _put(new: Path, out: Path) -> None:
    """Exchange a new folder with an old one, if there is one."""
    if not out.exists():
        new.rename(out)
    elif not _exchange(new, out):
        aside = new.with_name(f"{new.name}.old")
        out.rename(aside)
        new.rename(out)
        aside.rename(new)


def _exchange(new: Path, out: Path) -> bool:
    """Exchange two paths in one step; returns whether the system could."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(
        rename(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(out), _RENAME_EXCHANGE) == 0
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
