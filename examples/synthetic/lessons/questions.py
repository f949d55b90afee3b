"""Questions about slides, as a Parquet file that `load_dataset` opens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Question:
    """A question about the slide of that number in a lesson."""

    video_id: str
    slide: int
    fact: str
    question: str
    image: bytes
    answer: str


def write_questions(questions: Iterable[Question], path: Path) -> None:
    """Write questions; those about first slides come first, so that a few are of many lessons."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [_row(question) for question in sorted(questions, key=lambda q: q.slide)]
    Dataset.from_list(rows, _COLUMNS).to_parquet(path)


def questions(lessons: Iterable[Lesson]) -> Iterator[Question]:
    """A question for every fact of every slide."""
    for lesson in lessons:
        for number, slide in enumerate(lesson.slides):
            for fact in NAMES:
                yield Question(
                    lesson.video.video_id,
                    number,
                    fact,
                    begin(fact),
                    slide.image,
                    getattr(slide.facts, fact),
                )


def _row(question: Question) -> dict[str, Any]:
    return {
        "question_id": f"{question.video_id}-{question.slide:02d}-{question.fact}",
        "video_id": question.video_id,
        "fact": question.fact,
        "question": question.question,
        "image": {"bytes": question.image, "path": None},
        "answer": question.answer,
    }
