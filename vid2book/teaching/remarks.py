"""Single remarks within a lesson: to the audience, about the room, for the channel.

The chain of `context.py` takes off-topic speech to come in runs, and so it keeps "Could you please
open a window?" between two sentences that teach. This reads each sentence by itself, by a softmax
regression on multilingual sentence embeddings (`scripts/fit_remarks.py`), and has a say only where
it is sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import yaml

from ..words import count_words
from .context import Classified
from .wording import OFF_TOPIC, Array, Embed

KINDS = ("teaching", *OFF_TOPIC)
_FEWEST_WORDS = 3  # what is shorter says too little by itself


def without_remarks(classified: Classified, texts: Sequence[str], embed: Embed) -> Classified:
    """The classified sentences, each at most as likely to teach as it is by itself.

    Args:
        texts: the sentences.
        embed: texts in any language to vectors, shape (n, d).
    """
    if not texts:
        return classified
    alone, kinds = read_alone(texts, embed)
    long_enough = np.array([count_words(text) >= _FEWEST_WORDS for text in texts])
    remark = long_enough & (alone < 0.5) & (alone < classified.teaching)
    return Classified(
        np.where(remark, alone, classified.teaching),
        [own if r else kind for own, kind, r in zip(kinds, classified.kinds, remark, strict=True)],
    )


def read_alone(texts: Sequence[str], embed: Embed) -> tuple[Array, list[str]]:
    """The chance that each sentence teaches, by itself, and the likeliest kind if not."""
    mean, weights = _fitted()
    x = embed(texts) - mean
    x /= np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)
    odds = x @ weights[:, :-1].T + weights[:, -1]
    chance = 1 / (1 + np.exp(odds.max(axis=1)))
    return np.asarray(chance), [OFF_TOPIC[i] for i in odds.argmax(axis=1)]


@cache
def _fitted() -> tuple[Array, Array]:
    values = yaml.safe_load((files(__package__) / "remarks.yaml").read_text("utf-8"))
    return np.array(values["mean"]), np.array([values["weights"][kind] for kind in OFF_TOPIC])
