"""Errors meant for the user. How a command ends with one is told in `console.py`."""

from __future__ import annotations

import errno

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class UserError(ValueError):
    """A fault that the user can mend; the message says what, where and what to do."""


def is_disk_full(error: OSError) -> bool:
    """Whether there is no room left: on the disk, by a quota, or by a limit of the process."""
    return error.errno in _FULL
