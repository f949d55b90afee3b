"""The table of contents of a book: its chapters (the videos of the corpus) and its pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..folder.reader import Row
from .times import safe_url

PAGE_VIDEOS = 500  # per page of the contents
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")

Shelves = dict[str, dict[str, list["Chapter"]]]  # subject to course to videos


@dataclass(frozen=True)
class Chapter:
    """A video in the table of contents."""

    video_id: str
    row: Row
    namesake: bool = False  # another video has the same title

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
    def subject(self) -> str:
        return str(self.row.get("subject") or "")

    @property
    def course(self) -> str:
        return str(self.row.get("course") or "")

    @property
    def subjects(self) -> list[str]:
        names = ("subject", "course", "knowledge_point")
        return [str(self.row[name]) for name in names if self.row.get(name)]


def chapters_of(videos: Mapping[str, Row]) -> list[Chapter]:
    """The videos of a corpus, in the order of the manifest."""
    chapters = [Chapter(*item) for item in videos.items()]
    titles = Counter(chapter.title for chapter in chapters)
    return [Chapter(c.video_id, c.row, namesake=titles[c.title] > 1) for c in chapters]


@dataclass(frozen=True)
class Page:
    """A page of the table of contents."""

    number: int  # from 1
    shelves: Shelves
    filtered: list[Chapter]
    failed: list[Chapter]

    @property
    def file(self) -> str:
        return contents_file(self.number)


class Contents:
    """The table of contents: kept videos by subject and course, then the others.

    Args:
        chapters: all videos, in the order of the manifest.
    """

    def __init__(self, chapters: Sequence[Chapter]) -> None:
        by_status = {
            status: [c for c in chapters if c.status == status]
            for status in ("kept", "filtered", "failed")
        }
        self.kept, self.filtered, self.failed = by_status.values()
        self._shelves = _shelves(self.kept)
        shelved = [c for courses in self._shelves.values() for cs in courses.values() for c in cs]
        self.in_order = [*shelved, *self.filtered, *self.failed]

    @property
    def many_subjects(self) -> bool:
        return len(self._shelves) > 1

    def many_courses(self, subject: str) -> bool:
        return len(self._shelves[subject]) > 1

    def totals(self) -> dict[str, float]:
        """Sums over the kept videos."""
        names = ("duration_s", "keyframes", "words", "samples")
        return {name: sum(c.row.get(name) or 0 for c in self.kept) for name in names}

    def pages(self) -> Iterator[Page]:
        for number, begin in enumerate(range(0, max(1, len(self.in_order)), PAGE_VIDEOS), start=1):
            part = self.in_order[begin : begin + PAGE_VIDEOS]
            yield Page(
                number,
                _shelves(c for c in part if c.status == "kept"),
                [c for c in part if c.status == "filtered"],
                [c for c in part if c.status == "failed"],
            )

    def files(self) -> list[str]:
        """The files of all pages."""
        return [contents_file(page.number) for page in self.pages()]

    def where(self, status: str) -> str:
        """A link to the first video of a status."""
        first = next(i for i, c in enumerate(self.in_order) if c.status == status)
        number = first // PAGE_VIDEOS + 1
        return f"{contents_file(number) if number > 1 else ''}#{status}"


def contents_file(number: int) -> str:
    """The file of a page of the table of contents."""
    return "index.html" if number == 1 else f"index-{number}.html"


def _shelves(chapters: Iterable[Chapter]) -> Shelves:
    """Chapters by subject and course, each in order of first appearance."""
    shelves: Shelves = {}
    for chapter in chapters:
        shelves.setdefault(chapter.subject, {}).setdefault(chapter.course, []).append(chapter)
    return shelves
