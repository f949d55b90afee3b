"""Copies of remote files on this machine, for as long as they are worked on.

All processes of a machine share one folder, `$VID2BOOK_SCRATCH` or one among the temporary files,
and it holds no more than `$VID2BOOK_SCRATCH_GB`, 50 if that is not set: what nobody reads any
longer goes first, and who finds no room waits until somebody has read a file to its end. A file
that is read is locked, so that a process that is killed leaves none behind that cannot go.
"""

from __future__ import annotations

import errno
import getpass
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from ..errors import UserError
from . import files
from .identity import Identity, ask
from .urls import name_of

try:
    import fcntl
except ImportError:  # of Unix alone; elsewhere one process at a time may use a scratch space
    fcntl = None  # type: ignore[assignment]

_GB = 1_000_000_000  # bytes
_USUAL = 50.0  # GB
_WAIT = 2.0  # seconds between looks for room
_TRIES = 3  # to copy a file
_PAUSE = 1.0  # seconds before the second try; twice as many before the third
_LOCK = "lock"
_LONGEST_NAME = 120  # characters of a copy's name, which reasons tell


class Copy:
    """A copy of a remote file. It stays until this is dropped or closed."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock: int | None = lock

    def close(self) -> None:
        """Let the copy go when there is no room."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __del__(self) -> None:
        self.close()


class _Held(NamedTuple):
    folder: Path
    size: int  # bytes, on the disk or still to come
    used: float  # seconds since 1970


def folder() -> Path:
    """Where the copies are."""
    if told := os.environ.get("VID2BOOK_SCRATCH"):
        return Path(told)
    return Path(tempfile.gettempdir()) / f"vid2book-scratch-{getpass.getuser()}"


def bound() -> int:
    """How many bytes they may take.

    Raises:
        UserError: the environment names no number.
    """
    told = os.environ.get("VID2BOOK_SCRATCH_GB", "")
    try:
        return int(float(told or _USUAL) * _GB)
    except ValueError:
        raise UserError(f"VID2BOOK_SCRATCH_GB={told}: a number of gigabytes is expected") from None


def copy_of(url: str, key: str, identity: Identity) -> Copy:
    """A copy of a remote file, made now if there is none.

    Args:
        key: names the content.
        identity: what it was named by; if that has changed since, nothing is copied.

    Raises:
        OSError: it cannot be read, has changed, or there is no room for it.
    """
    name = name_of(url)[-_LONGEST_NAME:] or "file"
    held = folder() / key
    while True:
        held.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = held / name
        with suppress(FileNotFoundError):  # taken away between the two lines
            lock = os.open(held / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            copy = Copy(path, lock)
            _flock(lock)
            if not path.exists():
                _flock(lock, alone=True)
                if _is_same(lock, held / _LOCK) and not path.exists():
                    _make_room(held, identity.size or 0)
                    _fetch(url, path, identity)
                _flock(lock)
            if _is_same(lock, held / _LOCK) and path.exists():
                os.utime(held / _LOCK, ns=(time.time_ns(), time.time_ns()))
                return copy


def clean() -> None:
    """Take away every copy that nobody reads."""
    for held in _all():
        _take_away(held.folder)
    _take_away(folder(), empty=True)


def _fetch(url: str, path: Path, identity: Identity) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        for number in range(_TRIES):
            try:
                with files.errors():
                    fs, place = files.filesystem(url)
                    fs.get_file(place, str(part))
                break
            except (FileNotFoundError, PermissionError):
                raise
            except OSError as error:
                if number + 1 == _TRIES or error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise
                time.sleep(_PAUSE * 2**number)
        size = part.stat().st_size
        if identity.size is not None and size != identity.size:
            raise OSError(errno.EIO, f"{size:,} bytes came of {identity.size:,}")
        if not identity.stamp.startswith("sha256") and ask(url) != identity:
            raise OSError(errno.EIO, "it was changed while it was read")
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def _make_room(mine: Path, size: int) -> None:
    """Raises OSError: the file alone is larger than the scratch space."""
    limit = bound()
    if size > limit:
        raise OSError(
            errno.EFBIG,
            f"its {size / _GB:.1f} GB are more than the scratch space of {limit / _GB:g} GB; "
            "set VID2BOOK_SCRATCH_GB",
        )
    with _alone():
        _note_size(mine, size)
        while True:
            others = sorted((h for h in _all() if h.folder != mine), key=lambda held: held.used)
            over = sum(held.size for held in others) + size - limit
            for held in others:
                if over > 0 and _take_away(held.folder):
                    over -= held.size
            if over <= 0:
                return
            time.sleep(_WAIT)


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time looks for room."""
    lock = os.open(folder() / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _flock(lock, alone=True)
        yield
    finally:
        os.close(lock)


def _note_size(held: Path, size: int) -> None:
    """What comes counts from the beginning."""
    (held / _LOCK).write_text(str(size))


def _all() -> Iterator[_Held]:
    with suppress(FileNotFoundError):
        for held in list(folder().iterdir()):
            with suppress(OSError, ValueError):
                lock = held / _LOCK
                here = sum(f.stat().st_size for f in held.iterdir() if f.name != _LOCK)
                told = int(lock.read_text() or 0)
                yield _Held(held, max(here, told), lock.stat().st_mtime)


def _take_away(held: Path, empty: bool = False) -> bool:
    """Delete a copy, unless somebody reads it.

    Args:
        empty: only the lock, and only where nothing else is left.
    """
    try:
        lock = os.open(held / _LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        _flock(lock, alone=True, wait=False)
        if empty and len(os.listdir(held)) > 1:
            return False
        shutil.rmtree(held, ignore_errors=True)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(lock)


def _flock(lock: int, alone: bool = False, wait: bool = True) -> None:
    """Lock a file, in place of the lock that this process has on it.

    Raises:
        BlockingIOError: another process has it, and that is not waited for.
    """
    if fcntl is not None:
        how = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
        fcntl.flock(lock, how if wait else how | fcntl.LOCK_NB)


def _is_same(lock: int, path: Path) -> bool:
    """Whether a lock is that of the file that stands there now."""
    try:
        here, there = os.fstat(lock), path.stat()
    except FileNotFoundError:
        return False
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
