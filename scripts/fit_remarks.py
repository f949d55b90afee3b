"""Fits the reader of single remarks: `python scripts/fit_remarks.py FOLDER` writes
vid2book/teaching/remarks.json.

The network learns from remarks/tune*.yaml, the English examples, the lessons among the passages
`tune` of all languages, the talks `asides`, and the sentences of real lectures in
FOLDER/passages.jsonl, which `density_texts.py FOLDER` writes. Of these every second source is read
(`lectures`); the others are for measuring. Real lectures hold remarks too: those that an earlier
fit was surest of were looked through by hand, and remarks/real.yaml names by their hashes the
remarks and what is unclear, which is left out.

What joins its reading with that of the chain is a logistic regression on whole talks: the talks
`asides`, the passages `tune` and the real lectures. There the network reads what it has not seen
(`FOLDS`). Its bias is set so that of the words of the real lectures that nobody marked as remarks,
it takes out the share `DROPPED`; most of these are remarks. In other languages there are no
real lectures here, so it is set to keep as many remarks of the talks `asides` as it loses of the
rest.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import yaml
from fit_any_language import remembering
from numpy.typing import NDArray
from passages import Passage, languages, passages, record
from scipy.optimize import minimize
from sklearn.neural_network import MLPClassifier

from vid2book.models.embed import WordLlama
from vid2book.models.embed_any import MultilingualE5
from vid2book.records import Sentence, Video
from vid2book.teaching import wording
from vid2book.teaching.any_language import classify_any
from vid2book.teaching.classify import classify
from vid2book.teaching.remarks import KINDS, Net, features
from vid2book.teaching.wording import Embed, Example
from vid2book.words import count_words

HERE = Path(__file__).parent
TEACHING = Path(wording.__file__).parent
HIDDEN = 64
DECAY = 1.0  # L2 of the network
L2 = 1.0  # of the logistic regression
DROPPED = 0.016
FOLDS = 3  # of the sources of talks
# How many times a sentence counts for the network: of remarks/tune*.yaml, of the talks `asides`, a
# real remark, and of a real lecture.
WRITTEN, ASIDE, REAL_REMARK, REAL = 3.0, 1.5, 2.0, 0.5
# And for the logistic regression: of a talk `asides`, of a passage `tune`, of a real lecture.
JOINT = {"asides": 1.0, "tune": 1.0, "lecture": 0.3}
EACH = 20  # passages of a source
FEWEST = 8  # sentences of a passage; texts without full stops have fewer
WORDS_PER_SECOND = 2.5
_SCALE = 384**0.5 / 4  # of unit vectors, so that a step of the optimiser is neither small nor large

Array = NDArray[np.float64]
Kinds = NDArray[np.int64]


@dataclass(frozen=True)
class Talk:
    """The sentences of a talk in order.

    Attributes:
        origin: a key of `JOINT`.
        source: talks of one source are held out together.
        teaching: by the chain.
        remarks: whether each sentence is one.
        unclear: whether that cannot be said.
    """

    origin: str
    source: str
    english: bool
    texts: list[str]
    lengths: NDArray[np.int64]  # words
    teaching: Array
    remarks: NDArray[np.bool_]
    unclear: NDArray[np.bool_]

    def joint(self, odds: Array) -> Array:
        return features(odds, self.teaching, self.lengths, english=self.english)


def main(folder: Path) -> None:
    embed = remembering(MultilingualE5())
    talks = [*written_talks(embed), *lectures(folder)]
    single = single_sentences()
    mean = embed([example.text for example, _ in single]).mean(axis=0)
    folds = {talk.source: int(hashed(talk.source), 16) % FOLDS for talk in talks}
    unseen: dict[int, Array] = {}  # odds of each talk by a network that has not seen its source
    for fold in range(FOLDS):
        seen = [talk for talk in talks if folds[talk.source] != fold]
        net = fit_net(single, seen, mean, embed)
        for number, talk in enumerate(talks):
            if folds[talk.source] == fold:
                unseen[number] = net.read(embed(talk.texts))[0]
    rows = [talk.joint(unseen[number]) for number, talk in enumerate(talks)]
    joint = fit_joint(talks, rows)
    joint[-1] -= threshold(talks, [row @ joint for row in rows])
    joint[-2] -= threshold_elsewhere(talks, [row @ joint for row in rows])
    write(fit_net(single, talks, mean, embed), joint)


def single_sentences() -> list[tuple[Example, float]]:
    """Sentences that stand alone, with how many times each counts."""
    remarks = [e for path in sorted((HERE / "remarks").glob("tune*.yaml")) for e in read(path.stem)]
    # What an anecdote of a lesson sounds like, small talk does too: of that, single remarks alone.
    written = [e for e in wording.read_examples("examples.yaml") if e.kind != "small talk"]
    lessons = [
        Example("teaching", text)
        for language in ("en", *languages())
        for passage in passages("tune", language)
        for part in passage.parts
        if not part.off_topic
        for text in part.say
    ]
    return [*((e, WRITTEN) for e in remarks), *((e, 1.0) for e in chain(written, lessons))]


def written_talks(embed: Embed) -> list[Talk]:
    """The talks `asides` and the passages `tune` of all languages, as the chain reads them."""
    english = WordLlama()
    return [
        _talk(origin, passage, english if language == "en" else embed)
        for origin in ("asides", "tune")
        for language in ("en", *languages())
        for passage in passages(origin, language)
    ]


def _talk(origin: str, passage: Passage, embed: Embed) -> Talk:
    heard = record(passage)
    language = passage.video.language
    classify_all = classify if language == "en" else classify_any
    found = classify_all(
        heard.video, heard.sentences, heard.screen, heard.transcript.duration, embed
    )
    texts = [sentence.text for sentence in heard.sentences]
    return Talk(
        origin, f"{language} {passage.video.video_id}", language == "en", texts, heard.words,
        found.teaching, heard.off_topic, np.zeros(len(texts), np.bool_),
    )  # fmt: skip


def lectures(folder: Path) -> list[Talk]:
    """Passages of the real lectures to learn from."""
    labels = yaml.safe_load((HERE / "remarks" / "real.yaml").read_text("utf-8"))
    texts: dict[str, list[str]] = defaultdict(list)
    for _, source, text in _passages(folder):
        texts[source].append(text)
    embed = WordLlama()
    talks = []
    learned, _ = halves(folder)
    for source in sorted(learned):
        for text in texts[source][:EACH]:
            parts = timed(sentences(text))
            found = classify(Video("", "", language="en"), parts, [], parts[-1].end, embed)
            lines = [part.text for part in parts]
            remarks, unclear = (
                np.array([hashed(line) in labels[name] for line in lines])
                for name in ("remarks", "unclear")
            )
            lengths = np.array([count_words(line) for line in lines])
            talks.append(
                Talk("lecture", source, True, lines, lengths, found.teaching, remarks, unclear)
            )
    return talks


def fit_net(
    single: Sequence[tuple[Example, float]], talks: Sequence[Talk], mean: Array, embed: Embed
) -> Net:
    """A network that reads sentences by themselves; passages `tune` are among the single ones."""
    texts = [example.text for example, _ in single]
    kinds = [KINDS.index(example.kind) for example, _ in single]
    weights = [weight for _, weight in single]
    for talk in talks:
        if talk.origin == "tune":
            continue
        real = talk.origin == "lecture"
        # The first and the last sentence of a passage are cut off.
        for n in range(real, len(talk.texts) - real):
            if talk.unclear[n] or (real and talk.lengths[n] < 3):
                continue
            texts.append(talk.texts[n])
            # Of most remarks of talks nobody said which kind they are; this is the most frequent.
            kinds.append(KINDS.index("housekeeping") if talk.remarks[n] else 0)
            weights.append((REAL_REMARK if talk.remarks[n] else REAL) if real else ASIDE)
    x = embed(texts) - mean
    x /= np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)
    label, weight = np.array(kinds), np.array(weights)
    teaches = label == 0  # teaching and remarks count the same in sum
    weight /= np.where(teaches, weight[teaches].sum(), weight[~teaches].sum()) * 2
    drawn = np.random.default_rng(0).choice(len(label), size=2 * len(label), p=weight)
    net = MLPClassifier((HIDDEN,), alpha=DECAY, max_iter=40, random_state=0, batch_size=256)
    net.fit(x[drawn] * _SCALE, label[drawn])
    (hidden, output), (bias, out_bias) = net.coefs_, net.intercepts_
    return Net(mean, np.vstack([hidden * _SCALE, bias]), np.vstack([output, out_bias]))


def fit_joint(talks: Sequence[Talk], rows: Sequence[Array]) -> Array:
    """Weights of `features` for the log odds that a sentence is a remark."""
    x = np.vstack(rows)  # its last two columns are intercepts
    y = np.concatenate([talk.remarks for talk in talks]).astype(np.float64)
    weight = np.concatenate([JOINT[talk.origin] * ~talk.unclear for talk in talks])

    def loss(beta: Array) -> tuple[float, Array]:
        z = x @ beta
        penalised = np.append(beta[:-2], [0.0, 0.0])
        value = (weight * (np.logaddexp(0, z) - y * z)).sum() + L2 / 2 * (penalised**2).sum()
        return float(value), x.T @ (weight * (1 / (1 + np.exp(-z)) - y)) + L2 * penalised

    return np.asarray(minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x)


def threshold(talks: Sequence[Talk], odds: Sequence[Array]) -> float:
    """The log odds above which the share `DROPPED` of the words of real lectures lies."""
    counted = [
        (odd[~(talk.remarks | talk.unclear)], talk.lengths[~(talk.remarks | talk.unclear)])
        for talk, odd in zip(talks, odds, strict=True)
        if talk.origin == "lecture"
    ]
    z, words = (np.concatenate(column) for column in zip(*counted, strict=True))
    order = np.argsort(-z)
    share = np.cumsum(words[order]) / words.sum()
    return float(z[order][int(np.searchsorted(share, DROPPED))])


def threshold_elsewhere(talks: Sequence[Talk], odds: Sequence[Array]) -> float:
    """The log odds at which, in other languages, both kinds of errors are as frequent."""
    pairs = [
        (odd, talk.remarks)
        for talk, odd in zip(talks, odds, strict=True)
        if talk.origin == "asides" and not talk.english
    ]
    z, remarks = (np.concatenate(column) for column in zip(*pairs, strict=True))
    at = np.sort(z)
    kept = np.searchsorted(np.sort(z[remarks]), at, side="right") / remarks.sum()
    lost = 1 - np.searchsorted(np.sort(z[~remarks]), at, side="right") / (~remarks).sum()
    return float(at[np.argmin(np.abs(kept - lost))])


def halves(folder: Path) -> tuple[set[str], set[str]]:
    """The sources that teach: those to learn from, and those that are held out, of each kind."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind, source, _ in _passages(folder):
        kinds[kind].add(source)
    groups = [sorted(group, key=hashed) for group in kinds.values()]
    return {s for g in groups for s in g[::2]}, {s for g in groups for s in g[1::2]}


def _passages(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Kind, source and text of each passage that teaches and has full stops."""
    for line in (folder / "passages.jsonl").read_text("utf-8").splitlines():
        passage = json.loads(line)
        if passage["part"] == "teaching" and len(sentences(passage["text"])) >= FEWEST:
            yield passage["kind"], passage["source"], passage["text"]


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.?!])\s+", text)


def timed(texts: Sequence[str]) -> list[Sentence]:
    """Sentences said one after the other at an even pace."""
    ends = np.cumsum([count_words(text) for text in texts]) / WORDS_PER_SECOND
    times = pairwise([0.0, *ends.tolist()])
    return [Sentence(a, b, t, t) for (a, b), t in zip(times, texts, strict=True)]


def hashed(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()[:12]


def read(name: str) -> list[Example]:
    content = yaml.safe_load((HERE / "remarks" / f"{name}.yaml").read_text("utf-8"))
    return [Example(kind, text) for kind, texts in content.items() for text in texts]


def write(net: Net, joint: Array) -> None:
    values = {**net._asdict(), "joint": joint}
    rounded = {
        name: np.round(value.astype(np.float64), 4).tolist() for name, value in values.items()
    }
    (TEACHING / "remarks.json").write_text(json.dumps(rounded) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
