"""How something new takes the place of what was there: at once, as seen from outside.

A corpus is written to a folder of its own in CORPUS, which is renamed to `CORPUS/.ready` when it is
complete; its parts are then renamed into place. Until `.ready` exists the corpus that was there is
untouched, and once it exists the next call of `recover` finishes what was interrupted.

Another folder, such as a book, is written beside its place and exchanged with what is there.
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
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of Linux


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Be the only one who writes to the corpus folder `out`, which is made if it is missing.

    Raises:
        FolderError: another process is writing to it, or it is not a folder.
    """
    _check_folder(out)
    out.mkdir(parents=True, exist_ok=True)
    try:
        with hold(out / ".lock", out):
            yield
    finally:
        with suppress(OSError):  # there is something in it
            out.rmdir()


def recover(out: Path) -> None:
    """Finish or clear away what an interrupted write left.

    Raises:
        FolderError: the folder holds files that a corpus would overwrite and that are none, or
            another process is writing to it.
    """
    _check_folder(out)
    if out.exists():
        with writing(out):
            _recover(out)


def is_interrupted(out: Path) -> bool:
    """Whether a corpus is complete, and not in its place yet."""
    return (out / ".ready").is_dir()


@contextmanager
def new_corpus(out: Path) -> Iterator[Path]:
    """An empty folder for a corpus, which takes the place of the one in `out` when it is complete.

    On an error it is dropped, and `out` with it if this was its first corpus.

    Raises:
        FolderError: as `recover`; or the disk is full.
        CorpusError: the files are not those that the record names.
    """
    with disk_told(out), writing(out):
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
    """An empty folder that takes the place of `out`, which may exist, when it is complete.

    Raises:
        FolderError: another process is writing there, or the disk is full.
    """
    out = out.absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    mine = f".{out.name}.vid2book-"
    with disk_told(out), hold(out.with_name(f".{out.name}.lock"), out):
        for left in out.parent.iterdir():
            if left.name.startswith(mine):  # of one that was killed
                shutil.rmtree(left, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix=mine, dir=out.parent))
        try:
            new.chmod(0o777 & ~_umask())
            yield new
            _put(new, out)
        finally:
            shutil.rmtree(new, ignore_errors=True)  # or what it took the place of


@contextmanager
def disk_told(out: Path) -> Iterator[None]:
    """Tells in one line that the disk is full.

    Raises:
        FolderError: it is.
    """
    try:
        yield
    except OSError as error:
        if not is_disk_full(error):
            raise
        raise FolderError(
            f"{out}: there is no room left to write it ({error.strerror}); what was there is as it "
            "was. Free some, and try again"
        ) from None


def _check_folder(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise FolderError(f"{out}: this is a file; name a folder for the corpus")


def _recover(out: Path) -> None:
    if is_interrupted(out):
        _move(out)
    for left in (*out.glob(f"{_NEW}*"), out / ".new"):  # nobody else is writing
        shutil.rmtree(left, ignore_errors=True)
    foreign = [part for part in PARTS if (out / part).exists()]
    if foreign and not (out / RECORD).is_file():
        raise FolderError(
            f"{out}: holds {', '.join(foreign)} of something else than a corpus built here; "
            "name another folder, or move them away"
        )


def _move(out: Path) -> None:
    ready, old = out / ".ready", out / ".old"
    old.mkdir(exist_ok=True)
    new = record.read(ready)  # it is moved last
    for part in PARTS:
        is_new = (ready / part).exists()
        if (out / part).exists() and (is_new or (new and part not in new.parts)):
            (out / part).rename(old / part)
        if is_new:  # else there is none, or it was moved before an interruption
            (ready / part).rename(out / part)
    shutil.rmtree(old)
    ready.rmdir()


def _put(new: Path, out: Path) -> None:
    """Put a folder in the place of another, which is then where the new one was."""
    if not out.exists():
        new.rename(out)
    elif not _exchange(new, out):
        aside = new.with_name(f"{new.name}.old")
        out.rename(aside)
        new.rename(out)
        aside.rename(new)


def _exchange(new: Path, out: Path) -> bool:
    """Have two paths change places in one step; whether the system can."""
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
