"""Domain terms per 100 words."""

from __future__ import annotations

from collections.abc import Sequence

from vid2book.words import english_words

from ..density.needs import needs_measure
from ..density.terms import terms_per_100
from .base import Figure
from .text import TextMeasure


class TermDensity(TextMeasure):
    """Counts words of knowledge points; rarer words count more."""

    figure = Figure(
        "term_density",
        "Domain terms per 100 words",
        "higher",
        "terms per 100 words",
        "1,236 knowledge points of six subjects; frequencies of wordfreq (Speer, 2022)",
        "whether a term is explained or only dropped; terms of other fields than the six; a term "
        "used in its everyday sense",
        counted="word",
        most=100.0,
    )
    scorer = "taxonomy and wordfreq"

    @needs_measure
    def score(self, passages: Sequence[str]) -> list[float]:
        return [terms_per_100(english_words(p)) for p in passages]
