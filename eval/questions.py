"""The questions of a benchmark, to be searched for in a corpus: their texts and images.

Any dataset will do: a Parquet, JSON or CSV file or a folder of them, a dataset saved to disk, or a
name on the Hub. Questions are the strings in columns with names such as "question"; without such a
column, all strings of at least eight words. Images are all values that contain one, or name an
image file in the dataset's folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .corpora import open_corpus
from .images import image_file
from .seen import decode
from .sources import Row, Unread, describe

_TEXT_COLUMNS = ("question", "query", "problem", "prompt", "text")
_FEWEST_WORDS = 8
MOST_UNREAD = 0.01  # share of the rows; if more are unread, no contamination is reported
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
    unread: Mapping[str, int | None] = field(default_factory=dict)  # reason to rows; None: unknown

    @property
    def gap(self) -> str:
        """Why no corpus can be declared free of them; empty if nearly all are known."""
        unread_rows = sum(rows or 0 for rows in self.unread.values())
        total = unread_rows + len(self.questions)
        reasons = "; ".join(
            f"{reason} ({'an unknown number of' if rows is None else format(rows, ',')} rows)"
            for reason, rows in self.unread.items()
        )
        if not self.questions:
            return f"no row of {self.benchmark} can be read. {reasons or 'It is empty'}"
        if None in self.unread.values() or unread_rows > MOST_UNREAD * total:
            return f"not all of {self.benchmark} can be read: {reasons}"
        if not any(question.text or question.images for question in self.questions):
            columns = ", ".join(_TEXT_COLUMNS)
            return f"no row of {self.benchmark} has a question ({columns}) or an image"
        return ""


def open_sought_questions(benchmark: str | Path, split: str) -> SoughtQuestions:
    """Read a whole benchmark; benchmarks are small.

    Raises:
        CorpusError: there is no such dataset.
    """
    opened = open_corpus(benchmark, split)
    questions: list[SoughtQuestion] = []
    unread: dict[str, int | None] = {}
    for _, row in opened.source.rows(None, 0):
        if isinstance(row, Unread):
            reason = describe(row, unread)
            known = unread.get(reason, 0)
            is_known = known is not None and row.rows is not None
            unread[reason] = (known or 0) + (row.rows or 0) if is_known else None
        else:
            images = [image for value in row.values() for image in _images(value, opened.images)]
            questions.append(SoughtQuestion(_text(row), tuple(images)))
    return SoughtQuestions(opened.name, tuple(questions), unread)


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
