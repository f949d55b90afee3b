"""The book of a corpus: an index page, a page for each video, and the search index.

Pictures stand inside the pages as data: URIs. So a page is one file that can be sent to somebody
and still works, and a corpus of thousands of videos makes thousands of files, not a hundred
thousand. A page is written while the samples are read, so its size costs no memory.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby
from pathlib import Path

from ..folder.layout import PREVIEW
from ..folder.reader import CorpusFolder, Row, video_of
from ..folder.record import FolderError
from ..folder.swap import new_folder
from .page import Block, blocks, dropped
from .search import Entry, SearchIndex, entries
from .templates import GENERATOR, Templates
from .times import safe_url

Progress = Callable[[int, int], object]  # videos done, videos in all

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass
class Chapter:
    """A video as the book's table of contents has it."""

    place: int  # in the order of the manifest
    video_id: str
    row: Row
    left_out: Counter[str] = field(default_factory=Counter)  # level to number

    @property
    def title(self) -> str:
        return str(self.row.get("title") or self.video_id)

    @property
    def page(self) -> str:
        return f"{self.video_id}.html"

    @property
    def status(self) -> str:
        return str(self.row.get("status") or "kept")

    @property
    def language(self) -> str:
        language = str(self.row.get("language") or "")
        return language if _LANGUAGE.fullmatch(language) else ""

    @property
    def source(self) -> str:
        return safe_url(self.row.get("source_url"))

    @property
    def subjects(self) -> list[str]:
        names = ("subject", "course", "knowledge_point")
        return [str(self.row[name]) for name in names if self.row.get(name)]


def write_book(
    corpus: Path,
    out: Path | None = None,
    progress: Progress | None = None,
    marked: bool = False,
) -> Path:
    """Write the book of a corpus and return its index page.

    Args:
        corpus: the corpus folder.
        out: the folder to write, by default `preview` in the corpus. An earlier book there is
            replaced, whole, when the new one is complete.
        progress: called with (videos done, videos in all) after each page.
        marked: with what the corpus marks as to be dropped (config `decide: mark`), and why.

    Raises:
        FolderError: the folder is no corpus, `out` holds something that is no book, another process
            is writing it, or the disk is full.
    """
    source = CorpusFolder(Path(corpus))
    out = Path(out) if out else source.folder / PREVIEW
    _check_replaceable(out)
    with new_folder(out) as new:
        (new / "videos").mkdir()
        _Writer(source, new, marked).write(progress or (lambda done, total: None))
    return out / "index.html"


def _check_replaceable(out: Path) -> None:
    """A folder is replaced only if it is an earlier book: anything else may be dear to somebody."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    index = out / "index.html"
    if not index.is_file() or GENERATOR not in index.read_text("utf-8", errors="replace")[:4096]:
        raise FolderError(f"{out}: something that is no book stands here; name another folder")


class _Writer:
    """Writes one book."""

    def __init__(self, corpus: CorpusFolder, folder: Path, marked: bool) -> None:
        self._corpus, self._folder, self._marked = corpus, folder, marked
        self._order = [Chapter(place, *item) for place, item in enumerate(corpus.videos.items())]
        self._chapters = {chapter.video_id: chapter for chapter in self._order}
        self._index = SearchIndex(folder / "search")
        self._templates = Templates()
        self._stages: Counter[tuple[str, str]] = Counter()  # (level, stage) to pieces dropped

    def write(self, progress: Progress) -> None:
        written: set[str] = set()
        with_samples = groupby(self._corpus.samples(), video_of)
        without: Iterator[tuple[str, Iterable[Row]]] = (
            (video_id, ()) for video_id in self._chapters if video_id not in written
        )
        for video_id, samples in chain(with_samples, without):
            if video_id not in self._chapters:
                raise FolderError(
                    f"{self._corpus.folder}: data/ has samples of {video_id!r}, and videos/ does "
                    "not name it; build the corpus anew"
                )
            if video_id in written:
                raise FolderError(
                    f"{self._corpus.folder}: the samples of {video_id!r} do not stand together in "
                    "data/; build the corpus anew"
                )
            self._page(self._chapters[video_id], samples)
            written.add(video_id)
            progress(len(written), len(self._chapters))
        self._index.close()
        self._overview()

    def _page(self, chapter: Chapter, samples: Iterable[Row]) -> None:
        decisions = self._corpus.decisions(chapter.video_id)
        left_out = dropped(decisions)
        for item in left_out:
            chapter.left_out[item.what] += 1
            self._stages[item.what, item.decision.stage] += 1
        found: list[Entry] = []

        def noted() -> Iterator[Block]:
            for block in blocks(samples, left_out, self._marked):
                found.extend(entries(block))
                yield block

        place = chapter.place
        self._templates.write(
            self._folder / "videos" / chapter.page,
            "video.html",
            chapter=chapter,
            blocks=noted(),
            verdicts=[d for d in decisions if d.level == "video"],
            has_decisions=self._corpus.has_decisions,
            before=self._order[place - 1] if place else None,
            after=self._order[place + 1] if place + 1 < len(self._order) else None,
        )
        self._index.add(f"videos/{chapter.page}", chapter.title, found)

    def _overview(self) -> None:
        by_status = {
            status: [c for c in self._order if c.status == status]
            for status in ("kept", "filtered", "failed")
        }
        self._templates.write(
            self._folder / "index.html",
            "index.html",
            name=self._corpus.folder.resolve().name,
            shelves=_shelves(by_status["kept"]),
            totals=_totals(by_status["kept"]),
            stages=sorted(self._stages.items(), key=lambda item: (-item[1], item[0])),
            has_decisions=self._corpus.has_decisions,
            search_files=self._index.files,
            **by_status,
        )


def _shelves(chapters: list[Chapter]) -> dict[str, dict[str, list[Chapter]]]:
    """Subject to course to videos, each in the order in which it first comes."""
    shelves: dict[str, dict[str, list[Chapter]]] = {}
    for chapter in chapters:
        subject, course = (str(chapter.row.get(name) or "") for name in ("subject", "course"))
        shelves.setdefault(subject, {}).setdefault(course, []).append(chapter)
    return shelves


def _totals(chapters: list[Chapter]) -> dict[str, float]:
    names = ("duration_s", "keyframes", "words", "samples")
    return {name: sum(c.row.get(name) or 0 for c in chapters) for name in names}
