"""Propositions per word."""

from __future__ import annotations

from collections.abc import Sequence

from vid2book.words import english_words

from ..density.ideas import idea_density
from ..density.needs import needs_measure
from .base import Figure
from .text import TextMeasure


class IdeaDensity(TextMeasure):
    """Counts propositions by parts of speech, after CPIDR."""

    figure = Figure(
        "idea_density",
        "Ideas per word",
        "higher",
        "propositions per word",
        "Brown et al., Behavior Research Methods 40(2), 2008; the main rules",
        "what the ideas are about: chat has as many as lectures; names and formulas have few",
        counted="word",
        most=1.0,
    )
    scorer = "rules on parts of speech by TextBlob"

    @needs_measure
    def score(self, passages: Sequence[str]) -> list[float]:
        return [idea_density(english_words(p)) for p in passages]
