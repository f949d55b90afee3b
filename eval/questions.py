"""Questions to look for in a corpus, those of a benchmark: their texts and their images.

Any dataset will do: a Parquet or JSON Lines file or folder, a dataset saved to disk, or a name on
the Hub. Questions are the strings in columns whose name tells of one; without such a column, all
strings of at least eight words. Images are all values that hold one, or name a file beside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .corpora import InterleavedCorpus, open_corpus
from .images import image_file
from .seen import decode
from .sources import Bad, Row

_TEXT_COLUMNS = ("question", "query", "problem", "prompt", "text")
_FEWEST_WORDS = 8
_IMAGE_FILES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"}


@dataclass(frozen=True)
class SoughtQuestion:
    """One row of the benchmark."""

    text: str
    images: tuple[bytes, ...]


@dataclass(frozen=True)
class SoughtQuestions:
    """The questions of one benchmark."""

    benchmark: str
    questions: tuple[SoughtQuestion, ...]


def open_sought_questions(benchmark: str | Path, split: str) -> SoughtQuestions:
    """Read a benchmark whole; they are small.

    Raises:
        CorpusError: there is no such dataset.
    """
    opened = open_corpus(benchmark, split)
    return SoughtQuestions(opened.name, tuple(_questions(opened)))


def _questions(opened: InterleavedCorpus) -> Iterator[SoughtQuestion]:
    for _, row in opened.source.rows(None, 0):
        if not isinstance(row, Bad):
            images = [image for value in row.values() for image in _images(value, opened.images)]
            yield SoughtQuestion(_text(row), tuple(images))


def _text(row: Row) -> str:
    named = [row[name] for name in _TEXT_COLUMNS if isinstance(row.get(name), str)]
    if named:
        return str(named[0])
    strings = [value for value in row.values() if isinstance(value, str)]
    return "\n".join(value for value in strings if len(value.split()) >= _FEWEST_WORDS)


def _images(value: Any, folder: Path | None) -> Iterator[bytes]:
    if isinstance(value, bytes):
        if decode(value) is not None:
            yield value
    elif isinstance(value, list):
        for part in value:
            yield from _images(part, folder)
    elif isinstance(value, dict):
        yield from _images(value.get("bytes") or value.get("path"), folder)
    elif (
        isinstance(value, str)
        and Path(value).suffix.lower() in _IMAGE_FILES
        and (file := image_file(value, folder))
    ):
        yield file.read_bytes()
