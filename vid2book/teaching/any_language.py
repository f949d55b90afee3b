"""How likely each sentence is to teach, in any language.

A ridge regression on multilingual sentence embeddings judges the wording; it is fitted to labelled
sentences in seven languages (`scripts/fit_any_language.py`). `context.py` joins the sentences. The
embeddings all lie close together, so they are centred, and no raw cosine is compared with a
threshold. Turns of phrase, which `classify.py` uses for English, play no part here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from ..records import Keyframe, Sentence, Video
from ..words import count_words
from .context import (
    Classified,
    Model,
    core,
    describe,
    face_alone,
    fit_of,
    keyframe_during,
    nearness,
    off_topic,
    smooth,
)
from .wording import OFF_TOPIC, Array, Embed

FEATURES = (
    "bias",
    "wording",
    "whole video",
    "topic",
    "topic around",
    "face on screen",
    "opening",
    "closing",
)
# Median similarity of the speech of passages in six languages to what is said of another passage,
# and of their own.
_OTHER_TOPIC, _SAME_TOPIC = 0.24, 0.45


class Reader(NamedTuple):
    """Maps vectors to kinds of speech: about 1 for the kind of a row, and -1 or 0 otherwise.

    `mean` has shape (d,), `weights` (1 + len(OFF_TOPIC), d + 1): off topic or not, then the kinds.
    """

    mean: Array
    weights: Array

    def centre(self, vectors: NDArray[Any]) -> Array:
        """Subtract the mean of all speech and normalise; zero rows stay zero."""
        filled = np.abs(vectors).sum(axis=1, keepdims=True) > 0
        moved = (vectors - self.mean) * filled
        return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9))

    def read(self, vectors: NDArray[Any]) -> tuple[Array, Array]:
        """Scores from about -1 (teaching) to 1 (off topic), shape (n,); fits by kind, (n, 4)."""
        fit = self.centre(vectors) @ self.weights[:, :-1].T + self.weights[:, -1]
        return fit[:, 0], fit[:, 1:]


def classify_any(
    video: Video,
    sentences: Sequence[Sentence],
    screen: Sequence[tuple[Keyframe, str]],
    duration: float,
    embed: Embed,
) -> Classified:
    """Classify the sentences of one video, in order of time. `duration` is in seconds."""
    if not sentences:
        return Classified(np.zeros(0), [])
    reader, model = _fitted()
    features, kinds = measure(video, sentences, screen, duration, reader, embed)
    return Classified(1 - off_topic(features @ model.weights, model.transitions), kinds)


def measure(
    video: Video,
    sentences: Sequence[Sentence],
    screen: Sequence[tuple[Keyframe, str]],
    duration: float,
    reader: Reader,
    embed: Embed,
) -> tuple[Array, list[str]]:
    """The features of each sentence, shape (n, len(FEATURES)), and its likeliest off-topic kind."""
    vectors = embed([sentence.text for sentence in sentences])
    lengths = [count_words(sentence.text) for sentence in sentences]
    wording, by_kind = reader.read(vectors)
    wording = wording * [min(1.0, length / 6) for length in lengths]
    rough = 1 / (1 + np.exp(4 * wording))
    about = [text for text in (describe(video), *(text for _, text in screen)) if text.strip()]
    near = nearness(reader.centre(embed(about)), reader.centre(vectors), rough, lengths)
    shows = [keyframe_during(sentence, screen) for sentence in sentences]
    face = np.array([0.0 if i is None else face_alone(*screen[i]) for i in shows])
    columns = [
        np.ones(len(sentences)),
        wording,
        np.full(len(sentences), core(wording)),
        near,
        smooth(near),
        face - face.mean(),  # a lecturer who is always in the picture is no evidence
        np.array([np.exp(-s.start / 20) for s in sentences]),
        np.array([np.exp(-max(0.0, duration - s.end) / 10) for s in sentences]),
    ]
    return np.stack(columns, axis=1), [OFF_TOPIC[i] for i in by_kind.argmax(axis=1)]


def relevance_any(video: Video, sentences: Sequence[Sentence], embed: Embed) -> float | None:
    """How well the speech fits the topic that the manifest names, 1 to 5; None if it names none."""
    about = describe(video)
    spoken = " ".join(sentence.text for sentence in sentences)
    if not about.strip():
        return None
    if not spoken.strip():
        return 1.0
    first, second = _fitted()[0].centre(embed([about, spoken]))
    return fit_of(float(first @ second), _OTHER_TOPIC, _SAME_TOPIC)


@cache
def _fitted() -> tuple[Reader, Model]:
    values = yaml.safe_load((files(__package__) / "any_language.yaml").read_text("utf-8"))
    weights = np.array([values["reader"][kind] for kind in ("off topic", *OFF_TOPIC)])
    chain = np.array([values["weights"][name] for name in FEATURES])
    reader = Reader(np.array(values["mean"]), weights)
    return reader, Model(chain, np.array(values["transitions"]))
