"""Checks names and paths that come with a corpus or a manifest. Anyone may have written them, so
they are checked here before they are used. Also guesses which name was meant by one that is not
there."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath

VIDEO_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
VIDEO_ID_RULE = (
    "letters, digits, '.', '_' and '-' are allowed, up to 128, and no dot at the beginning"
)
_SAMPLE_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_LONG = 8  # letters of a name in which two may be wrong
_IMAGE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._@-]{0,199}#[0-9]{1,5}\.jpg")


def is_video_id(name: object) -> bool:
    """Whether a name is a valid video id, so that it is safe as the name of a file."""
    return isinstance(name, str) and VIDEO_ID.fullmatch(name) is not None


def is_sample_id(name: object) -> bool:
    """Whether a name is a valid sample id, which may be longer than a video id."""
    return isinstance(name, str) and _SAMPLE_ID.fullmatch(name) is not None


def is_image_name(name: object) -> bool:
    """Whether a name is that of an image, such as `VIDEO@0.0_15.0#1.jpg`, without a folder."""
    return isinstance(name, str) and _IMAGE.fullmatch(name) is not None


def inside(folder: Path, path: str) -> Path | None:
    """The file in a folder that a path of unknown origin names; None if it leads outside.

    An absolute path is accepted only if it leads into the folder. Links are followed: anyone who
    can put a link into the folder can already read its target.
    """
    if "\0" in path or ".." in PurePosixPath(path).parts + PureWindowsPath(path).parts:
        return None
    root = os.path.abspath(folder)
    target = os.path.normpath(os.path.join(root, path))
    return Path(target) if os.path.commonpath([root, target]) == root else None


def plain(text: str) -> str:
    """Text of unknown origin without characters that could control a terminal."""
    return "".join(ch if ch.isprintable() else " " for ch in text)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """ "did you mean cell?", with up to three of the known names that are like this one or contain
    it; empty if there are none."""
    known = list(known)
    near = (
        difflib.get_close_matches(name, known, n=3)
        or [other for other in known if name.lower() in other.lower()][:3]
    )
    return f"did you mean {' or '.join(near)}?" if near else ""


def meant(name: str, known: Iterable[str]) -> str:
    """The known name of which this one is probably a misspelling, with one or two letters wrong,
    missing, swapped or too many; the name itself if it is known, and empty if there is none."""
    near = [other for other in known if abs(len(other) - len(name)) <= 2]
    close = {other: distance for other in near if (distance := _edits(name, other)) <= 2}
    nearest = min(close, key=lambda other: close[other], default="")
    # Short words that differ in two letters are often two words: `time` and `title`.
    return nearest if close.get(nearest, 0) < 2 or len(name) >= _LONG else ""


def _edits(one: str, other: str) -> int:
    """How many letters to add, drop, change or swap with the next until two words are the same."""
    before, row = [0], list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b)))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[j] = min(row[j], older[j - 2] + 1)
    return row[-1]
