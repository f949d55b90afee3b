"""How likely each sentence is to teach, from its wording, its topic and its neighbours.

Every sentence gets a handful of features, roughly from -1 to 1, which `context.py` joins over the
sentences of a video. This is for English; `any_language.py` handles the rest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import yaml

from ..records import Keyframe, Sentence, Video
from .context import (
    NEIGHBOURS,
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
# Median similarity of the speech of 120 English passages in scripts/passages to what is said of
# another passage, and of their own (title, description and so on).
_OTHER_TOPIC, _SAME_TOPIC = 0.05, 0.35
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
    near = nearness(reader.centre(embed(about)), vectors, rough, [len(t.split()) for t in texts])
    shows = [keyframe_during(s, screen) for s in sentences]
    face = np.array([0.0 if i is None else face_alone(*screen[i]) for i in shows])
    columns = [
        np.ones(len(texts)),
        wording,
        *cues.T,
        np.array([_first_person(t) for t in texts]),
        np.full(len(texts), core(wording)),
        near,
        smooth(near),
        _written(texts, about),
        _recurrence(texts, rough),
        np.array([0.0 if i is None else adverts[i] for i in shows]),
        face - face.mean(),  # a lecturer who is always in the picture is no evidence
        np.array([np.exp(-s.start / 20) for s in sentences]),
        np.array([np.exp(-max(0.0, duration - s.end) / 10) for s in sentences]),
    ]
    for column, kind in enumerate(CUES.values()):
        by_kind[:, OFF_TOPIC.index(kind)] += 0.5 * cues[:, column]
    return np.stack(columns, axis=1), [OFF_TOPIC[i] for i in by_kind.argmax(axis=1)]


def relevance(video: Video, sentences: Sequence[Sentence], embed: Embed) -> float | None:
    """How well the speech fits the topic that the manifest names, 1 to 5; None if it names none."""
    about = plain(describe(video))
    spoken = plain(" ".join(s.text for s in sentences))
    if not re.search(r"\w", about):
        return None
    if not spoken:
        return 1.0
    first, second = classifier(embed).centre(embed([about, spoken]))
    return fit_of(float(first @ second), _OTHER_TOPIC, _SAME_TOPIC)


def _adverts(screen_texts: Sequence[str]) -> Array:
    """How many more advert and end-card phrases each screen has than the median screen, up to 2.

    The median is subtracted because a browser's address bar is on every screen of a screencast.
    """
    if not screen_texts:
        return np.zeros(0)
    kinds = ("sponsor", "selling", "channel")
    counts = np.sum([count_cues(screen_texts, kind) for kind in kinds], axis=0)
    return np.asarray(np.clip(counts - np.median(counts), 0, 2))


def _written(texts: Sequence[str], about: Sequence[str]) -> Array:
    """Share of a sentence's content words that are in the manifest or on the screen."""
    topic_words = {w for t in about for w in content_words(t)}
    return np.array(
        [len(content_words(t) & topic_words) / max(3, len(content_words(t))) for t in texts]
    )


def _recurrence(texts: Sequence[str], rough: Array) -> Array:
    """Share of a sentence's content words that also occur in teaching sentences further away."""
    words = [content_words(t) for t in texts]
    lesson = [own if teaches > 0.5 else set() for own, teaches in zip(words, rough, strict=True)]
    everywhere = Counter(w for own in lesson for w in own)
    out = np.zeros(len(texts))
    for i, own in enumerate(words):
        near = lesson[max(0, i - NEIGHBOURS) : i + NEIGHBOURS + 1]
        here = Counter(w for other in near for w in other)
        out[i] = sum(everywhere[w] > here[w] for w in own) / max(3, len(own))
    return out


def _first_person(text: str) -> float:
    """Four times the share of words about the speaker, at most 1."""
    mine = re.findall(r"\b(?:i|me|my|mine|myself)\b", text)
    return min(1.0, 4 * len(mine) / max(6, len(text.split())))


def content_words(text: str) -> set[str]:
    """Content words, cut to their first letters so that most inflections coincide."""
    return {w[:6].rstrip("es") for w in re.findall(r"[a-zα-ω]{3,}", text) if w not in _STOP}


@cache
def _model() -> Model:
    text = (files(__package__) / "teaching.yaml").read_text("utf-8")
    values = yaml.safe_load(text)
    weights = np.array([values["weights"][name] for name in FEATURES])
    return Model(weights, np.array(values["transitions"]))
