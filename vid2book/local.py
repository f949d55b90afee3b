"""Paths that are no paths: places on other machines, which nothing here reads or writes yet."""

from __future__ import annotations

import re
from pathlib import Path

from .errors import UserError

# As somebody wrote it, or as `Path` leaves it; a drive of Windows is one letter.
_ELSEWHERE = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):/+(?P<rest>.*)", re.DOTALL)


class ElsewhereError(UserError):
    """A place that is not on this machine."""


def check_readable(source: str | Path) -> None:
    """Raises ElsewhereError: the videos are not on this machine."""
    if url := _elsewhere(source):
        raise ElsewhereError(
            f"{url}: only files on this machine can be read; fetch the videos, then name the "
            "folder or the manifest that they are in"
        )


def check_writable(out: str | Path) -> None:
    """Raises ElsewhereError: the folder is not on this machine."""
    if url := _elsewhere(out):
        raise ElsewhereError(
            f"{url}: only a folder on this machine can be written; name one, and copy it or "
            "publish it with `vid2book push` when it is there"
        )


def _elsewhere(place: str | Path) -> str:
    found = _ELSEWHERE.fullmatch(str(place))
    return f"{found['scheme']}://{found['rest']}" if found else ""
