"""Measures of text alone, passage by passage, validated on the labelled passages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from vid2book.words import english_words

from ..density.text import PASSAGE, is_english, passages_of, spread
from ..seen import SampleWithImages
from ..tools import Tools
from .base import Absent, Figure, Measure, Measurement, PerSample

NOT_ENGLISH = "the text is not English, and this measure reads English only"
TOO_SHORT = "no sample has as many words as the measure needs"


class TextMeasure(Measure):
    """Scores passages of about `length` words; the value is the mean over words.

    Samples in another language are left out; if all are, the value is null.
    """

    figure: ClassVar[Figure]
    scorer: str
    length: ClassVar[int] = PASSAGE
    most: ClassVar[int | None] = None  # passages to score per sample, spread over it
    costly: ClassVar[bool] = False  # needs a model that the user names

    def __init_subclass__(cls) -> None:
        if hasattr(cls, "figure"):
            cls.figures = (cls.figure,)

    def __init__(self, tools: Tools) -> None:
        self._result = PerSample(self.scorer)
        self._foreign = 0
        self._missing = ""  # why nothing can be scored

    @abstractmethod
    def score(self, passages: Sequence[str]) -> list[float]:
        """The value of each passage.

        Raises:
            ModuleNotFoundError: a package is missing; the message names the extra.
        """

    def see(self, sample: SampleWithImages) -> None:
        passages = spread(passages_of(sample.text, self.length), self.most)
        english = [p for p in passages if is_english(english_words(p))]
        self._foreign += bool(passages) and not english
        scores: list[float] = []
        if english and not self._missing:
            try:
                scores = self.score(english)
            except ModuleNotFoundError as error:
                self._missing = str(error)
        lengths = [len(p.split()) for p in english[: len(scores)]]
        total = sum(s * n for s, n in zip(scores, lengths, strict=True))
        self._result.add(total, sum(lengths))

    def finish(self) -> Mapping[str, Measurement]:
        result: Measurement = self._result
        if self._missing:
            result = Absent(self._missing)
        elif not any(self._result.count):
            result = Absent(NOT_ENGLISH if self._foreign else TOO_SHORT)
        return {self.figure.name: result}
