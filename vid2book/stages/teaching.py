"""How likely each sentence is to teach, from its words, its topic and its neighbours.

Every sentence gets a handful of features in about the range -1 to 1. A linear-chain conditional
random field with two states (teaching, off topic) joins them: off-topic speech comes in runs (an
opening, a sponsor, a goodbye), so a sentence is judged with its neighbours.
Source: Lafferty, McCallum and Pereira, "Conditional Random Fields", ICML 2001.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import yaml

from ..records import Keyframe, Sentence, Video

Array = npt.NDArray[np.float64]
Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]

OFF_TOPIC = ("sponsor", "channel", "small talk", "housekeeping")
# Kinds of cues, and which kind of off-topic speech each speaks for.
CUES = {"sponsor": 0, "selling": 0, "channel": 1, "greeting": 1, "small talk": 2, "housekeeping": 3}
FEATURES = (
    "bias",
    "examples",
    *(f"cue {k}" for k in (*CUES, "teaching")),
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
_RIDGE = 1.0
_NEIGHBOURS = 4  # sentences either way that are no witnesses for a sentence
_STOP = frozenset(
    [
        "a",
        "about",
        "after",
        "again",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "back",
        "be",
        "because",
        "been",
        "before",
        "but",
        "by",
        "can",
        "come",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "done",
        "down",
        "each",
        "even",
        "every",
        "first",
        "for",
        "from",
        "get",
        "gets",
        "give",
        "go",
        "goes",
        "going",
        "got",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "know",
        "let",
        "like",
        "little",
        "look",
        "made",
        "make",
        "many",
        "me",
        "more",
        "most",
        "much",
        "must",
        "my",
        "new",
        "next",
        "no",
        "not",
        "nothing",
        "now",
        "of",
        "off",
        "on",
        "once",
        "one",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "put",
        "really",
        "right",
        "said",
        "same",
        "say",
        "see",
        "she",
        "should",
        "show",
        "so",
        "some",
        "something",
        "still",
        "such",
        "take",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "thing",
        "things",
        "think",
        "this",
        "those",
        "three",
        "through",
        "time",
        "to",
        "too",
        "two",
        "up",
        "us",
        "use",
        "very",
        "want",
        "was",
        "way",
        "we",
        "well",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "why",
        "will",
        "with",
        "without",
        "would",
        "yes",
        "yet",
        "you",
        "your",
    ]
)


class Scores(NamedTuple):
    """Per sentence: the probability of teaching, and the likeliest kind if it does not."""

    teaching: Array
    kinds: list[str]


class _Data(NamedTuple):
    examples: list[tuple[str, str]]  # kind, sentence
    cues: dict[str, list[re.Pattern[str]]]
    weights: Array
    transitions: Array  # [from, to] log potentials; state 0 teaches, 1 is off topic


def score(
    video: Video,
    sentences: Sequence[Sentence],
    screen: Sequence[tuple[Keyframe, str]],
    duration: float,
    embed: Embed,
) -> Scores:
    """Score the sentences of one video, in order of time. `duration` is in seconds."""
    data = _data()
    features, kinds = measure(video, sentences, screen, duration, embed)
    return Scores(1 - off_topic(features @ data.weights, data.transitions), kinds)


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
    return np.asarray(1 / (1 + np.exp(both[:, 0] - both[:, 1])), dtype=np.float64)


def measure(
    video: Video,
    sentences: Sequence[Sentence],
    screen: Sequence[tuple[Keyframe, str]],
    duration: float,
    embed: Embed,
) -> tuple[Array, list[str]]:
    """The features of each sentence, shape (n, len(FEATURES)), and its likeliest off-topic kind."""
    data = _data()
    texts = [_plain(s.text) for s in sentences]
    if not texts:
        return np.zeros((0, len(FEATURES))), []
    reader = _Reader(data, embed)
    vectors, by_kind = reader.read(texts)
    cues = np.array([[_count(data.cues[k], t) for k in (*CUES, "teaching")] for t in texts])
    length = np.array([min(1.0, len(t.split()) / 6) for t in texts])

    screen_texts = [_plain(text) for _, text in screen]
    advert = [
        min(2.0, sum(_count(data.cues[k], t) for k in ("sponsor", "selling", "channel")))
        for t in screen_texts
    ]
    about = _plain(_about(video))
    topic_texts = [t for t, a in zip(screen_texts, advert, strict=True) if not a and t]
    shown = [_at(s, screen) for s in sentences]
    off = by_kind.max(axis=1)
    balance = (cues[:, :-1].sum(axis=1) - cues[:, -1]).astype(float)
    rough = 1 / (1 + np.exp(4 * off + 1.5 * balance))
    near = _nearness(reader.centre(embed([about, *topic_texts])), vectors, rough, texts)
    written = Counter(w for t in {about, *topic_texts} for w in _content(t))
    face = np.array([_face(screen[i]) if i is not None else 0.0 for i in shown])
    columns = [
        np.ones(len(texts)),
        off * length,
        *cues.T.astype(float),
        np.array([_first_person(t) for t in texts]),
        np.full(len(texts), (off * length).mean()),
        near * length,
        _smooth(near),
        np.array([_share(t, written) for t in texts]),
        _recurrence(texts, rough),
        np.array([advert[i] if i is not None else 0.0 for i in shown]),
        face - face.mean(),  # a lecturer who is always in the picture tells nothing
        np.array([np.exp(-s.start / 20) for s in sentences]),
        np.array([np.exp(-max(0.0, duration - s.end) / 10) for s in sentences]),
    ]
    guess = by_kind.copy()
    for column, kind in enumerate(CUES.values()):
        guess[:, kind] += 0.5 * cues[:, column]
    return np.stack(columns, axis=1), [OFF_TOPIC[i] for i in guess.argmax(axis=1)]


def relevance(
    video: Video, sentences: Sequence[Sentence], screen: Sequence[str], embed: Embed
) -> float:
    """How well the speech fits what is known of the video, 1 to 5; 3 if nothing is known."""
    about = _plain(f"{_about(video)} {' '.join(screen)}")
    spoken = _plain(" ".join(s.text for s in sentences))
    if not re.search(r"\w", about) or not spoken:
        return 3.0 if spoken else 1.0
    first, second = _Reader(_data(), embed).centre(embed([about, spoken]))
    return round(1 + 4 * min(1.0, max(0.0, float(first @ second) / 0.6)), 2)


def _about(video: Video) -> str:
    fields = (video.title, video.description, video.knowledge_point, video.sub_course, video.course)
    return ". ".join(field for field in (*fields, video.subject) if field)


class _Reader:
    """A ridge regression on embeddings, from the examples to the kinds of sentences."""

    def __init__(self, data: _Data, embed: Embed) -> None:
        self._embed = embed
        kinds = ["teaching", *OFF_TOPIC]
        label = np.array([kinds.index(kind) for kind, _ in data.examples])
        raw = embed([_plain(text) for _, text in data.examples]).astype(np.float64)
        self._mean = np.mean([raw[label == k].mean(axis=0) for k in range(5)], axis=0)
        x = self.centre(raw)
        weight = 1 / np.bincount(label)[label]
        weight *= np.where(label == 0, 4, 1)
        weight *= len(label) / weight.sum()
        self._label_mean = np.array([0.5, 0.125, 0.125, 0.125, 0.125])
        y = np.eye(5)[label] - self._label_mean
        gram = x.T @ (weight[:, None] * x) + _RIDGE * np.eye(x.shape[1])
        self._beta = np.linalg.solve(gram, x.T @ (weight[:, None] * y))

    def centre(self, vectors: npt.NDArray[Any]) -> Array:
        moved = vectors - self._mean * (np.abs(vectors).sum(axis=1, keepdims=True) > 0)
        return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9))

    def read(self, texts: Sequence[str]) -> tuple[Array, Array]:
        """Vectors of shape (n, d); how much more each off-topic kind fits than teaching, (n, 4)."""
        vectors = self.centre(self._embed(texts))
        fit = vectors @ self._beta
        total = -2 * fit[:, :1]
        return vectors, total * 0.5 + fit[:, 1:]


def _nearness(written: Array, spoken: Array, rough: Array, texts: Sequence[str]) -> Array:
    """Cosine of each sentence with the topic, shape (n,).

    The topic is half what is written, half what the rest of the video speaks about. A sentence and
    its neighbours have no say in it: a sponsor would be its own topic.
    """
    weight = rough * np.array([len(t.split()) for t in texts])
    out = np.zeros(len(texts))
    for i, own in enumerate(spoken):
        far = np.abs(np.arange(len(texts)) - i) > _NEIGHBOURS
        speech = (weight * far) @ spoken / max(1.0, float((weight * far).sum()))
        topic = written.mean(axis=0) + speech
        out[i] = own @ topic / max(1e-9, float(np.linalg.norm(topic)))
    return out


def _smooth(values: Array) -> Array:
    padded = np.pad(values, 2, mode="edge")
    return np.convolve(padded, np.ones(5) / 5, mode="valid")


def _recurrence(texts: Sequence[str], rough: Array) -> Array:
    """Share of a sentence's content words that sentences further away say as well."""
    words = [set(_content(t)) for t in texts]
    out = np.zeros(len(texts))
    for i, own in enumerate(words):
        far = [w for j, w in enumerate(words) if abs(i - j) > _NEIGHBOURS and rough[j] > 0.5]
        out[i] = sum(any(w in other for other in far) for w in own) / max(3, len(own))
    return out


def _share(text: str, written: Counter[str]) -> float:
    own = set(_content(text))
    return sum(w in written for w in own) / max(3, len(own))


def _first_person(text: str) -> float:
    words = text.split()
    mine = sum(bool(re.fullmatch(r"(i|i'm|i've|i'd|me|my|mine|myself)[,.!?]?", w)) for w in words)
    return min(1.0, 4 * mine / max(6, len(words)))


def _face(shown: tuple[Keyframe, str]) -> float:
    keyframe, text = shown
    return float(keyframe.faces > 0.02 and len(text.split()) < 4)


def _at(sentence: Sentence, screen: Sequence[tuple[Keyframe, str]]) -> int | None:
    """Which keyframe stands longest while the sentence is said."""
    spans = [min(sentence.end, k.end) - max(sentence.start, k.start) for k, _ in screen]
    best = int(np.argmax(spans)) if spans else -1
    return best if best >= 0 and spans[best] > 0 else None


def _count(cues: list[re.Pattern[str]], text: str) -> int:
    return min(3, sum(bool(cue.search(text)) for cue in cues))


def _content(text: str) -> list[str]:
    """Content words, cut to their first letters so that most inflections fall together."""
    return [w[:6].rstrip("es") for w in re.findall(r"[a-zα-ω]{3,}", text) if w not in _STOP]


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").lower().split())


@cache
def _data() -> _Data:
    folder = files(__package__)
    examples = yaml.safe_load((folder / "examples.yaml").read_text("utf-8"))
    cues = yaml.safe_load((folder / "cues.yaml").read_text("utf-8"))
    model = yaml.safe_load((folder / "teaching.yaml").read_text("utf-8"))
    return _Data(
        [(kind, line) for kind, lines in examples.items() for line in lines.splitlines()],
        {kind: [re.compile(cue) for cue in lines] for kind, lines in cues.items()},
        np.array([model["weights"][name] for name in FEATURES]),
        np.array(model["transitions"]),
    )
