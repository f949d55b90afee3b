"""English text in passages, whatever its punctuation and case."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

PASSAGE = 100  # words; the measures were validated on passages of this length
_FEWEST = 20  # words; fewer say too little
_ENGLISH = 0.15  # share of function words; English has 0.3 to 0.5, other languages under 0.1
_FUNCTION_WORDS = frozenset(
    "the a and of to in that is it you for on with this are we as be have was but not they at what "
    "so can from if or your there which when will do an i".split()
)


def is_english(words: Sequence[str]) -> bool:
    """Whether enough of the words are English function words. An empty text is not English."""
    known = sum(word in _FUNCTION_WORDS for word in words)
    return bool(words) and known >= _ENGLISH * len(words)


def passages_of(text: str, length: int = PASSAGE) -> list[str]:
    """The text in equal passages of about `length` words; none if it is too short."""
    words = text.split()
    if len(words) < _FEWEST:
        return []
    parts = max(1, round(len(words) / length))
    cuts = [round(i * len(words) / parts) for i in range(parts + 1)]
    return [" ".join(words[a:b]) for a, b in pairwise(cuts)]


def spread(passages: Sequence[str], most: int | None) -> list[str]:
    """At most `most` of the passages, spread evenly over the text; None: all."""
    if most is None or len(passages) <= most:
        return list(passages)
    return [passages[(2 * i + 1) * len(passages) // (2 * most)] for i in range(most)]
