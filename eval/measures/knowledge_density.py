"""The default measure of knowledge density."""

from __future__ import annotations

from collections.abc import Sequence

from vid2book.words import english_words

from ..density.knowledge import knowledge
from ..density.needs import needs_measure
from .base import Figure
from .text import TextMeasure


class KnowledgeDensity(TextMeasure):
    """Terms, ideas and explaining words, less narrating, selling and disorder."""

    figure = Figure(
        "knowledge_density",
        "Knowledge density",
        "higher",
        "0 for chat and the like, 1 for lectures",
        "own combination of six features; weights by hand, after Dawes (1979)",
        "whether what is taught is right; history told as a story, which sounds like the news; "
        "experts who talk shop, which sounds like a lecture",
    )
    scorer = "six features, vid2book.eval.density.knowledge"

    @needs_measure
    def score(self, passages: Sequence[str]) -> list[float]:
        return [knowledge(english_words(p)) for p in passages]
