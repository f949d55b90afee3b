"""Distinguishes faults that the user can fix from faults of the machine. `console.py` says how a
command ends with one."""

from __future__ import annotations

import errno
import os

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class UserError(ValueError):
    """A fault that the user can fix; the message says what, where and what to do."""


# Of memory, disks, descriptors and networks: they may not occur again, or on another machine.
_OF_THE_MACHINE = frozenset(
    {
        errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT,
        errno.EROFS, errno.ESTALE, errno.EBUSY, errno.EINTR, errno.ETIMEDOUT,
        errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.ECONNRESET, errno.ECONNREFUSED,
        errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EACCES, errno.EPERM,
    }
)  # fmt: skip


class MachineError(Exception):
    """A fault of the machine; the message says which, and does not name any file."""


def machine_fault(error: BaseException | None) -> str:
    """The fault of the machine that led to an error, in the system's words; empty if none did."""
    while error is not None:
        if isinstance(error, MachineError):
            return str(error)
        if isinstance(error, MemoryError):
            return os.strerror(errno.ENOMEM)
        number = getattr(error, "errno", None)
        if isinstance(number, int) and number in _OF_THE_MACHINE:
            return os.strerror(number)
        error = error.__cause__ or error.__context__
    return ""


def is_disk_full(error: OSError) -> bool:
    """Whether there is no room left: on the disk, by a quota, or by a limit of the process."""
    return error.errno in _FULL
