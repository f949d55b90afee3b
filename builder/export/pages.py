"""The samples of a corpus video by video, for formats with one file per video."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby

from vid2book.folder.reader import video_of
from vid2book.languages import UNKNOWN, language_tag

from ..changes import Videos
from ..features import Row


@dataclass(frozen=True)
class Head:
    """The text at the top of a video's file."""

    video_id: str
    title: str
    author: str
    language: str  # a BCP 47 tag
    licence: str
    source: str  # a URL, or empty


def by_video(rows: Iterable[Row], videos: Videos) -> Iterator[tuple[Head, Iterator[Row]]]:
    """Each video's head and samples; read the samples before going on to the next video."""
    for video_id, group in groupby(rows, video_of):
        samples = iter(group)
        first = next(samples)
        yield _head(video_id, videos.get(video_id) or {}, first), chain([first], samples)


def _head(video_id: str, row: Row, sample: Row) -> Head:
    """The head of a video with a row of `videos` and a first sample."""
    named = (row.get("language"), sample.get("language"), row.get("language_heard"))
    tags = (language_tag(_line(name)) for name in named)
    source = str(row.get("source_url") or "")
    return Head(
        video_id,
        _line(row.get("title")) or video_id,
        _line(row.get("author")),
        next(filter(None, tags), UNKNOWN),
        _line(row.get("license")),
        _line(source) if source.startswith(("https://", "http://")) else "",
    )


def _line(text: object) -> str:
    return " ".join(str(text or "").split())
