"""Whether words are in an order that occurs in English: shuffled words are not.

Function words stand for themselves, other words for their part of speech. The value is the mean
pointwise mutual information of neighbours (Church and Hanks, "Word Association Norms", 1990), with
frequencies from the labelled passages of part `tune`. Speech has 0.2 or more, shuffled words about
zero or less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from vid2book.words import english_words

from .labelled import passages
from .tagger import usual_tag

_STAND_ALONE = frozenset(
    "the a an of to in on at for from with by and or but if that this these those it its he she "
    "they we you i is are was were be been has have had do does did not can will would could "
    "should as so than then there".split()
)


class _Counts(NamedTuple):
    single: Counter[str]
    pairs: Counter[tuple[str, str]]


def word_order(words: Sequence[str]) -> float:
    """Mean pointwise mutual information of neighbours, in nats; 0 for fewer than two words."""
    if len(words) < 2:
        return 0.0
    single, pairs = _counts()
    total, total_pairs = single.total(), pairs.total()
    classes = [_class(word) for word in words]
    return float(
        np.mean(
            [
                np.log((pairs[a, b] + 0.5) / total_pairs)
                - np.log((single[a] + 1) / total)
                - np.log((single[b] + 1) / total)
                for a, b in pairwise(classes)
            ]
        )
    )


def _class(word: str) -> str:
    return word if word in _STAND_ALONE else usual_tag(word)[:2]


@cache
def _counts() -> _Counts:
    single, pairs = Counter[str](), Counter[tuple[str, str]]()
    for passage in passages("tune"):
        if passage.kind != "word salad":
            classes = [_class(word) for word in english_words(passage.text)]
            single.update(classes)
            pairs.update(pairwise(classes))
    return _Counts(single, pairs)
