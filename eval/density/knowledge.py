"""How likely a passage is to teach: by the words that many kinds of talk share, and by its meaning.

Two ridge regressions, added up. The first reads how often the words come that at least a seventh of
the sources have, which tells explaining from telling, selling and chatting whatever the topic: such
words part registers (Biber, "Variation across Speech and Writing", 1988). The second reads the
sentence embedding of the passage. Both were fitted to real transcripts of many kinds of teaching
and of other talk, each kind weighing alike, and the sum was calibrated on sources that had been
held out (scripts/fit_density.py, which writes knowledge.yaml). Case and punctuation are not read.
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
    """Weights of words (on `rates`) and of the dimensions of a vector; then slope and bias of the
    logistic curve on their sum."""

    words: dict[str, float]
    vector: Array
    slope: float
    bias: float


def knowledge(passages: Sequence[str], embed: Embed) -> list[float]:
    """The chance that a passage teaches, where teaching and other talk are equally frequent.

    Args:
        passages: of about 100 words each.
        embed: by `MultilingualE5`.

    Raises:
        ModelError: the embeddings are not installed.
    """
    model = _model()
    names, weights = list(model.words), np.array(list(model.words.values()))
    said = [english_words(passage) for passage in passages]
    vectors = embed([" ".join(words) for words in said])
    total = rates(said, names) @ weights + vectors @ model.vector
    chances: list[float] = (1 / (1 + np.exp(-(model.slope * total + model.bias)))).tolist()
    return chances


def rates(passages: Sequence[Sequence[str]], names: Sequence[str]) -> Array:
    """Square roots of how often each word comes in 100 words, shape (passages, names).

    The root keeps a word that is said over and over from deciding alone.
    """
    column = {name: i for i, name in enumerate(names)}
    found = np.zeros((len(passages), len(names)))
    for row, words in zip(found, passages, strict=True):
        for word, count in Counter(words).items():
            if word in column:
                row[column[word]] = (100 * count / len(words)) ** 0.5
    return found


@cache
def _model() -> Model:
    content: dict[str, Any] = yaml.safe_load(
        (files(__package__) / "knowledge.yaml").read_text("utf-8")
    )
    return Model(**content | {"vector": np.array(content["vector"])})
