"""Lessons as a corpus: records like those of a real video, cut and written by the same code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from vid2book.assemble.interleave import IMAGE_TOKENS, interleave
from vid2book.builder.features import decision_row, sample_row, video_row
from vid2book.builder.write import write_rows
from vid2book.config import Config, Interleave
from vid2book.models.tokens import TokenCounter
from vid2book.records import Clip, Decision, Keyframe, Mark, Outcome, Sample

from .drawing import SIZE
from .lesson import Lesson

SECONDS = 12.0  # that a slide stands
_SPEECH_TOKENS = 100  # more than is said of any slide


class Writer:
    """Turns lessons into the rows of a corpus.

    Args:
        per_sample: slides to a sample.
    """

    def __init__(self, per_sample: int) -> None:
        budget = per_sample * (IMAGE_TOKENS + _SPEECH_TOKENS)
        self._config = Config(interleave=Interleave(max_tokens=budget))
        self._count = TokenCounter()
        self._outcomes: list[Outcome] = []

    def write(
        self, train: Iterable[Lesson], test: Iterable[Lesson], revision: str, out: Path
    ) -> None:
        """Write the corpus into `out`; `revision` names what it is made from."""
        by_split = {"train": self._rows(train), "test": self._rows(test)}
        write_rows(by_split, self._outcomes, self._config, revision, [], out)

    def _rows(self, lessons: Iterable[Lesson]) -> Iterator[tuple[str, dict[str, Any]]]:
        for lesson in lessons:
            samples = self._samples(lesson)
            outcome = Outcome(
                video=lesson.video,
                status="kept",
                reason="",
                duration=SECONDS * len(lesson.slides),
                words=sum(len(slide.speech.split()) for slide in lesson.slides),
                clips=len(lesson.slides),
                keyframes=len(lesson.slides),
                samples=len(samples),
            )
            self._outcomes.append(outcome)
            yield from (("default", sample_row(sample)) for sample in samples)
            yield "videos", video_row(outcome, samples)
            yield "decisions", decision_row(_decision(outcome), lesson.video)

    def _samples(self, lesson: Lesson) -> list[Sample]:
        clips, keyframes = [], []
        for number, slide in enumerate(lesson.slides):
            start, end = SECONDS * number, SECONDS * (number + 1)
            clips.append(Clip(start, end, slide.speech, slide.speech, keyframes=(number,)))
            keyframes.append(
                Keyframe(
                    time=end - 0.1,
                    start=start,
                    end=end,
                    image=slide.image,
                    width=SIZE[0],
                    height=SIZE[1],
                    change=1.0,
                    motion=0.0,
                    faces=0.0,
                    phash=0,
                )
            )
        written = [slide.facts.written for slide in lesson.slides]
        samples, _ = interleave(
            lesson.video, "en", keyframes, written, clips, [Mark()] * len(clips), self._count,
            self._config.interleave,
        )  # fmt: skip
        return samples


def _decision(outcome: Outcome) -> Decision:
    video_id = outcome.video.video_id
    return Decision(video_id, "video", "synthetic", 0.0, outcome.duration, True, "made to teach")
