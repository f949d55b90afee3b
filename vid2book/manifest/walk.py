"""Finds the videos in a folder, and files that look like videos but are unfinished downloads.

Links to folders are followed last, and no folder is visited twice.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ..media.container import EXTENSIONS

_UNFINISHED = {".part", ".ytdl", ".crdownload", ".download", ".aria2", ".tmp", ".partial"}
_PART = re.compile(r"\.part-Frag\d+(\.part)?$")
# A single track, which yt-dlp deletes after joining it with another: a.f137.mp4, a.f251-9.webm.
_TRACK = re.compile(r"\.f\d{2,4}(-[\w-]+)?$")
_NAMED_TRACK = re.compile(r"\.f(?:hls|dash|https?|m3u8|mpd|audio|video|source)[\w.=-]*$")


@dataclass(frozen=True)
class PassedOver:
    """A file that is left out, and why."""

    path: str  # within the source
    reason: str


@dataclass
class Listing:
    """What a folder holds, including its subfolders, in order of their paths."""

    videos: list[Path] = field(default_factory=list)  # within the folder
    names: dict[Path, list[str]] = field(default_factory=dict)  # of all files, by folder within it
    passed_over: list[PassedOver] = field(default_factory=list)


def walk(folder: Path) -> Listing:
    """List a folder. Hidden files and folders are left out."""
    listing = Listing()
    for inside, names in _folders(folder, listing.passed_over):
        for path in _add(listing, inside, names):
            if (folder / path).is_file():
                listing.videos.append(path)
            elif (folder / path).exists():
                listing.passed_over.append(PassedOver(str(path), "a pipe or a device, not a file"))
            else:
                listing.passed_over.append(PassedOver(str(path), "a link to nothing"))
    listing.videos.sort()
    return listing


def listing_of(files: Iterable[PurePosixPath]) -> Listing:
    """The listing of a folder whose files are given by their paths within it."""
    folders: dict[Path, list[str]] = {}
    for file in files:
        if not any(part.startswith(".") for part in file.parts):
            folders.setdefault(Path(file.parent), []).append(file.name)
    listing = Listing()
    for inside, names in sorted(folders.items()):
        listing.videos += _add(listing, inside, sorted(names))
    listing.videos.sort()
    return listing


def names_in(folder: Path) -> dict[Path, list[str]]:
    """The names of the files directly in a folder, in the form of `Listing.names`."""
    return {Path(): sorted(path.name for path in folder.iterdir())}


def _add(listing: Listing, inside: Path, names: list[str]) -> Iterator[Path]:
    """Add the files of one folder to a listing; yields those that may be videos."""
    listing.names[inside] = names
    for name in names:
        path = inside / name
        if reason := _leftover(Path(name), names):
            listing.passed_over.append(PassedOver(str(path), reason))
        elif path.suffix.lower() in EXTENSIONS:
            yield path


def _folders(folder: Path, passed_over: list[PassedOver]) -> Iterator[tuple[Path, list[str]]]:
    """A folder and all folders within it, each with the names of its files in order."""
    todo = deque([Path()])
    links: deque[Path] = deque()
    visited: set[tuple[int, int]] = set()
    while todo or links:
        inside = todo.popleft() if todo else links.popleft()
        try:
            status = (folder / inside).stat()
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            entries = sorted(os.scandir(folder / inside), key=lambda entry: entry.name)
        except OSError as error:
            passed_over.append(PassedOver(str(inside), f"cannot be listed: {error.strerror}"))
            continue
        names = []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                (links if entry.is_symlink() else todo).append(inside / entry.name)
            else:
                names.append(entry.name)
        yield inside, names


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _leftover(name: Path, beside: list[str]) -> str:
    """Why a file counts as left over from a download; empty if it does not."""
    if name.suffix.lower() in _UNFINISHED or _PART.search(name.name):
        # An unfinished download that is not a video needs no mention.
        inner = Path(_PART.sub("", name.name).removesuffix(name.suffix)).suffix.lower()
        return "a download that did not finish" if inner in EXTENSIONS else ""
    if name.suffix.lower() not in EXTENSIONS:
        return ""
    if name.stem.endswith(".temp"):
        return "a file that a download was still being joined in"
    whole = _NAMED_TRACK.sub("", name.stem)
    is_joined = whole != name.stem and any(f"{whole}{suffix}" in beside for suffix in EXTENSIONS)
    if _TRACK.search(name.stem) or is_joined:
        return "one track of a download, not joined with the other"
    return ""
