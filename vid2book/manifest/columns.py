"""The columns of a table: what the known ones are called, and which were probably mistyped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from itertools import islice
from pathlib import Path
from typing import Any

from ..intake import Row
from ..languages import language_tag, states_no_language
from ..media.container import EXTENSIONS
from ..names import meant
from ..records import Video
from ..remote.urls import name_of
from .info import is_info

KNOWN = frozenset(f.name for f in fields(Video)) - {"metadata", "problem"}
# Columns in which other people's tables name the file, if its name is that of a video.
OTHER_NAMES = ("url", "video_url", "file_name", "video", "video_path", "filename", "file")
_SPELLINGS = {"licence": "license"}
_SYNONYMS = {
    **dict.fromkeys((*OTHER_NAMES, "file_path", "filepath", "video_file"), "path"),
    **dict.fromkeys(("url", "link", "source", "webpage_url", "original_url"), "source_url"),
    **dict.fromkeys(("license_url", "licence_url", "license_type", "rights"), "license"),
    **dict.fromkeys(("subtitle", "subtitles", "subtitle_path", "captions_path"), "captions"),
    **dict.fromkeys(("lecturer", "instructor", "speaker"), "author"),
    **{"lang": "language", "id": "video_id", "video_title": "title", "course_name": "course"},
}
_MOST_NAMED = 3  # of the languages that are none
_SPLITS = ("train", "validation", "test")
_NUMBERED = re.compile(r"[\W\d_]+$")  # `train-2` and the like are names that someone chose


@dataclass
class Columns:
    """The columns of one table that have a value in some row, its splits and its languages."""

    known: set[str] = field(default_factory=set)
    unknown: dict[str, None] = field(default_factory=dict)  # in order
    splits: dict[str, None] = field(default_factory=dict)
    languages: dict[str, None] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Take note of a row as it was read."""
        if is_info(row):
            return  # it has the columns of yt-dlp
        row = with_known_names(row)
        for name, value in row.items():
            if value is None or value == "":
                continue
            if name in KNOWN:
                self.known.add(name)
            elif name in OTHER_NAMES and file_name(value):
                self.known.add("path")
            else:
                self.unknown[name] = None
        if isinstance(split := row.get("split"), str) and split.strip():
            self.splits[split.strip()] = None
        if isinstance(language := row.get("language"), str):
            self.languages[language.strip()] = None

    def notes(self, table: str) -> Iterator[str]:
        """A sentence for each name that was probably mistyped.

        A name like that of a column which the table has as well was chosen on purpose.

        Args:
            table: what the notes call it.
        """
        for name in self.unknown:
            column = _plain(name)
            likely = _SYNONYMS.get(column) or meant(column, [*KNOWN, *_SPELLINGS])
            likely = _SPELLINGS.get(likely, likely)
            if likely and likely not in self.known:
                yield (
                    f"{table}: {name!r} is not a known column and is kept as metadata; "
                    f"did you mean {likely!r}?"
                )
        for split in self.splits:
            likely = meant(split.lower(), _SPLITS)
            if likely and split != likely and _NUMBERED.sub("", split) != likely:
                yield f"{table}: there is a split {split!r}; did you mean {likely!r}?"
        names = (n for n in self.languages if not (language_tag(n) or states_no_language(n)))
        if strange := [repr(name) for name in islice(names, _MOST_NAMED)]:
            yield (
                f"{table}: no language is called {' or '.join(strange)}; the language is "
                "identified from the speech instead"
            )


def with_known_names(row: Row) -> Row:
    """The row with its known columns under their own names: `Video ID` is `video_id` and `Licence`
    is `license`, unless the row has both."""
    names = set(row)
    result: Row = {}
    for name, value in row.items():
        plain = _plain(name)
        known = plain if plain in KNOWN else _SPELLINGS.get(plain, name)
        if known != name and known in names:
            known = name
        names.add(known)
        result[known] = value
    return result


def file_name(value: Any) -> str:
    """The file that a value of one of the `OTHER_NAMES` means; empty if it is not a video."""
    if isinstance(value, dict):  # as `datasets` writes a video
        value = value.get("path") or value.get("src")
    return str(value) if names_video(value) else ""


def names_video(value: Any) -> bool:
    """Whether a value is the name of a video file."""
    return isinstance(value, str) and Path(name_of(value.strip())).suffix.lower() in EXTENSIONS


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())
