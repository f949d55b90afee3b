"""Whether a text's words belong together: those of grammatical nonsense made of terms do not.

Speech about a subject comes back to the same words, and words close together have related meanings
(Halliday and Hasan, "Cohesion in English", 1976). Word vectors by wordllama say how related. A
logistic regression on such features was fitted to real teaching of many kinds against seven kinds
of grammatical nonsense (scripts/fit_density.py), all of one length, so texts of that length are
read. In addition, `order.py` recognises words in no order at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from .order import word_order
from .terms import stem

FEATURES = (
    "near",  # similarity of content words up to 4 words apart
    "around",  # of those 5 to 30 words apart
    "far",  # of those more than 60 words apart
    "nearer",  # near minus far
    "again soon",  # share of content words that recur within 60 words
    "again later",  # share that recur after more than 80 words
    "content",  # share of content words
    "formulas",  # share of repeated three-word sequences
)
LENGTH = 300  # words
_COMMON = 5.0  # Zipf frequency; content words are rarer
_FEWEST = 10  # content words
_ORDERLY, _SOFT = 0.2, 0.03  # nats; speech is above 0.3, shuffled words are about 0

Array = NDArray[np.float64]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]


class Model(NamedTuple):
    """The mean of word vectors; centre, scale and weight of each feature; and the bias."""

    mean: Array
    centre: Array
    scale: Array
    weights: Array
    bias: float


def cohesion(words: Sequence[str], embed: Embed) -> float:
    """The chance that the text makes sense, 0 to 1, if sense and nonsense are equally frequent.

    Args:
        words: about `LENGTH` of them, in lower case.
        embed: from words to vectors, by wordllama.

    Raises:
        ModuleNotFoundError: wordfreq or TextBlob is not installed.
    """
    model = _model()
    values = (read(words, embed, model.mean) - model.centre) / model.scale
    return orderly(words) * float(1 / (1 + np.exp(-(values @ model.weights + model.bias))))


def orderly(words: Sequence[str]) -> float:
    """Near 1 for words in an order that occurs in English, near 0 for shuffled ones."""
    return float(1 / (1 + np.exp(-(word_order(words) - _ORDERLY) / _SOFT)))


def read(words: Sequence[str], embed: Embed, mean: Array) -> Array:
    """The features of a text, shape (len(FEATURES),); all 0 if it has too few content words."""
    from wordfreq import zipf_frequency

    places = [i for i, w in enumerate(words) if len(w) > 2 and zipf_frequency(w, "en") < _COMMON]
    content = [stem(words[i]) for i in places]
    if len(content) < _FEWEST:
        return np.zeros(len(FEATURES))
    vectors = embed(content).astype(np.float64) - mean
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    alike = vectors @ vectors.T
    apart = np.abs(np.subtract.outer(places, places))
    same = np.equal.outer(content, content)

    def similarity(least: int, most: int) -> float:
        chosen = (apart >= least) & (apart <= most) & ~same
        return float(alike[chosen].mean()) if chosen.any() else 0.0

    def again(least: int, most: int) -> float:
        return float((same & (apart >= least) & (apart <= most)).any(axis=1).mean())

    end = len(words)
    near, far = similarity(1, 4), similarity(61, end)
    threes = list(zip(words, words[1:], words[2:], strict=False))
    formulas = 1 - len(set(threes)) / len(threes)
    return np.array(
        [
            near,
            similarity(5, 30),
            far,
            near - far,
            again(1, 60),
            again(81, end),
            len(content) / len(words),
            formulas,
        ]
    )


@cache
def _model() -> Model:
    content: dict[str, Any] = yaml.safe_load(
        (files(__package__) / "cohesion.yaml").read_text("utf-8")
    )
    columns = np.array([content["features"][name] for name in FEATURES])
    centre, scale, weights = columns.T
    return Model(np.array(content["mean"]), centre, scale, weights, content["bias"])
