"""The search index: script files, since a page opened from disk may not fetch anything else.

The index is the text itself, cut into files of about a megabyte that the index page loads when
somebody begins to search. Finding a substring in it takes a browser milliseconds, needs no
language's word rules, and memory here holds one file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from .page import Block, LeftOut, Passage
from .times import clock

FILE_CHARS = 1_000_000

Entry = tuple[str, str, str, str]  # anchor, time as written, kind, text


class SearchIndex:
    """Writes `0.js`, `1.js`, ... into a folder. Each calls `bookText` with a list of videos."""

    def __init__(self, folder: Path) -> None:
        self.files = 0
        self._folder = folder
        self._videos: list[str] = []
        self._chars = 0
        folder.mkdir(parents=True)

    def add(self, page: str, title: str, entries: list[Entry]) -> None:
        """The text of one video, whose page is at `page`, relative to the index page."""
        video = script_json({"page": page, "title": title, "entries": entries})
        self._videos.append(video)
        self._chars += len(video)
        if self._chars >= FILE_CHARS:
            self.close()

    def close(self) -> None:
        """Write what has gathered."""
        if self._videos:
            script = "bookText([\n" + ",\n".join(self._videos) + "\n]);\n"
            (self._folder / f"{self.files}.js").write_text(script, "utf-8", newline="\n")
            self.files += 1
            self._videos, self._chars = [], 0


def entries(block: Block) -> Iterator[Entry]:
    """What can be found in a block of a page."""
    if isinstance(block, Passage):
        for paragraph in block.paragraphs:
            yield paragraph.anchor, _time(paragraph.start), "speech", paragraph.text
        for figure in block.figures:
            if figure.text:
                yield figure.anchor, _time(figure.start), "screen", figure.text
    elif isinstance(block, LeftOut):
        for item in block.items:
            if item.decision.text:
                yield item.anchor, _time(item.decision.start), "left out", item.decision.text


def script_json(value: object) -> str:
    """JSON that is safe in a script, be it a file or part of a page: no `<`, no line separators."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _time(seconds: float | None) -> str:
    return "" if seconds is None else clock(seconds)
