"""Domain terms: words of the taxonomy of knowledge points, weighted by how rare they are.

The taxonomy's words are those of its terms, in the singular, so that "eigenvalues" counts as well.
Many are common words too ("work", "power"): a word of Zipf frequency 5.6 and more, the thousand
commonest of English or so, counts nothing, one of 2.6 and less counts 1. Frequencies: wordfreq
(Speer, 2022), https://github.com/rspeer/wordfreq.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from vid2book.collect import taxonomy
from vid2book.words import english_words

_COMMON, _RARE = 5.6, 2.6  # Zipf frequency: the logarithm of occurrences in a billion words
_PLURALS = (("ies$", "y"), ("(?<=[sxz])es$|(?<=[cs]h)es$", ""), ("(?<![sui])s$", ""))


def terms_per_100(words: Sequence[str]) -> float:
    """The weights of all domain terms, per 100 words.

    Raises:
        ModuleNotFoundError: wordfreq is not installed.
    """
    weights = _weights()
    return 100 * sum(weights.get(stem(word), 0.0) for word in words) / max(1, len(words))


def stem(word: str) -> str:
    """The singular of a plural, by its ending."""
    for ending, singular in _PLURALS:
        if len(word) > 3 and re.search(ending, word):
            return re.sub(ending, singular, word)
    return word


@cache
def _weights() -> dict[str, float]:
    from wordfreq import zipf_frequency

    weights: dict[str, float] = {}
    for point in taxonomy.load():
        for word in english_words(point.name):
            rarity = (_COMMON - zipf_frequency(word, "en")) / (_COMMON - _RARE)
            weight = min(1.0, max(0.0, rarity))
            if len(word) > 2 and weight:
                weights[stem(word)] = max(weight, weights.get(stem(word), 0.0))
    return weights
