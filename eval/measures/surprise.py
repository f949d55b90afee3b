"""How surprising the text is to a language model."""

from __future__ import annotations

from collections.abc import Sequence

from ..density.surprise import TOKENS
from ..tools import Tools
from .base import Figure
from .model import ModelMeasure


class Surprise(ModelMeasure):
    """Reveals text that is not language; good text is neither the most nor the least surprising."""

    figure = Figure(
        "surprise",
        "Surprise to a language model",
        "neither",
        "nats per token",
        f"mean negative log-likelihood, first {TOKENS} tokens of the middle passage of each sample",
        "whether what is said is knowledge: news and formulas surprise, adverts do not",
        counted="passage",
    )
    absent = "no language model is named; --language-model takes a .gguf file or a Hub name"

    def __init__(self, tools: Tools) -> None:
        self._model = tools.language_model
        self.scorer = self._model.name if self._model else ""
        super().__init__(tools)

    @staticmethod
    def has_model(tools: Tools) -> bool:
        return tools.language_model is not None

    def score(self, passages: Sequence[str]) -> list[float]:
        return self._model.surprise(passages) if self._model else []
