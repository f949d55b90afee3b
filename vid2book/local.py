"""Checks that a corpus folder is on this machine."""

from __future__ import annotations

from pathlib import Path

from .errors import UserError
from .remote.urls import as_url, is_url


class ElsewhereError(UserError):
    """A place that is not on this machine."""


def check_writable(out: str | Path) -> None:
    """Raises ElsewhereError: the folder is not on this machine."""
    if is_url(out):
        raise ElsewhereError(
            f"{as_url(out)}: only a folder on this machine can be written; name one, and copy it "
            "or publish it with `vid2book push` when it is there"
        )
