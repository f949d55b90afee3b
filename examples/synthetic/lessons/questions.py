"""Questions about slides, as a Parquet file that `load_dataset` opens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from datasets import Dataset, Features, Image, Value

from .content import FACTS
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


def write_questions(lessons: Iterable[Lesson], path: Path) -> None:
    """Write a question for every fact of every slide."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Dataset.from_list([row for lesson in lessons for row in _rows(lesson)], _COLUMNS).to_parquet(
        path
    )


def _rows(lesson: Lesson) -> Iterator[dict[str, Any]]:
    for number, slide in enumerate(lesson.slides):
        for fact, (_, asked) in FACTS.items():
            yield {
                "question_id": f"{lesson.video.video_id}-{number:02d}-{fact}",
                "video_id": lesson.video.video_id,
                "fact": fact,
                "question": asked,
                "image": {"bytes": slide.image, "path": None},
                "answer": getattr(slide.facts, fact),
            }
