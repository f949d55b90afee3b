"""One picture of a corpus with the speech about it, for the card."""

from __future__ import annotations

import heapq
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from vid2book import licences
from vid2book.folder.layout import shards
from vid2book.folder.reader import is_marked, read_rows, video_of

_READABLE = range(80, 601)  # characters of speech: a few sentences
_MOST_CHECKED = 500  # pairs whose transcripts are read; the others rank lower anyway
_AT_ONCE = 256  # rows to read at a time, without images
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
# An English sentence that begins with one of these continues the one before it.
_CONTINUATIONS = frozenset("and but or nor so because which who whose whom".split())


@dataclass(frozen=True)
class Showpiece:
    """A picture and its text."""

    picture: bytes  # JPEG
    written: str  # on the picture
    said: str
    video_id: str
    time: float  # of the frame, seconds


class _Pair(NamedTuple):
    """A picture and the paragraph beside it, with the places of both."""

    suits: tuple[bool, ...]  # the criteria for a card that it meets; see `_suits`
    score: float  # of picture and paragraph, 0 to 1
    first: int  # larger if earlier, so that equal corpora show the same pair
    file: Path
    row: str
    place: int  # of the picture in its row
    video_id: str
    span: tuple[float, float]  # of the paragraph, seconds
    time: float
    written: str
    said: str


def choose(corpus: Path) -> Showpiece | None:
    """The picture and paragraph of a corpus folder that suit its card best; None if it has none.

    The licence should be open, the picture should have text on it, and the paragraph should be a
    few whole sentences. Among those, choose the pair that is most likely right: the picture belongs
    to the speech, the speech teaches, and the speech model got every word right.
    """
    pairs = heapq.nlargest(_MOST_CHECKED, _pairs(corpus))
    certainty = _certainties(corpus, pairs)
    best = max(
        pairs,
        key=lambda pair: (
            pair.suits,
            pair.score * certainty.get(pair.first, 0.0),
            pair.score,
            pair.first,
        ),
        default=None,
    )
    if best is None:
        return None
    picture = next(
        row["images"][best.place]["bytes"]
        for row in read_rows(best.file, 1, {"id", "images"})
        if row["id"] == best.row
    )
    return Showpiece(picture, best.written, best.said, best.video_id, best.time)


def _pairs(corpus: Path) -> Iterator[_Pair]:
    """Every picture that is not marked, with its paragraph."""
    columns = {"id", "video_ids", "texts", "ocr_texts", "elements", "license"}
    number = 0
    for file in shards(corpus, "default"):
        for row in read_rows(file, _AT_ONCE, columns):
            for image, text in _together(row["elements"]):
                number -= 1
                picture, paragraph = row["elements"][image], row["elements"][text]
                said, written = row["texts"][text], row["ocr_texts"][image] or ""
                yield _Pair(
                    _suits(row["license"] or "", written, said),
                    (picture["score"] or 0.0) * (paragraph["score"] or 0.0),
                    number,
                    file,
                    row["id"],
                    image,
                    video_of(row),
                    (paragraph["start"], paragraph["end"]),
                    picture["start"],
                    written,
                    said,
                )


def _together(elements: Sequence[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    """Positions of the pictures that are not marked, each with that of its paragraph."""
    paragraphs = {
        _clip(element): place
        for place, element in enumerate(elements)
        if element["kind"] == "text" and not is_marked(element)
    }
    for place, element in enumerate(elements):
        if element["kind"] == "image" and not is_marked(element) and _clip(element) in paragraphs:
            yield place, paragraphs[_clip(element)]


def _clip(element: dict[str, Any]) -> tuple[float, float]:
    return element["clip_start"], element["clip_end"]


def _suits(licence: str, written: str, said: str) -> tuple[bool, ...]:
    return (
        licences.name(licence) in licences.OPEN,
        bool(written.strip()),
        len(said) in _READABLE,
        all(map(_is_whole, _SENTENCE_END.split(said.strip()))),
    )


def _is_whole(sentence: str) -> bool:
    """Whether a sentence is complete without its neighbours, judged by its beginning and end."""
    first = re.match(r"\w+", sentence)
    return (
        not sentence[:1].islower()
        and sentence[-1:] in tuple(".?!。？！")
        and (first is None or first.group().lower() not in _CONTINUATIONS)
    )


def _certainties(corpus: Path, pairs: Sequence[_Pair]) -> dict[int, float]:
    """The probability for each pair that every word of the paragraph is right.

    It is the product of the speech model's own probabilities; captions, whose words have none,
    count as right. Pairs whose video has no transcript are left out.
    """
    by_video: dict[str, list[_Pair]] = {}
    for pair in pairs:
        by_video.setdefault(pair.video_id, []).append(pair)
    certainties = {}
    for file in shards(corpus, "transcripts"):
        for row in read_rows(file, _AT_ONCE, {"video_id", "segments"}):
            for pair in by_video.get(row["video_id"], ()):
                start, end = pair.span
                certainties[pair.first] = math.prod(
                    word["score"]
                    for segment in row["segments"]
                    for word in segment["words"]
                    if start <= word["start"] < end
                )
    return certainties
