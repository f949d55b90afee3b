"""Questions about slides, as a Parquet file that `load_dataset` opens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset, Features, Image, Value

from .content import NAMES, begin
from .lesson import Lesson

_STRING = Value("string")
_COLUMNS = Features(
    {
        "question_id": _STRING,
        "video_id": _STRING,
        "fact": _STRING,
        "question": _STRING,
        "image": Image(),
        "answer": _STRING,
    }
)


def write_questions(lessons: Sequence[Lesson], path: Path) -> None:
    """Write a question for every fact of every slide.

    The first slides of all lessons come first, so that the first few questions are of many lessons.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    slides = sorted(
        ((number, lesson) for lesson in lessons for number in range(len(lesson.slides))),
        key=lambda slide: slide[0],
    )
    rows = [row for number, lesson in slides for row in _rows(lesson, number)]
    Dataset.from_list(rows, _COLUMNS).to_parquet(path)


def _rows(lesson: Lesson, number: int) -> Iterator[dict[str, Any]]:
    slide = lesson.slides[number]
    for fact in NAMES:
        yield {
            "question_id": f"{lesson.video.video_id}-{number:02d}-{fact}",
            "video_id": lesson.video.video_id,
            "fact": fact,
            "question": begin(fact),
            "image": {"bytes": slide.image, "path": None},
            "answer": getattr(slide.facts, fact),
        }
