"""Removes single remarks within a lesson: to the audience, about the room, for the channel.

The chain of `context.py` assumes that off-topic speech comes in runs, so it keeps "Could you please
open a window?" between two sentences that teach. This module reads each sentence by itself, with a
softmax regression on multilingual sentence embeddings (`scripts/fit_remarks.py`), and removes it if
both readings together are sure enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import yaml

from ..words import count_words
from .context import Classified
from .wording import OFF_TOPIC, Array, Embed

KINDS = ("teaching", *OFF_TOPIC)
_FEWEST_WORDS = 3  # shorter sentences say too little by themselves; set by eye
_SUREST = 1e-6  # probabilities of the chain are kept this far from 0 and 1


def without_remarks(classified: Classified, texts: Sequence[str], embed: Embed) -> Classified:
    """The classification with remarks lowered to their probability from both readings.

    Args:
        texts: the sentences.
        embed: texts in any language to vectors, shape (n, d).
    """
    if not texts:
        return classified
    odds, kinds = read_alone(texts, embed)
    both = 1 / (1 + np.exp(odds + _fitted().chain * chain_odds(classified.teaching)))
    long_enough = np.array([count_words(text) >= _FEWEST_WORDS for text in texts])
    # Both readings together: likelier a remark than not.
    remark = long_enough & (both < 0.5) & (both < classified.teaching)
    return Classified(
        np.where(remark, both, classified.teaching),
        [own if r else kind for own, kind, r in zip(kinds, classified.kinds, remark, strict=True)],
    )


def read_alone(texts: Sequence[str], embed: Embed) -> tuple[Array, list[str]]:
    """The log odds that each sentence alone is a remark, and its likeliest kind if it is."""
    fitted = _fitted()
    x = embed(texts) - fitted.mean
    x /= np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)
    odds = x @ fitted.weights[:, :-1].T + fitted.weights[:, -1]
    return np.asarray(odds.max(axis=1)), [OFF_TOPIC[i] for i in odds.argmax(axis=1)]


def chain_odds(teaching: Array) -> Array:
    """Probabilities of teaching as log odds of being off topic."""
    chance = np.clip(teaching, _SUREST, 1 - _SUREST)
    return np.asarray(np.log((1 - chance) / chance))


class _Fitted(NamedTuple):
    """`weights` by kind (without teaching) and dimension plus 1; `chain` weighs its log odds."""

    mean: Array
    weights: Array
    chain: float


@cache
def _fitted() -> _Fitted:
    values = yaml.safe_load((files(__package__) / "remarks.yaml").read_text("utf-8"))
    weights = np.array([values["weights"][kind] for kind in OFF_TOPIC])
    return _Fitted(np.array(values["mean"]), weights, values["chain"])
