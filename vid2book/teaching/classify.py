"""How likely each sentence is to teach, from its wording, its topic and its neighbours.

Every sentence gets a handful of features in about the range -1 to 1. A linear-chain conditional
random field with two states (teaching, off topic) joins them: off-topic speech comes in runs (an
opening, a sponsor, a goodbye), so a sentence is judged with its neighbours.
Source: Lafferty, McCallum and Pereira, "Conditional Random Fields", ICML 2001.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import yaml

from ..records import Keyframe, Sentence, Video
from .wording import CUES, OFF_TOPIC, Array, Classifier, Embed, classifier, count_cues, plain

FEATURES = (
    "bias",
    "wording",
    *(f"cue {kind}" for kind in (*CUES, "teaching")),
    "first person",
    "whole video",
    "topic",
    "topic around",
    "on screen",
    "recurs",
    "advert on screen",
    "face on screen",
    "opening",
    "closing",
)
_NEIGHBOURS = 4  # sentences either way that are no witnesses for a sentence
_FACE = 0.02  # share of the screen
_STOP = frozenset(
    "a about after again all also am an and any are as at back be because been before but by can "
    "come could did do does doing done down each even every first for from get gets give go goes "
    "going got had has have having he her here him his how i if in into is it its just know let "
    "like little look made make many me more most much must my new next no not nothing now of off "
    "on once one only or other our out over own put really right said same say see she should show "
    "so some something still such take than that the their them then there these they thing things "
    "think this those three through time to too two up us use very want was way we well were what "
    "when where which while who why will with without would yes yet you your".split()
)


class Classified(NamedTuple):
    """Per sentence: the probability of teaching, and the likeliest kind if it does not."""

    teaching: Array
    kinds: list[str]


class Model(NamedTuple):
    """`weights` by feature; `transitions` [from, to], state 0 teaches and 1 is off topic."""

    weights: Array
    transitions: Array


def classify(
    video: Video,
    sentences: Sequence[Sentence],
    screen: Sequence[tuple[Keyframe, str]],
    duration: float,
    embed: Embed,
) -> Classified:
    """Classify the sentences of one video, in order of time. `duration` is in seconds."""
    if not sentences:
        return Classified(np.zeros(0), [])
    features, kinds = measure(video, sentences, screen, duration, classifier(embed), embed)
    model = _model()
    return Classified(1 - off_topic(features @ model.weights, model.transitions), kinds)


def off_topic(emissions: Array, transitions: Array) -> Array:
    """The chance that each sentence is off topic, by forward-backward.

    Args:
        emissions: shape (n,), log odds of off topic by the sentence alone.
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


def measure(
    video: Video,
    sentences: Sequence[Sentence],
    screen: Sequence[tuple[Keyframe, str]],
    duration: float,
    reader: Classifier,
    embed: Embed,
) -> tuple[Array, list[str]]:
    """The features of each sentence, shape (n, len(FEATURES)), and its likeliest off-topic kind."""
    texts = [plain(s.text) for s in sentences]
    vectors, wording, by_kind = reader.read(texts)
    wording = wording * [min(1.0, len(t.split()) / 6) for t in texts]
    cues = np.stack([count_cues(texts, kind) for kind in (*CUES, "teaching")], axis=1)
    rough = 1 / (1 + np.exp(4 * wording + 1.5 * (cues[:, :-1].sum(axis=1) - cues[:, -1])))

    screen_texts = [plain(text) for _, text in screen]
    adverts = _adverts(screen_texts)
    lesson = [t for t, advert in zip(screen_texts, adverts, strict=True) if not advert]
    about = [t for t in (plain(describe(video)), *lesson) if t]
    near = _nearness(reader.centre(embed(about)), vectors, rough, texts)
    shown = [_shown(s, screen) for s in sentences]
    face = np.array([0.0 if i is None else _face(*screen[i]) for i in shown])
    columns = [
        np.ones(len(texts)),
        wording,
        *cues.T,
        np.array([_first_person(t) for t in texts]),
        np.full(len(texts), _core(wording)),
        near,
        _smooth(near),
        _written(texts, about),
        _recurrence(texts, rough),
        np.array([0.0 if i is None else adverts[i] for i in shown]),
        face - face.mean(),  # a lecturer who is always in the picture tells nothing
        np.array([np.exp(-s.start / 20) for s in sentences]),
        np.array([np.exp(-max(0.0, duration - s.end) / 10) for s in sentences]),
    ]
    for column, kind in enumerate(CUES.values()):
        by_kind[:, OFF_TOPIC.index(kind)] += 0.5 * cues[:, column]
    return np.stack(columns, axis=1), [OFF_TOPIC[i] for i in by_kind.argmax(axis=1)]


def relevance(
    video: Video, sentences: Sequence[Sentence], screen: Sequence[str], embed: Embed
) -> float:
    """How well the speech fits what is known of the video, 1 to 5; 3 if nothing is known."""
    about = plain(f"{describe(video)} {' '.join(screen)}")
    spoken = plain(" ".join(s.text for s in sentences))
    if not re.search(r"\w", about) or not spoken:
        return 3.0 if spoken else 1.0
    first, second = classifier(embed).centre(embed([about, spoken]))
    return round(1 + 4 * min(1.0, max(0.0, float(first @ second) / 0.6)), 2)


def describe(video: Video) -> str:
    """What the manifest says that a video is about."""
    fields = (video.title, video.description, video.knowledge_point, video.sub_course, video.course)
    return ". ".join(field for field in (*fields, video.subject) if field)


def _adverts(screen_texts: Sequence[str]) -> Array:
    """How many turns of phrase of adverts and end cards each screen has more than most, up to 2.

    More than most, because the address bar of a browser stands on every screen of a screencast.
    """
    if not screen_texts:
        return np.zeros(0)
    kinds = ("sponsor", "selling", "channel")
    found = np.sum([count_cues(screen_texts, kind) for kind in kinds], axis=0)
    return np.asarray(np.clip(found - np.median(found), 0, 2))


def _nearness(written: Array, spoken: Array, rough: Array, texts: Sequence[str]) -> Array:
    """Cosine of each sentence with the topic, shape (n,).

    The topic is half what is written, half what the rest of the video speaks about. A sentence and
    its neighbours have no say in it: a sponsor would be its own topic.
    """
    weight = rough * [len(t.split()) for t in texts]
    given = written.mean(axis=0) if len(written) else np.zeros(spoken.shape[1])
    weighted = weight[:, None] * spoken
    everything = weighted.sum(axis=0)
    out = np.zeros(len(texts))
    for i, own in enumerate(spoken):
        near = slice(max(0, i - _NEIGHBOURS), i + _NEIGHBOURS + 1)
        far = everything - weighted[near].sum(axis=0)
        topic = given + far / max(1.0, float(weight.sum() - weight[near].sum()))
        length = min(1.0, len(texts[i].split()) / 6)
        out[i] = length * (own @ topic) / max(1e-9, float(np.linalg.norm(topic)))
    return out


def _core(wording: Array) -> float:
    """How the half of the video that sounds most like teaching sounds: a lecture has such a half,
    however long its opening and its sponsor are."""
    return float(np.sort(_smooth(wording))[: (len(wording) + 1) // 2].mean())


def _smooth(values: Array) -> Array:
    return np.convolve(np.pad(values, 2, mode="edge"), np.ones(5) / 5, mode="valid")


def _written(texts: Sequence[str], about: Sequence[str]) -> Array:
    """Share of a sentence's content words that stand in the manifest or on the screen."""
    known = {w for t in about for w in _content(t)}
    return np.array([len(_content(t) & known) / max(3, len(_content(t))) for t in texts])


def _recurrence(texts: Sequence[str], rough: Array) -> Array:
    """Share of a sentence's content words that teaching sentences further away say as well."""
    words = [_content(t) for t in texts]
    lesson = [own if teaches > 0.5 else set() for own, teaches in zip(words, rough, strict=True)]
    everywhere = Counter(w for own in lesson for w in own)
    out = np.zeros(len(texts))
    for i, own in enumerate(words):
        near = lesson[max(0, i - _NEIGHBOURS) : i + _NEIGHBOURS + 1]
        here = Counter(w for other in near for w in other)
        out[i] = sum(everywhere[w] > here[w] for w in own) / max(3, len(own))
    return out


def _first_person(text: str) -> float:
    """Share of words about the speaker, four times over, at most 1."""
    mine = re.findall(r"\b(?:i|me|my|mine|myself)\b", text)
    return min(1.0, 4 * len(mine) / max(6, len(text.split())))


def _face(keyframe: Keyframe, text: str) -> float:
    return float(keyframe.faces > _FACE and len(text.split()) < 4)


def _shown(sentence: Sentence, screen: Sequence[tuple[Keyframe, str]]) -> int | None:
    """Which keyframe stands longest while the sentence is said."""
    spans = [min(sentence.end, k.end) - max(sentence.start, k.start) for k, _ in screen]
    best = int(np.argmax(spans)) if spans else -1
    return best if best >= 0 and spans[best] > 0 else None


def _content(text: str) -> set[str]:
    """Content words, cut to their first letters so that most inflections fall together."""
    return {w[:6].rstrip("es") for w in re.findall(r"[a-zα-ω]{3,}", text) if w not in _STOP}


@cache
def _model() -> Model:
    text = (files(__package__) / "teaching.yaml").read_text("utf-8")
    values = yaml.safe_load(text)
    weights = np.array([values["weights"][name] for name in FEATURES])
    return Model(weights, np.array(values["transitions"]))
