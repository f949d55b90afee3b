"""Single remarks within a lesson: to the audience, about the room, for the channel.

The chain of `context.py` takes off-topic speech to come in runs, and so it keeps "Could you please
open a window?" between two sentences that teach, and drops a few everyday examples in a row. Here a
small neural network reads each sentence by itself, from its multilingual embedding. A logistic
regression joins its reading with that of the chain, of the sentences around, and of the whole
video: where much is said to the audience, the next sentence is likelier to be for it, too.
Both are fitted by `scripts/fit_remarks.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from ..words import count_words
from .context import Classified
from .wording import OFF_TOPIC, Array, Embed

KINDS = ("teaching", *OFF_TOPIC)
_SUREST = 1e-6  # chance that the chain leaves open at least
# Set by eye; the weights were fitted with these.
_MOST = 8.0  # log odds beyond which either reading counts no more
_AROUND = 2  # sentences on either side
_FEW_WORDS = 3  # fewer say little by themselves
_MOSTLY = 0.5  # share of the words that teach by the chain, from which on a video is a lesson


class Net(NamedTuple):
    """A network with one hidden layer (ReLU), from unit vectors less `mean` to log odds of KINDS.

    Attributes:
        mean: shape (d,).
        hidden: shape (d + 1, h), the last row a bias.
        output: shape (h + 1, len(KINDS)), the last row a bias.
    """

    mean: Array
    hidden: Array
    output: Array

    def read(self, vectors: Array) -> tuple[Array, list[str]]:
        """The log odds that each sentence is a remark, and the likeliest kind if it is.

        Args:
            vectors: of the sentences, shape (n, d).
        """
        x = vectors - self.mean
        x /= np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)
        active = np.maximum(x @ self.hidden[:-1] + self.hidden[-1], 0.0)
        z = active @ self.output[:-1] + self.output[-1]
        odds = np.logaddexp.reduce(z[:, 1:], axis=1) - z[:, 0]
        return odds, [OFF_TOPIC[i] for i in z[:, 1:].argmax(axis=1)]


def without_remarks(
    classified: Classified, texts: Sequence[str], embed: Embed, *, english: bool
) -> Classified:
    """The sentences classified anew, each by itself and with those around it.

    Args:
        classified: by the chain.
        texts: the sentences.
        embed: texts in any language to vectors, shape (n, d).
        english: whether the chain is the English one (`classify.py`).
    """
    if not texts:
        return classified
    odds, kinds = read_alone(texts, embed)
    lengths = np.array([count_words(text) for text in texts])
    joined = features(odds, classified.teaching, lengths, english=english) @ _fitted().joint
    teaching = 1 / (1 + np.exp(joined))
    teaches = classified.teaching >= 0.5
    if (lengths * teaches).sum() < _MOSTLY * lengths.sum():
        # A vlog is no lesson with many remarks: what the chain drops of it stays dropped.
        teaching = np.minimum(teaching, classified.teaching)
    is_remark = (joined > 0) & teaches  # by this reading and not by the chain
    return Classified(
        teaching,
        [
            own if new else kind
            for own, kind, new in zip(kinds, classified.kinds, is_remark, strict=True)
        ],
    )


def read_alone(texts: Sequence[str], embed: Embed) -> tuple[Array, list[str]]:
    """The log odds that each sentence is a remark, by itself, and the likeliest kind if it is."""
    return _fitted().net.read(embed(texts).astype(np.float64))


def features(odds: Array, teaching: Array, lengths: Array, *, english: bool) -> Array:
    """What the joint reading goes by, shape (n, 9).

    Args:
        odds: of `read_alone`, shape (n,).
        teaching: chances by the chain, shape (n,).
        lengths: words of each sentence.
        english: whether the chain is the English one: how much it counts differs.
    """
    n = len(odds)
    own = np.clip(odds, -_MOST, _MOST)
    chain = np.clip(chain_odds(teaching), -_MOST, _MOST)
    window = np.ones(2 * _AROUND + 1)
    window[_AROUND] = 0.0
    sums, counts = (np.convolve(values, window, mode="full") for values in (own, np.ones(n)))
    middle = slice(_AROUND, _AROUND + n)
    around = sums[middle] / np.maximum(counts[middle], 1.0)
    elsewhere = (own.sum() - own) / max(n - 1, 1)
    columns = [
        own,
        chain * english,
        chain * (not english),
        around,
        elsewhere,
        (lengths < _FEW_WORDS).astype(float),
        np.log1p(lengths),
        np.full(n, not english),
        np.ones(n),
    ]
    return np.stack(columns, axis=1)


def chain_odds(teaching: Array) -> Array:
    """Log odds of off topic, of chances of teaching."""
    chance = np.clip(teaching, _SUREST, 1 - _SUREST)
    return np.asarray(np.log((1 - chance) / chance))


class _Fitted(NamedTuple):
    net: Net
    joint: Array  # weights of `features`: log odds that a sentence is a remark


@cache
def _fitted() -> _Fitted:
    values = json.loads((files(__package__) / "remarks.json").read_text("utf-8"))
    net = Net(*(np.array(values[name]) for name in Net._fields))
    return _Fitted(net, np.array(values["joint"]))
