"""Measures of text by a language model, which read only one passage of each sample."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from vid2book.models.error import ModelError
from vid2book.words import english_words

from ..density.text import is_english, passages_of
from ..seen import SampleWithImages
from ..tools import Tools
from .base import Absent, Measurement, PerSample
from .text import NOT_ENGLISH, TOO_SHORT, TextMeasure


class ModelMeasure(TextMeasure):
    """Scores the middle passage of each sample, all at the end, since models work best in batches.

    A passage that the model cannot score gets NaN and is left out.
    """

    costly: ClassVar[bool] = True
    absent: ClassVar[str]  # the reason given if no model is named

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._passages: list[str] = []  # '' if a sample has none to score
        self._is_named = self.has_model(tools)

    @staticmethod
    @abstractmethod
    def has_model(tools: Tools) -> bool:
        """Whether the model that the measure needs is named."""

    def see(self, sample: SampleWithImages) -> None:
        passages = passages_of(sample.text) if self._is_named else []
        passage = passages[len(passages) // 2] if passages else ""
        english = bool(passage) and is_english(english_words(passage))
        self._foreign += bool(passage) and not english
        self._passages.append(passage if english else "")

    def finish(self) -> Mapping[str, Measurement]:
        return {self.figure.name: self._finish()}

    def _finish(self) -> Measurement:
        if not self._is_named:
            return Absent(self.absent)
        scored = [i for i, passage in enumerate(self._passages) if passage]
        if not scored:
            return Absent(NOT_ENGLISH if self._foreign else TOO_SHORT)
        try:
            scores = self.score([self._passages[i] for i in scored])
        except ModelError as error:
            return Absent(str(error))
        result = PerSample(self.scorer, [0.0] * len(self._passages), [0.0] * len(self._passages))
        for i, score in zip(scored, scores, strict=True):
            if not math.isnan(score):
                result.total[i], result.count[i] = score, 1.0
        return result
