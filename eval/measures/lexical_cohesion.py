"""Whether texts make sense or are just words strung together."""

from __future__ import annotations

from collections.abc import Sequence

from vid2book.words import english_words

from ..density.cohesion import LENGTH, cohesion
from ..density.needs import needs_measure
from ..tools import Tools
from .base import Figure
from .text import TextMeasure


class LexicalCohesion(TextMeasure):
    """The probability that a text makes sense, judged by how its words belong together."""

    figure = Figure(
        "lexical_cohesion",
        "Lexical cohesion",
        "higher",
        "probability that a text makes sense, 0 to 1",
        "own combination of features of lexical cohesion, after Halliday and Hasan (1976)",
        "whether what is said is true; a text in which each noun is always swapped for the same "
        "other one; texts of fewer than 300 words, on which it is less sure",
        counted="word",
    )
    scorer = "lexical cohesion by wordllama, vid2book.eval.density.cohesion"
    length = LENGTH

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._embed = tools.embed

    @needs_measure
    def score(self, passages: Sequence[str]) -> list[float]:
        return [cohesion(english_words(p), self._embed) for p in passages]
