"""Contamination: samples that hold a benchmark's question or one of its images."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Literal

from ..lookalikes import Lookalikes
from ..questions import Item
from ..seen import Picture, Seen, decode
from ..tools import Tools
from ..words import runs, words_of
from .base import Absent, Figure, Found, Measure, PerSample

_RUN = 8  # words
_SHORTEST = 5  # words: a shorter question is found anywhere
_PART = 0.5  # share of a question's runs that a sample must hold

_LOWER: Literal["lower"] = "lower"
_SOURCE = 'after Brown et al., "Language Models are Few-Shot Learners", appendix C (2020)'


class Contamination(Measure):
    """Questions by runs of eight words, of which a sample holds at least half; images by hash."""

    figures = (
        Figure("contamination", "Samples that hold a question or an image of the benchmark",
               _LOWER, "share", _SOURCE, "paraphrased or translated questions, and the part of the "
               "corpus that was not sampled"),
        Figure("contamination_text", "Samples that hold a question", _LOWER, "share", _SOURCE,
               "questions of fewer than five words", minor=True),
        Figure("contamination_image", "Samples that hold an image", _LOWER, "share", _SOURCE,
               "crops, mirrored copies, flat images", minor=True),
    )  # fmt: skip

    def __init__(self, tools: Tools) -> None:
        self._benchmark = tools.benchmark
        self._owners: dict[int, list[int]] = defaultdict(list)  # run to the questions that have it
        self._sizes: list[int] = []  # runs of each question
        self._lengths: set[int] = set()  # words of a run
        self._images = Lookalikes()
        self._leaks: Counter[str] = Counter()
        scorer = f"{_RUN}-word runs, half of a question; perceptual hash"
        if tools.benchmark:
            scorer += f"; {tools.benchmark.name}, {len(tools.benchmark.items):,} rows"
            for item in tools.benchmark.items:
                self._learn(item)
        self._found = {figure.name: PerSample(scorer) for figure in self.figures}

    def see(self, sample: Seen) -> None:
        if self._benchmark is None:
            return
        questions = self._questions_in(sample)
        for question in questions:
            self._leaks[self._benchmark.items[question].question[:200]] += 1
        images = any(self._images.find(picture) is not None for picture in sample.pictures)
        self._found["contamination"].add(bool(questions) or images, 1)
        self._found["contamination_text"].add(bool(questions), 1)
        self._found["contamination_image"].add(images, 1)

    def finish(self) -> Mapping[str, Found]:
        if self._benchmark is None:
            why = Absent("no benchmark to look for; name one with --benchmark")
            return {figure.name: why for figure in self.figures}
        return self._found

    def details(self) -> Mapping[str, Mapping[str, int]]:
        return {"leaked_questions": dict(self._leaks.most_common(20))} if self._leaks else {}

    def _learn(self, item: Item) -> None:
        words = words_of(item.question)
        hashes = runs(words, _RUN).tolist() if len(words) >= _SHORTEST else []
        for value in hashes:
            self._owners[value].append(len(self._sizes))
        if hashes:
            self._lengths.add(min(len(words), _RUN))
        self._sizes.append(len(hashes))
        for content in item.images:
            if (pixels := decode(content)) is not None:
                self._images.add(Picture(0, pixels))

    def _questions_in(self, sample: Seen) -> list[int]:
        said = [*sample.record.texts, *sample.record.ocr_texts]
        words = [word for text in said if text for word in words_of(text)]
        hits: Counter[int] = Counter()
        for length in self._lengths:
            for value in runs(words, length).tolist():
                hits.update(self._owners.get(value, ()))
        return [
            question for question, count in hits.items() if count >= _PART * self._sizes[question]
        ]
