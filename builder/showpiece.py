"""One picture of a corpus with what is said with it, for its card."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vid2book import licences
from vid2book.folder.reader import is_marked, video_of

_READABLE = range(80, 601)  # characters of what is said: a few sentences


@dataclass(frozen=True)
class Showpiece:
    """A picture and its text."""

    picture: bytes  # JPEG
    written: str  # on the picture
    said: str
    video_id: str
    time: float  # of the frame, seconds


class Choice:
    """Chooses while the samples pass: what others may pass on, with writing on the picture and a
    few sentences, and of these the pair whose scores are highest. The first wins among equals, so
    equal corpora show the same."""

    def __init__(self) -> None:
        self.best: Showpiece | None = None
        self._rank: tuple[Any, ...] = ()

    def look(self, row: dict[str, Any]) -> None:
        """Look at a row of `default`."""
        is_open = licences.name(row["license"] or "") in licences.OPEN
        for image, text in _pairs(row):
            said, written = row["texts"][text], row["ocr_texts"][image] or ""
            scores = [row["elements"][place]["score"] or 0.0 for place in (image, text)]
            rank = (is_open, bool(written.strip()), len(said) in _READABLE, sum(scores))
            if self.best is None or rank > self._rank:
                self._rank = rank
                self.best = Showpiece(
                    row["images"][image]["bytes"],
                    written,
                    said,
                    video_of(row),
                    row["elements"][image]["start"],
                )


def _pairs(row: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Positions of the pictures that stay, each with its paragraph."""
    paragraphs = {
        _clip(element): place
        for place, element in enumerate(row["elements"])
        if element["kind"] == "text" and not is_marked(element)
    }
    for place, element in enumerate(row["elements"]):
        if element["kind"] == "image" and not is_marked(element) and _clip(element) in paragraphs:
            yield place, paragraphs[_clip(element)]


def _clip(element: dict[str, Any]) -> tuple[float, float]:
    return element["clip_start"], element["clip_end"]
