"""The share of fillers in the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vid2book.words import english_words

from .base import Figure
from .text import TextMeasure

# "like" is left out: it is a verb or a preposition more often than a filler.
_FILLERS = re.compile(
    r"\b(u+m+|u+h+|e+r+m*|h+m+|mm+|ah|oh|yeah|yep|okay|ok|you know|i mean|you guys|kind of|sort of|"
    r"kinda|sorta|or whatever|and stuff|basically|literally|honestly|anyway)\b"
)


class FillerShare(TextMeasure):
    """Hesitations and empty phrases, as a share of the words."""

    figure = Figure(
        "filler_share",
        "Words that are fillers",
        "lower",
        "share of words",
        "filled pauses and discourse markers: Clark and Fox Tree, Cognition 84(1), 2002; own list",
        "chat and adverts that are fluent; fillers that the speech recognition left out",
        counted="word",
    )
    scorer = "word list"

    def score(self, passages: Sequence[str]) -> list[float]:
        return [_share(english_words(p)) for p in passages]


def _share(words: Sequence[str]) -> float:
    fillers = _FILLERS.findall(" ".join(words))
    return sum(len(f.split()) for f in fillers) / max(1, len(words))
