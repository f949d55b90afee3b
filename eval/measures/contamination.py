"""Contamination: samples that contain a question or an image of a benchmark."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Literal

from vid2book.words import words

from ..lookalikes import Look, Lookalikes
from ..questions import SoughtQuestion
from ..seen import Picture, SampleWithImages, decode
from ..tools import Tools
from .base import Absent, Figure, Measure, Measurement, Overlap, PerSample

_RUN = 8  # words
_SHORTEST = 5  # words; shorter questions occur anywhere
_QUOTED = 200  # characters of a question
_SHOWN = 20  # questions that occur most
_PART = 0.5  # share of a question's runs that a sample must contain

_LOWER: Literal["lower"] = "lower"
_SOURCE = 'after Brown et al., "Language Models are Few-Shot Learners", appendix C (2020)'


class Contamination(Measure):
    """Finds questions by runs of eight words, at least half of them; images by hash."""

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
        self._sought = tools.sought_questions
        self._owners: dict[int, list[int]] = defaultdict(list)  # from a run to its questions
        self._sizes: list[int] = []  # runs of each question
        self._lengths: set[int] = set()  # words of a run
        self._images = Lookalikes()
        self._overlaps: list[Overlap] = []
        self._leaks: Counter[str] = Counter()
        scorer = f"{_RUN}-word runs, half of a question; perceptual hash"
        if self._sought:
            scorer += f"; {self._sought.benchmark}, {len(self._sought.questions):,} rows"
            if unread := sum(rows or 0 for rows in self._sought.unread.values()):
                scorer += f", {unread:,} unread"
            for question in self._sought.questions:
                self._add_question(question)
        self._results = {figure.name: PerSample(scorer) for figure in self.figures}

    def see(self, sample: SampleWithImages) -> None:
        if self._sought is None:
            return
        questions = self._questions_in(sample)
        for number in questions:
            self._leaks[self._sought.questions[number].text[:_QUOTED]] += 1
        images = any(self._images.find(Look.of(picture)) is not None for picture in sample.pictures)
        if questions or images:
            self._overlaps.append(self._overlap(sample, questions))
        self._results["contamination"].add(bool(questions) or images, 1)
        self._results["contamination_text"].add(bool(questions), 1)
        self._results["contamination_image"].add(images, 1)

    def finish(self) -> Mapping[str, Measurement]:
        nothing = "no benchmark to look for; name one with --benchmark"
        gap = self._sought.gap if self._sought else nothing
        if gap:
            return {figure.name: Absent(gap) for figure in self.figures}
        return self._results

    def overlaps(self) -> Sequence[Overlap]:
        return self._overlaps

    def details(self) -> Mapping[str, Mapping[str, int]]:
        most = sorted(self._leaks.items(), key=lambda leak: (-leak[1], leak[0]))[:_SHOWN]
        return {"leaked_questions": dict(most)} if most else {}

    def _overlap(self, sample: SampleWithImages, questions: Mapping[int, float]) -> Overlap:
        assert self._sought
        name, video = self._sought.benchmark, sample.record.video_id
        if not questions:
            return Overlap(sample.record.id, video, f"shows an image of {name}")
        number = max(questions, key=lambda one: questions[one])
        quote = self._sought.questions[number].text[:_QUOTED]
        reason = f"holds a question of {name}: {quote}"
        return Overlap(sample.record.id, video, reason, questions[number], _PART)

    def _add_question(self, question: SoughtQuestion) -> None:
        tokens = words(question.text.lower())
        runs = _runs(tokens, _RUN) if len(tokens) >= _SHORTEST else []
        for run in runs:
            self._owners[run].append(len(self._sizes))
        if runs:
            self._lengths.add(min(len(tokens), _RUN))
        self._sizes.append(len(runs))
        for content in question.images:
            if (pixels := decode(content)) is not None:
                self._images.add(Look.of(Picture(0, pixels)))

    def _questions_in(self, sample: SampleWithImages) -> dict[int, float]:
        """The questions that a sample contains, with the share of their runs."""
        texts = [*sample.record.texts, *sample.record.ocr_texts]
        tokens = [word for text in texts if text for word in words(text.lower())]
        hits: Counter[int] = Counter()
        for length in self._lengths:
            for run in _runs(tokens, length):
                hits.update(self._owners.get(run, ()))
        shares = {number: count / self._sizes[number] for number, count in hits.items()}
        return {number: share for number, share in shares.items() if share >= _PART}


def _runs(tokens: Sequence[str], length: int) -> list[int]:
    """Hashes of all runs of `length` words, each once; of the whole text if it is shorter."""
    last = max(1, len(tokens) - length + 1) if tokens else 0
    runs = (" ".join(tokens[i : i + length]).encode() for i in range(last))
    # Sorted, so equal corpora give equal reports.
    return sorted({int.from_bytes(blake2b(r, digest_size=8).digest(), "little") for r in runs})
