"""How much a passage sounds like teaching: a weighted sum of six features that can be looked at.

Each feature is centred and scaled by its mean and deviation over the labelled passages of part
`tune`; weights are set by hand, most of them 1. Such sums do about as well as fitted ones and carry
over better (Dawes, "The robust beauty of improper linear models in decision making", American
Psychologist 34(7), 1979), and so it was here: a logistic regression parts the passages of `tune`
perfectly, and does worse on recorded speech. Weights and norms are in knowledge.yaml, which
scripts/fit_density.py writes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from .ideas import idea_density
from .manner import share
from .order import word_order
from .terms import terms_per_100

_ORDERLY = 0.2  # nats; speech is above this, shuffled words are below
_LEAST, _MOST = -1.0, 2.0

FEATURES: dict[str, Callable[[Sequence[str]], float]] = {
    "terms": lambda words: math.log1p(terms_per_100(words)),
    "ideas": idea_density,
    "explaining": lambda words: share(words, "explaining"),
    "narrating": lambda words: share(words, "narrating"),
    "selling": lambda words: share(words, "selling"),
    "disorder": lambda words: max(0.0, _ORDERLY - word_order(words)),
}


class Model(NamedTuple):
    """`weights`, and `norms` (mean and deviation), by feature; `others` and `lectures` are the mean
    sums of the labelled passages, between which the score is laid."""

    weights: dict[str, float]
    norms: dict[str, tuple[float, float]]
    others: float
    lectures: float


def knowledge(words: Sequence[str]) -> float:
    """0 for the average of chat, adverts, news, forum posts and shuffled words, 1 for that of
    lectures, of the labelled passages; between -1 and 2.

    Raises:
        ModuleNotFoundError: wordfreq or TextBlob is not installed.
    """
    model = _model()
    features = {name: read(words) for name, read in FEATURES.items()}
    score = (weighted_sum(features, model) - model.others) / (model.lectures - model.others)
    return min(_MOST, max(_LEAST, score))


def weighted_sum(features: dict[str, float], model: Model) -> float:
    return sum(
        weight * (features[name] - model.norms[name][0]) / model.norms[name][1]
        for name, weight in model.weights.items()
    )


@cache
def _model() -> Model:
    content = yaml.safe_load((files(__package__) / "knowledge.yaml").read_text("utf-8"))
    return Model(**content)
