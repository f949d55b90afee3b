"""Times for the words of a text, if a model only gives times for stretches of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..records import Word

_IDEOGRAM = "[\u3040-\u30ff\u3400-\u9fff]"
# A word with the space before and the marks after it; an ideogram or kana is a word by itself.
_WORD = re.compile(rf"\s*(?:{_IDEOGRAM}[^\w\s]*|(?:(?!{_IDEOGRAM})\S)+)")


class TextSpan(NamedTuple):
    """A stretch of a text: a word, a sentence, or all of it."""

    text: str
    start: float  # seconds
    end: float
    probability: float = 1.0  # of a word in it


def words_of(text: str, stretches: Sequence[TextSpan]) -> list[Word]:
    """The words of a text, each with a share of its stretch's time in proportion to its letters.

    Args:
        text: with its punctuation, which the stretches may lack.
        stretches: of the text, in its order.
    """
    tokens = _WORD.findall(f" {text.strip()}")
    letters = [max(1, _letters(token)) for token in tokens]
    sizes = [_letters(stretch.text) for stretch in stretches]
    if not tokens or not sum(sizes):
        return []
    ends = np.cumsum(letters) * (sum(sizes) / sum(letters))
    borders = np.cumsum([0, *sizes])
    words = []
    for token, start, end in zip(tokens, [0.0, *ends[:-1]], ends, strict=True):
        # A border counts as the end of the word before and the start of the word after.
        first = min(int(np.searchsorted(borders, start, "right")) - 1, len(stretches) - 1)
        last = max(first, int(np.searchsorted(borders, end, "left")) - 1)
        last = min(last, len(stretches) - 1)
        begin = _at(stretches[first], start - borders[first], sizes[first])
        until = _at(stretches[last], end - borders[last], sizes[last])
        words.append(Word(begin, max(begin, until), token, stretches[first].probability))
    return words


def _letters(text: str) -> int:
    return sum(sign.isalnum() for sign in text)


def _at(stretch: TextSpan, letters: float, size: int) -> float:
    """The time, in seconds, at which `letters` letters of a stretch have been said."""
    share = letters / size if size else 0.0
    return round(float(stretch.start + (stretch.end - stretch.start) * share), 3)
