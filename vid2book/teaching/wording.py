"""What a sentence sounds like, whatever its topic: teaching, a sponsor, small talk.

There are two kinds of evidence: turns of phrase (regular expressions in cues.yaml), and a ridge
regression on labelled sentences (examples*.yaml) whose inputs are embeddings, words and word pairs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import yaml

from ..bounds import loading

Array = npt.NDArray[np.float64]
Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]

OFF_TOPIC = ("sponsor", "channel", "small talk", "housekeeping")
# Kinds of cues, and the kind of off-topic speech that each indicates.
CUES = {
    "sponsor": "sponsor",
    "selling": "sponsor",
    "channel": "channel",
    "greeting": "channel",
    "small talk": "small talk",
    "housekeeping": "housekeeping",
}
# Set by eye; the weights of all features were fitted with these (scripts/fit_teaching.py).
_RIDGE = 3.0  # weight of the penalty on large weights
_MOST_CUES = 3  # that count per sentence


class Example(NamedTuple):
    kind: str  # "teaching" or one of OFF_TOPIC
    text: str


def plain(text: str) -> str:
    """Lower case, straight apostrophes, single spaces: the input of cues and the classifier."""
    return " ".join(text.replace("’", "'").lower().split())


def count_cues(texts: Sequence[str], kind: str) -> Array:
    """How many cues of a kind each plain text has, at most three. Shape (n,)."""
    cues = _cues()[kind]
    return np.array([float(min(_MOST_CUES, sum(bool(c.search(t)) for c in cues))) for t in texts])


def takes_leave(text: str) -> bool:
    """Whether a sentence ends a video, by mentioning the channel, its maker or other videos."""
    return any(count_cues([plain(text)], kind)[0] > 0 for kind in ("channel", "greeting", "leave"))


class Classifier:
    """Ridge regression from sentences to kinds of speech, fitted on construction."""

    def __init__(self, examples: Sequence[Example], embed: Embed) -> None:
        texts = [plain(e.text) for e in examples]
        label = np.array([("teaching", *OFF_TOPIC).index(e.kind) for e in examples])
        weight = _balance(label)
        raw = embed(texts).astype(np.float64)
        self._embed = embed
        self._mean = (weight @ raw) / weight.sum()
        frequency = Counter(f for t in texts for f in set(_word_features(t)))
        self._columns = {f: i for i, f in enumerate(f for f, n in frequency.items() if n > 1)}
        x = np.hstack([self.centre(raw), self._words(texts)])
        y = np.column_stack([np.where(label == 0, -1.0, 1.0), np.eye(5)[label][:, 1:]])
        # The dual form: there are fewer sentences than words and pairs of words.
        dual = np.linalg.solve(x @ x.T + np.diag(_RIDGE / weight), y)
        self._beta = x.T @ dual

    def centre(self, vectors: npt.NDArray[Any]) -> Array:
        """Subtract the mean of all speech and normalise; zero rows stay zero."""
        filled = np.abs(vectors).sum(axis=1, keepdims=True) > 0
        moved = (vectors - self._mean) * filled
        return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9))

    def read(self, texts: Sequence[str]) -> tuple[Array, Array, Array]:
        """Read plain texts.

        Returns:
            Centred vectors, shape (n, d); scores from about -1 (teaching) to 1 (off topic), shape
            (n,); how well each kind of OFF_TOPIC fits, shape (n, 4).
        """
        vectors = self.centre(self._embed(texts))
        fit = np.hstack([vectors, self._words(texts)]) @ self._beta
        return vectors, fit[:, 0], fit[:, 1:]

    def _words(self, texts: Sequence[str]) -> Array:
        rows = np.zeros((len(texts), len(self._columns)))
        for row, text in zip(rows, texts, strict=True):
            present = [self._columns[f] for f in _word_features(text) if f in self._columns]
            row[present] = 1.0
        return rows / np.sqrt(np.maximum(1.0, rows.sum(axis=1, keepdims=True)))


@lru_cache(maxsize=1)
@loading("the classifier of sentences")
def classifier(embed: Embed) -> Classifier:
    """The classifier on the packaged examples, cached because fitting takes about a second."""
    names = ("examples.yaml", "examples_in_context.yaml")
    return Classifier([e for name in names for e in read_examples(name)], embed)


def read_examples(name: str) -> list[Example]:
    """The examples in a packaged YAML file, which maps kinds to lists of sentences."""
    content = yaml.safe_load((files(__package__) / name).read_text("utf-8"))
    return [Example(kind, text) for kind, texts in content.items() for text in texts]


def _balance(label: npt.NDArray[np.int64]) -> Array:
    """Weights, on average 1, that give teaching and off-topic examples the same total."""
    share = np.where(label == 0, (label == 0).mean(), (label != 0).mean())
    return np.asarray(0.5 / share)


def _word_features(text: str) -> list[str]:
    words = re.findall(r"[^\W\d_']+(?:'[a-z]+)?|\d+|[?!]", text)
    return [*words, *(f"{a} {b}" for a, b in pairwise(words))]


@cache
def _cues() -> dict[str, list[re.Pattern[str]]]:
    text = (files(__package__) / "cues.yaml").read_text("utf-8")
    return {kind: [re.compile(c) for c in lines] for kind, lines in yaml.safe_load(text).items()}
