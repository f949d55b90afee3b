"""A disk of a few megabytes that really fills up."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

_MOUNT = 'mount -t tmpfs -o size="$1"m tmpfs "$2" && shift 2 && exec "$@"'


def on_small_disk(
    megabytes: int, folder: Path, *command: object
) -> subprocess.CompletedProcess[str]:
    """Run a command that finds a disk of so many megabytes at `folder`; nobody else does."""
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        ["unshare", "-rm", "sh", "-c", _MOUNT, "sh", str(megabytes), str(folder)]
        + [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=120,
    )


@cache
def can_be_had(folder: Path) -> bool:
    """Whether this machine lets a process of ours mount something for itself."""
    try:
        return on_small_disk(1, folder, sys.executable, "-c", "").returncode == 0
    except OSError:
        return False
