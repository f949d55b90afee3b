"""Parts shared by the classifiers of sentences, which judge a sentence with its neighbours.

Off-topic speech comes in runs (an opening, a sponsor, a goodbye). A linear-chain conditional random
field with two states (teaching, off topic) joins the features of all sentences.
Source: Lafferty, McCallum and Pereira, "Conditional Random Fields", ICML 2001.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..records import Keyframe, Sentence, Video
from .wording import Array

# Set by eye; the weights of all features were fitted with these (scripts/fit_teaching.py).
NEIGHBOURS = 4  # sentences either way that do not count as evidence for a sentence
_FACE = 0.02  # share of the screen above which a face counts, as align.max_face


class Classified(NamedTuple):
    """Per sentence: the probability that it teaches, and its likeliest kind if it does not."""

    teaching: Array
    kinds: list[str]


class Model(NamedTuple):
    """`weights` by feature; `transitions` [from, to], state 0 teaches and 1 is off topic."""

    weights: Array
    transitions: Array


def describe(video: Video) -> str:
    """The topic of a video as the manifest gives it."""
    fields = (video.title, video.description, video.knowledge_point, video.sub_course, video.course)
    return ". ".join(field for field in (*fields, video.subject) if field)


def fit_of(similarity: float, other: float, same: float) -> float:
    """How well speech fits a topic, 1 to 5.

    Args:
        similarity: of their embeddings.
        other, same: what that usually is for the topic of another lesson, and for its own.
    """
    return round(1 + 4 * min(1.0, max(0.0, (similarity - other) / (same - other))), 2)


def off_topic(emissions: Array, transitions: Array) -> Array:
    """The probability that each sentence is off topic, by forward-backward.

    Args:
        emissions: shape (n,), log odds of off topic, from each sentence alone.
        transitions: shape (2, 2), log potentials.
    """
    n = len(emissions)
    local = np.stack([np.zeros(n), emissions], axis=1)
    forward, backward = local.copy(), np.zeros((n, 2))
    for i in range(1, n):
        forward[i] += np.logaddexp.reduce(forward[i - 1][:, None] + transitions, axis=0)
    for i in range(n - 2, -1, -1):
        backward[i] = np.logaddexp.reduce(transitions + local[i + 1] + backward[i + 1], axis=1)
    both = forward + backward
    return np.asarray(1 / (1 + np.exp(both[:, 0] - both[:, 1])))


def nearness(written: Array, spoken: Array, rough: Array, lengths: Sequence[int]) -> Array:
    """Cosine of each sentence with the topic, shape (n,).

    The topic is half the written text, half the speech in the rest of the video. It excludes the
    sentence and its neighbours; otherwise a sponsor would be its own topic.
    """
    weight = rough * lengths
    stated = written.mean(axis=0) if len(written) else np.zeros(spoken.shape[1])
    weighted = weight[:, None] * spoken
    everything = weighted.sum(axis=0)
    out = np.zeros(len(spoken))
    for i, own in enumerate(spoken):
        near = slice(max(0, i - NEIGHBOURS), i + NEIGHBOURS + 1)
        far = everything - weighted[near].sum(axis=0)
        topic = stated + far / max(1.0, float(weight.sum() - weight[near].sum()))
        length = min(1.0, lengths[i] / 6)
        out[i] = length * (own @ topic) / max(1e-9, float(np.linalg.norm(topic)))
    return out


def core(wording: Array) -> float:
    """The mean score of the half of the video that sounds most like teaching: a lecture has such a
    half, however long its opening and its sponsor are."""
    return float(np.sort(smooth(wording))[: (len(wording) + 1) // 2].mean())


def smooth(values: Array) -> Array:
    """The mean over five sentences, shape (n,)."""
    return np.convolve(np.pad(values, 2, mode="edge"), np.ones(5) / 5, mode="valid")


def face_alone(keyframe: Keyframe, text: str) -> float:
    """1.0 if a picture shows a face and next to no text, otherwise 0.0."""
    return float(keyframe.faces > _FACE and len(text.split()) < 4)


def keyframe_during(sentence: Sentence, screen: Sequence[tuple[Keyframe, str]]) -> int | None:
    """The index of the keyframe shown longest during a sentence; None if none is."""
    spans = [min(sentence.end, k.end) - max(sentence.start, k.start) for k, _ in screen]
    best = int(np.argmax(spans)) if spans else -1
    return best if best >= 0 and spans[best] > 0 else None
