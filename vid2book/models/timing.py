"""When the words of a text are said, where a model tells it of some stretches of the text alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..records import Word

_IDEOGRAM = "[\u3040-\u30ff\u3400-\u9fff]"
# A word with the space before it and the marks after it; an ideogram or kana is one by itself.
_WORD = re.compile(rf"\s*(?:{_IDEOGRAM}[^\w\s]*|(?:(?!{_IDEOGRAM})\S)+)")


class TextSpan(NamedTuple):
    """A stretch of a text: a word, a sentence, or all of it."""

    text: str
    start: float  # seconds
    end: float
    probability: float = 1.0  # of a word in it


def words_of(text: str, said: Sequence[TextSpan]) -> list[Word]:
    """The words of a text, each with its share of the time of its stretch, by its letters.

    Args:
        text: with its punctuation, which the stretches may lack.
        said: stretches of the text, in its order.
    """
    tokens = _WORD.findall(f" {text.strip()}")
    letters = [max(1, _letters(token)) for token in tokens]
    sizes = [_letters(stretch.text) for stretch in said]
    if not tokens or not sum(sizes):
        return []
    ends = np.cumsum(letters) * (sum(sizes) / sum(letters))
    borders = np.cumsum([0, *sizes])
    found = []
    for token, start, end in zip(tokens, [0.0, *ends[:-1]], ends, strict=True):
        # A border belongs to the word before it as its end, and to the one after as its start.
        first = min(int(np.searchsorted(borders, start, "right")) - 1, len(said) - 1)
        last = max(first, int(np.searchsorted(borders, end, "left")) - 1)
        last = min(last, len(said) - 1)
        begin = _at(said[first], start - borders[first], sizes[first])
        until = _at(said[last], end - borders[last], sizes[last])
        found.append(Word(begin, max(begin, until), token, said[first].probability))
    return found


def _letters(text: str) -> int:
    return sum(sign.isalnum() for sign in text)


def _at(said: TextSpan, letters: float, size: int) -> float:
    """The second at which so many letters of a stretch are said."""
    share = letters / size if size else 0.0
    return round(float(said.start + (said.end - said.start) * share), 3)
