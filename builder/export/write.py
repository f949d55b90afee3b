"""Writes a corpus in another format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vid2book.folder.record import CorpusError
from vid2book.folder.swap import new_folder

from ..changes import Videos, read_videos
from ..features import Row
from . import chat, epub, llama_factory, markdown, obelics, released, swift, webdataset
from .formats import Format
from .samples import samples_of

# Takes the split, its rows, the folder and the videos; gives the number of samples written.
Write = Callable[[str, Iterable[Row], Path, Videos], int]


_WRITE: dict[Format, Write] = {
    Format.webdataset: webdataset.write,
    Format.mm_textbook: released.write,
    Format.obelics: obelics.write,
    Format.chat: chat.write,
    Format.ms_swift: swift.write,
    Format.llama_factory: llama_factory.write,
    Format.markdown: markdown.write,
    Format.epub: epub.write,
}
# Formats for people, and the files that they have, one for each video.
_BOOKS = {Format.markdown: "*.md", Format.epub: "*.epub"}


@dataclass(frozen=True)
class Exported:
    """The number of samples written, of books if the format has one for each video, and of rows
    that could not be exported, by reason."""

    samples: int
    books: int | None
    left_out: Counter[str]


def write_export(corpus: Path, to: Format, out: Path, marked: bool = False) -> Exported:
    """Write the samples of a corpus folder. `out` only appears once it is complete.

    Marked content (config `decide: mark`) is left out unless `marked` is set.

    Raises:
        CorpusError: `corpus` is not a corpus, or has nothing for this format; or `out` is not empty
            or another process is writing to it, or the disk is full.
    """
    videos = read_videos(corpus)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CorpusError(f"{out}: this exists already; name a new folder")
    left_out = Counter[str]()
    read = 0

    def counted(rows: Iterable[Row]) -> Iterator[Row]:
        nonlocal read
        for row in rows:
            read += 1
            yield row

    with new_folder(out) as new:
        samples = sum(
            _WRITE[to](split, counted(rows), new, videos)
            for split, rows in samples_of(corpus, marked, left_out)
        )
        if without := read - samples:
            left_out[f"it has no speech, and {to} needs some"] += without
        books = len(list(new.glob(_BOOKS[to]))) if to in _BOOKS else None
        if not samples:
            reasons = ", ".join(left_out) or "it has no samples"
            raise CorpusError(f"{corpus}: there is nothing to export as {to}: {reasons}")
    return Exported(samples, books, left_out)
