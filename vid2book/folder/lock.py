"""Lets one process at a time write to a folder; others get an error that says which one."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from .record import FolderError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


@contextmanager
def hold(lock: Path, place: Path) -> Iterator[None]:
    """Holds the right to write to `place`, for as long as the context lasts.

    The system frees the lock when the process ends, however it ends. The process that holds it may
    nest calls. If the file system does not support locks, nothing is locked.

    Args:
        lock: a file, created and deleted here.
        place: the folder that is written, for the message.

    Raises:
        FolderError: another process has it; the message says which, and since when.
    """
    handle = _lock(lock, place)
    try:
        yield
    finally:
        if handle is not None:
            lock.unlink(missing_ok=True)
            os.close(handle)


def _lock(lock: Path, place: Path) -> int | None:
    """The open file, locked; None if this process holds it already, or if there are no locks."""
    while fcntl is not None:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(handle)
            os.close(handle)
            if _is_this(holder):
                return None
            raise FolderError(_message(place, holder)) from None
        except OSError:
            os.close(handle)
            return None
        if _is_at(handle, lock):
            with suppress(OSError):  # a full disk
                os.truncate(handle, 0)
                os.write(handle, json.dumps(_this()).encode())
            return handle
        os.close(handle)  # its holder has deleted the file since it was opened
    return None


def _is_at(handle: int, lock: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(handle), lock.stat())
    return False


def _this() -> dict[str, str | int]:
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]]),
        "since": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
    }


def _holder(handle: int) -> dict[str, str | int]:
    """What the holder wrote into the file; empty if it has not written yet."""
    with suppress(ValueError, OSError):
        holder = json.loads(os.pread(handle, 4096, 0))
        if isinstance(holder, dict):
            return holder
    return {}


def _is_this(holder: dict[str, str | int]) -> bool:
    mine = _this()
    return all(holder.get(name) == mine[name] for name in ("pid", "host"))


def _message(place: Path, holder: dict[str, str | int]) -> str:
    who = "another process"
    if holder:
        who = "process {pid} on {host} ('{command}', since {since})".format_map(
            {name: holder.get(name, "?") for name in _this()}
        )
    return f"{place}: {who} is writing to it; wait until it is through, or name another folder"
