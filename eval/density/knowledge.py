"""How likely a passage is to teach: by words that many kinds of talk share, and its meaning.

The score is the sum of two ridge regressions. The first uses the frequencies of words that occur in
at least a seventh of the sources. They separate explaining from narrating, selling and chatting on
any topic, since such words mark registers (Biber, "Variation across Speech and Writing", 1988). The
second uses the sentence embedding of the passage. Both were fitted to real transcripts of many
kinds of teaching and other talk, with equal weight for each kind, and the sum was calibrated on
held-out sources (scripts/fit_density.py, which writes knowledge.yaml). Case and punctuation are
ignored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from vid2book.words import english_words

Array = NDArray[np.float64]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]


class Model(NamedTuple):
    """Weights of words (for `rates`) and of a vector's dimensions; then slope and bias of the
    logistic curve for their sum."""

    words: dict[str, float]
    vector: Array
    slope: float
    bias: float


def knowledge(passages: Sequence[str], embed: Embed) -> list[float]:
    """The chance that each passage teaches, if teaching and other talk are equally frequent.

    Args:
        passages: of about 100 words each.
        embed: by `MultilingualE5`.

    Raises:
        ModelError: the embeddings are not installed.
    """
    model = _model()
    names, weights = list(model.words), np.array(list(model.words.values()))
    tokens = [english_words(passage) for passage in passages]
    vectors = embed([" ".join(words) for words in tokens])
    total = rates(tokens, names) @ weights + vectors @ model.vector
    chances: list[float] = (1 / (1 + np.exp(-(model.slope * total + model.bias)))).tolist()
    return chances


def rates(passages: Sequence[Sequence[str]], names: Sequence[str]) -> Array:
    """Square roots of how often each word occurs in 100 words, shape (passages, names).

    The root prevents a word that is repeated many times from deciding alone.
    """
    column = {name: i for i, name in enumerate(names)}
    result = np.zeros((len(passages), len(names)))
    for row, words in zip(result, passages, strict=True):
        for word, count in Counter(words).items():
            if word in column:
                row[column[word]] = (100 * count / len(words)) ** 0.5
    return result


@cache
def _model() -> Model:
    content: dict[str, Any] = yaml.safe_load(
        (files(__package__) / "knowledge.yaml").read_text("utf-8")
    )
    return Model(**content | {"vector": np.array(content["vector"])})
