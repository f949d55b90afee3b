"""Writes the pages of some videos of the book, in one of several processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from ..folder.layout import shards
from ..folder.reader import CorpusFolder, Row, is_marked, video_of
from ..folder.record import FolderError
from ..pipeline.processes import tell
from .chapters import Chapter, Contents, chapters_of
from .page import Block, Passage, blocks, dropped, thumbnail
from .search import Entry, IndexEntry, Texts, entries
from .templates import Templates
from .verdicts import stands_from

_BARE_AT_ONCE = 200  # videos without samples in one part


class Part(NamedTuple):
    """A part of the work.

    Attributes:
        corpus: the corpus folder.
        book: the folder that is written.
        marked: include what is marked to be dropped, and why.
        name: of the part, unique.
        file: the number of a sample file, whose videos are the part; None: `videos` are.
        videos: videos without samples.
    """

    corpus: Path
    book: Path
    marked: bool
    name: str
    file: int | None
    videos: tuple[str, ...] = ()


class Written(NamedTuple):
    """A page that was written."""

    video_id: str
    entry: IndexEntry
    stages: Counter[tuple[str, str]]  # (level, stage) to pieces dropped
    pictures: int
    thumbnail: str  # a data: URI of the first picture, small; empty if there is none
    words: set[str]  # folded, for the search


def with_samples(corpus: CorpusFolder, book: Path, marked: bool) -> list[Part]:
    """Parts for the videos that have samples."""
    files = range(len(shards(corpus.folder, "default")))
    return [Part(corpus.folder, book, marked, str(file), file) for file in files]


def without_samples(
    corpus: CorpusFolder, book: Path, marked: bool, videos: list[str]
) -> list[Part]:
    """Parts for the videos that have none."""
    parts = (tuple(videos[i : i + _BARE_AT_ONCE]) for i in range(0, len(videos), _BARE_AT_ONCE))
    return [
        Part(corpus.folder, book, marked, f"bare-{number}", None, part)
        for number, part in enumerate(parts)
    ]


def write_part(part: Part) -> list[Written]:
    """Write the pages of a part, and the text of its videos for the search.

    Raises:
        FolderError: a sample is from a video that is not in the corpus's `videos` table.
    """
    videos: Iterable[tuple[str, Iterable[Row]]] = ((video_id, ()) for video_id in part.videos)
    if part.file is not None:
        videos = groupby(_opened(part.corpus).corpus.samples_begun_in(part.file), video_of)
    texts = Texts(part.book / "search", part.name)
    written = []
    for video_id, samples in videos:
        written.append(_write_page(part, video_id, samples, texts.add))
        tell(video_id)
    texts.close()
    return written


class _Opened(NamedTuple):
    """What a process needs for every part, opened once."""

    corpus: CorpusFolder
    chapters: list[Chapter]  # in the order of the table of contents
    places: dict[str, int]  # video id to position among them
    templates: Templates


def forget() -> None:
    """Drop the opened corpus, which may have changed since the last book."""
    _opened.cache_clear()


@cache
def _opened(folder: Path) -> _Opened:
    corpus = CorpusFolder(folder)
    chapters = Contents(chapters_of(corpus.videos)).in_order
    places = {chapter.video_id: place for place, chapter in enumerate(chapters)}
    return _Opened(corpus, chapters, places, Templates())


def _write_page(
    part: Part,
    video_id: str,
    samples: Iterable[Row],
    add_to_index: Callable[[str, str, list[Entry]], tuple[IndexEntry, set[str]]],
) -> Written:
    corpus, chapters, places, templates = _opened(part.corpus)
    if video_id not in places:
        raise FolderError(
            f"{corpus.folder}: data/ has samples of {video_id!r}, but videos/ does "
            "not list it; build the corpus again"
        )
    place = places[video_id]
    chapter = chapters[place]
    decided = corpus.decided(video_id)
    decisions = [decision for decision, _ in decided]
    elements = (e for row in corpus.words(video_id) for e in row.get("elements") or [])
    left_out = dropped(decided, [e for e in elements if is_marked(e)] if part.marked else ())
    texts: list[Entry] = []
    pictures, first = 0, ""

    def page_blocks() -> Iterator[Block]:
        nonlocal pictures, first
        for block in blocks(samples, left_out, stands_from(decisions), part.marked):
            texts.extend(entries(block))
            if isinstance(block, Passage):
                pictures += len(block.figures)
                first = first or next(filter(None, map(thumbnail, block.figures)), "")
            yield block

    templates.write(
        part.book / "videos" / chapter.page,
        "video.html",
        chapter=chapter,
        left_out=Counter(item.what for item in left_out),
        blocks=page_blocks(),
        verdicts=[d for d in decisions if d.level == "video"],
        has_decisions=corpus.has_decisions,
        before=chapters[place - 1] if place else None,
        after=chapters[place + 1] if place + 1 < len(chapters) else None,
    )
    stages = Counter((item.what, item.decision.stage) for item in left_out)
    entry, words = add_to_index(f"videos/{chapter.page}", chapter.title, texts)
    return Written(video_id, entry, stages, pictures, first, words)
