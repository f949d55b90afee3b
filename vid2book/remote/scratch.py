"""Local copies of remote files while they are processed.

All processes of a machine share one folder, `$VID2BOOK_SCRATCH` or one among the temporary files.
It holds at most `$VID2BOOK_SCRATCH_GB` (50 by default): copies that nobody reads any longer are
deleted first, and a process that finds no room waits until a copy is released. A copy in use is
locked by a file lock, so a process that is killed leaves no copy that cannot be deleted.
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
except ImportError:  # not on Windows, where only one process at a time may use the scratch folder
    fcntl = None  # type: ignore[assignment]

_GB = 1_000_000_000  # bytes
_USUAL = 50.0  # GB
_WAIT = 2.0  # seconds between attempts to make room
_TRIES = 3  # to copy a file
_PAUSE = 1.0  # seconds before the second try; twice as many before the third
_LOCK = "lock"
_LONGEST_NAME = 120  # characters of a copy's name, which appears in reasons


class Copy:
    """A local copy of a remote file. It stays at least until this object is closed or deleted."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock: int | None = lock

    def close(self) -> None:
        """Allow the copy to be deleted when its room is needed."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __del__(self) -> None:
        self.close()


class _Cached(NamedTuple):
    """A copy on the disk, in a folder of its own."""

    folder: Path
    size: int  # bytes, on the disk or still to come
    used: float  # seconds since 1970


def folder() -> Path:
    """The folder of all copies."""
    if path := os.environ.get("VID2BOOK_SCRATCH"):
        return Path(path)
    return Path(tempfile.gettempdir()) / f"vid2book-scratch-{getpass.getuser()}"


def bound() -> int:
    """How many bytes all copies together may take.

    Raises:
        UserError: `VID2BOOK_SCRATCH_GB` is not a number.
    """
    text = os.environ.get("VID2BOOK_SCRATCH_GB", "")
    try:
        return int(float(text or _USUAL) * _GB)
    except ValueError:
        raise UserError(f"VID2BOOK_SCRATCH_GB={text}: a number of gigabytes is expected") from None


def copy_of(url: str, key: str, identity: Identity) -> Copy:
    """A copy of a remote file, made now if there is none.

    Args:
        key: of the content.
        identity: what the key was made from; if it has changed since, nothing is copied.

    Raises:
        OSError: it cannot be read, has changed, or there is no room for it.
    """
    name = name_of(url)[-_LONGEST_NAME:] or "file"
    place = folder() / key
    while True:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = place / name
        with suppress(FileNotFoundError):  # another process has just deleted the folder
            lock = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            copy = Copy(path, lock)
            _flock(lock)
            if not path.exists():
                _flock(lock, alone=True)
                if _is_same(lock, place / _LOCK) and not path.exists():
                    _make_room(place, identity.size or 0)
                    _fetch(url, path, identity)
                _flock(lock)
            if _is_same(lock, place / _LOCK) and path.exists():
                os.utime(place / _LOCK, ns=(time.time_ns(), time.time_ns()))
                return copy


def clean() -> None:
    """Delete every copy that nobody reads."""
    for copy in _all():
        _delete(copy.folder)
    _delete(folder(), empty=True)


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
    """Wait until a file fits, deleting other copies.

    Raises:
        OSError: the file alone is larger than the scratch space.
    """
    limit = bound()
    if size > limit:
        raise OSError(
            errno.EFBIG,
            f"its {size / _GB:.1f} GB are more than the scratch space of {limit / _GB:g} GB; "
            "set VID2BOOK_SCRATCH_GB",
        )
    with _room_lock():
        _note_size(mine, size)
        while True:
            others = sorted((c for c in _all() if c.folder != mine), key=lambda copy: copy.used)
            excess = sum(copy.size for copy in others) + size - limit
            for copy in others:
                if excess > 0 and _delete(copy.folder):
                    excess -= copy.size
            if excess <= 0:
                return
            time.sleep(_WAIT)


@contextmanager
def _room_lock() -> Iterator[None]:
    """Lets one process at a time make room."""
    lock = os.open(folder() / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _flock(lock, alone=True)
        yield
    finally:
        os.close(lock)


def _note_size(place: Path, size: int) -> None:
    """Record the size of a copy in its lock file, so that it counts before it has arrived."""
    (place / _LOCK).write_text(str(size))


def _all() -> Iterator[_Cached]:
    with suppress(FileNotFoundError):
        for place in list(folder().iterdir()):
            with suppress(OSError, ValueError):
                lock = place / _LOCK
                size = sum(f.stat().st_size for f in place.iterdir() if f.name != _LOCK)
                expected = int(lock.read_text() or 0)
                yield _Cached(place, max(size, expected), lock.stat().st_mtime)


def _delete(place: Path, empty: bool = False) -> bool:
    """Delete the folder of a copy, unless somebody reads it; returns whether it was deleted.

    Args:
        empty: delete it only if it has nothing but the lock.
    """
    try:
        lock = os.open(place / _LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        _flock(lock, alone=True, wait=False)
        if empty and len(os.listdir(place)) > 1:
            return False
        shutil.rmtree(place, ignore_errors=True)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(lock)


def _flock(lock: int, alone: bool = False, wait: bool = True) -> None:
    """Lock a file, in place of the lock that this handle has now.

    Args:
        alone: exclusively; otherwise shared with other readers.

    Raises:
        BlockingIOError: another process has a lock, and `wait` is false.
    """
    if fcntl is not None:
        how = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
        fcntl.flock(lock, how if wait else how | fcntl.LOCK_NB)


def _is_same(lock: int, path: Path) -> bool:
    """Whether an open lock is still the file at this path."""
    try:
        opened, current = os.fstat(lock), path.stat()
    except FileNotFoundError:
        return False
    return (opened.st_dev, opened.st_ino) == (current.st_dev, current.st_ino)
