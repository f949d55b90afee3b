"""Names and paths that come with a corpus or a manifest. Anyone may have written them, so none is
used before it was looked at here."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath, PureWindowsPath

VIDEO_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
VIDEO_ID_RULE = (
    "letters, digits, '.', '_' and '-' are allowed, up to 128, and no dot at the beginning"
)
_SAMPLE_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_IMAGE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._@-]{0,199}#[0-9]{1,5}\.jpg")


def is_video_id(name: object) -> bool:
    """Whether a name can name a file in any folder and leaves none."""
    return isinstance(name, str) and VIDEO_ID.fullmatch(name) is not None


def is_sample_id(name: object) -> bool:
    """The same of a sample's id, which is longer than that of its video."""
    return isinstance(name, str) and _SAMPLE_ID.fullmatch(name) is not None


def is_image_name(name: object) -> bool:
    """Whether a name is one of an image, `VIDEO@0.0_15.0#1.jpg`, and leaves no folder."""
    return isinstance(name, str) and _IMAGE.fullmatch(name) is not None


def inside(folder: Path, path: str) -> Path | None:
    """The file that a path of unknown origin names in a folder; None if it leads out of it.

    An absolute path counts only if it leads into the folder. Links are followed: who can put a link
    into the folder needs no path to read what it points to.
    """
    if "\0" in path or ".." in PurePosixPath(path).parts + PureWindowsPath(path).parts:
        return None
    root = os.path.abspath(folder)
    found = os.path.normpath(os.path.join(root, path))
    return Path(found) if os.path.commonpath([root, found]) == root else None


def plain(text: str) -> str:
    """Text of unknown origin without what would command a terminal."""
    return "".join(ch if ch.isprintable() else " " for ch in text)
