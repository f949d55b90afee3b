"""The book of a corpus: a table of contents, a page for each video, and the search index.

Pictures are inside the pages as data: URIs. So a page is a single file that can be sent to
somebody, and a corpus of thousands of videos makes thousands of files, not a hundred thousand. A
page is written while the samples are read, so a large page needs no more memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from ..folder.layout import PREVIEW
from ..folder.reader import CorpusFolder
from ..folder.record import FolderError
from ..folder.swap import new_folder
from ..pipeline.processes import cores, each
from .chapters import Contents, chapters_of
from .part import Part, Written, forget, with_samples, without_samples, write_part
from .search import write_index
from .templates import GENERATOR, Templates

Progress = Callable[[int, int], object]  # videos done, videos in all


def write_book(
    corpus: Path,
    out: Path | None = None,
    progress: Progress | None = None,
    marked: bool = False,
    workers: int | None = None,
) -> Path:
    """Write the book of a corpus and return its index page.

    Args:
        corpus: the corpus folder.
        out: the folder to write, by default `preview` in the corpus. An earlier book there is
            replaced as a whole when the new one is complete.
        progress: called with (videos done, videos in all) after each page.
        marked: include what is marked to be dropped (config `decide: mark`), and why.
        workers: number of processes; None: one per core. It does not change what is written.

    Raises:
        FolderError: the folder is not a corpus, `out` holds something that is not a book, another
            process is writing it, or the disk is full.
    """
    source = CorpusFolder(Path(corpus))
    out = Path(out) if out else source.folder / PREVIEW
    _check_replaceable(out)
    with new_folder(out) as new:
        (new / "videos").mkdir()
        _Writer(source, new, marked, workers or cores(), progress or (lambda *_: None)).write()
    return out / "index.html"


def _check_replaceable(out: Path) -> None:
    """Raises FolderError if the folder is not an earlier book, since somebody may need it."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    index = out / "index.html"
    if not index.is_file() or GENERATOR not in index.read_text("utf-8", errors="replace")[:4096]:
        raise FolderError(f"{out}: this exists and is not a book; name another folder")


class _Writer:
    """Writes one book."""

    def __init__(
        self, corpus: CorpusFolder, folder: Path, marked: bool, workers: int, progress: Progress
    ) -> None:
        self._corpus, self._folder, self._marked = corpus, folder, marked
        self._workers, self._progress = workers, progress
        self._written: dict[str, Written] = {}
        self._words: Counter[str] = Counter()
        self._done = 0

    def write(self) -> None:
        forget()
        common = (self._corpus, self._folder, self._marked)
        self._write(with_samples(*common))
        bare = [video_id for video_id in self._corpus.videos if video_id not in self._written]
        self._write(without_samples(*common, bare))
        self._overview()

    def _write(self, parts: list[Part]) -> None:
        for pages in each(write_part, parts, self._workers, self._report_page):
            for page in pages:
                if page.video_id in self._written:
                    raise FolderError(
                        f"{self._corpus.folder}: the samples of {page.video_id!r} are not "
                        "together in data/; build the corpus again"
                    )
                self._words.update(page.words)
                self._written[page.video_id] = page._replace(words=set())  # they take memory

    def _report_page(self, video_id: str) -> None:
        self._done += 1
        self._progress(self._done, len(self._corpus.videos))

    def _overview(self) -> None:
        contents = Contents(chapters_of(self._corpus.videos))
        pages = [self._written[video_id] for video_id in self._corpus.videos]
        templates = Templates()
        grams = write_index(self._folder / "search", [page.entry for page in pages], self._words)
        for page in contents.pages():
            templates.write(
                self._folder / page.file,
                "index.html",
                name=self._corpus.title,
                folder=self._corpus.folder.resolve().name,
                written=self._written,
                contents=contents,
                page=page,
                files=contents.files(),
                totals=contents.totals(),
                stages=_ranked(page.stages for page in pages),
                has_decisions=self._corpus.has_decisions,
                search_files=grams,
            )


def _ranked(counts: Iterable[Counter[tuple[str, str]]]) -> list[tuple[tuple[str, str], int]]:
    """The sum of counts, the most frequent first."""
    total: Counter[tuple[str, str]] = Counter()
    for count in counts:
        total.update(count)
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))
