"""Domain terms: words of knowledge points (terms.yaml), weighted by how rare they are.

Words are compared in the singular, so "eigenvalues" counts as well. Many are common words too
("work", "power"): a word with a Zipf frequency of 5.6 or more (about the thousand commonest words
of English) counts 0, one with 2.6 or less counts 1. Frequencies: wordfreq (Speer, 2022),
https://github.com/rspeer/wordfreq.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import chain

import yaml

from vid2book.words import english_words

_COMMON, _RARE = 5.6, 2.6  # Zipf frequency: the logarithm of occurrences in a billion words
_PLURALS = (("ies$", "y"), ("(?<=[sxz])es$|(?<=[cs]h)es$", ""), ("(?<![sui])s$", ""))


def terms_per_100(words: Sequence[str]) -> float:
    """The sum of the weights of all domain terms, per 100 words.

    Raises:
        ModuleNotFoundError: wordfreq is not installed.
    """
    weights = _weights()
    return 100 * sum(weights.get(stem(word), 0.0) for word in words) / max(1, len(words))


def by_subject() -> dict[str, list[str]]:
    """The terms of each subject."""
    text = (files(__package__) / "terms.yaml").read_text("utf-8")
    terms: dict[str, list[str]] = yaml.safe_load(text)
    return terms


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
    for term in chain.from_iterable(by_subject().values()):
        for word in english_words(term):
            rarity = (_COMMON - zipf_frequency(word, "en")) / (_COMMON - _RARE)
            weight = min(1.0, max(0.0, rarity))
            if len(word) > 2 and weight:
                weights[stem(word)] = max(weight, weights.get(stem(word), 0.0))
    return weights
