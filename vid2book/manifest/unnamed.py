"""Captions that stand beside the videos of a table which has no column for them.

A folder's own captions are found by their names; those of a table must be named, and it is easily
forgotten when a table is written to add a licence.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..beside import CAPTIONS
from ..intake.values import whole_text
from ..quantities import number_of
from ..records import Video
from ..remote.urls import is_url

_MOST_NAMED = 3  # files in a message


@dataclass
class UnnamedCaptions:
    """Looks for them; each folder is listed once."""

    found: list[str] = field(default_factory=list)
    _by_folder: dict[Path, dict[str, str]] = field(default_factory=dict)

    def add(self, video: Video) -> None:
        """Take note of a row."""
        if video.captions or not video.path or is_url(video.path):
            return
        path = Path(video.path)
        if path.parent not in self._by_folder:
            self._by_folder[path.parent] = _captions_in(path.parent)
        if name := self._by_folder[path.parent].get(path.stem):
            self.found.append(name)

    def notes(self, table: str) -> Iterator[str]:
        """One sentence, if there are any; `table` is what it calls the table."""
        if self.found:
            names = ", ".join(self.found[:_MOST_NAMED])
            more = " and others" if len(self.found) > _MOST_NAMED else ""
            videos = number_of(len(self.found), "video")
            have = "has" if len(self.found) == 1 else "have"
            yield (
                f"{table}: {videos} {have} captions beside the file ({names}{more}), which are not "
                "used; name them in a column 'captions'"
            )


def _captions_in(folder: Path) -> dict[str, str]:
    """The name of a caption file for each name that a video of the folder may have.

    lecture.en.vtt may belong to lecture.mp4 and to lecture.en.mp4.
    """
    captions: dict[str, str] = {}
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return captions
    for name in names:
        stem, suffix = os.path.splitext(name)
        if suffix.lower() in CAPTIONS:
            parts = stem.split(".")
            for n in range(1, len(parts) + 1):
                captions.setdefault(".".join(parts[:n]), whole_text(name))
    return captions
