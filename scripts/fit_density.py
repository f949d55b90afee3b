"""Fit teaching probability and lexical cohesion to real texts, each source held out in turn.

    python scripts/density_texts.py FOLDER      # once: gets the texts
    python scripts/fit_density.py FOLDER

Writes eval/density/knowledge.yaml and cohesion.yaml, and what held-out sources gave:
benchmarks/density_held_out.json (by kind of talk) and benchmarks/density_pairs.csv (every pair).
Vectors are kept in FOLDER/vectors.npz.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from density_nonsense import SHUFFLED, nonsense
from numpy.typing import NDArray

import vid2book.eval.density as density
from vid2book.eval.density.cohesion import FEATURES, orderly, read
from vid2book.eval.density.knowledge import rates
from vid2book.eval.intervals import area_under_curve
from vid2book.models.embed import WordLlama
from vid2book.models.embed_any import MultilingualE5
from vid2book.words import english_words

Array = NDArray[np.float64]
DENSITY = Path(density.__path__[0])
HELD_OUT = Path(__file__).parents[1] / "benchmarks" / "density_held_out.json"
PAIRS = Path(__file__).parents[1] / "benchmarks" / "density_pairs.csv"
HEADER = "# Written by scripts/fit_density.py; {}.py says what this is.\n"

CHUNK, CHUNKS = 100, 3  # words of what is scored; so many make a passage
EMBEDDED = 8  # passages of each source: embeddings are what takes time
SHARED = 0.15  # of the sources have a word that is counted
RIDGE_WORDS, RIDGE_VECTORS = 1.25, 3.0
L2 = 0.001
MADE = 30  # nonsense texts of each make
REAL = 8  # passages of each source that teaches beside them


class Chunk(NamedTuple):
    source: str
    kind: str
    part: str  # "teaching", "other" or "between"
    passage: int
    words: tuple[str, ...]


class Fold(NamedTuple):
    """A ridge regression: scores of held-out groups, and what was fitted to all."""

    held_out: Array
    weights: Array
    bias: float


def main(folder: Path) -> None:
    rows = [
        json.loads(line) for line in (folder / "passages.jsonl").read_text("utf-8").splitlines()
    ]
    report = {
        "teaching_probability": fit_knowledge(rows, folder),
        "lexical_cohesion": fit_cohesion(rows),
    }
    HELD_OUT.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def fit_knowledge(rows: Sequence[dict[str, str]], folder: Path) -> dict[str, Any]:
    chunks = list(_chunks(rows))
    sources = np.array([c.source for c in chunks])
    names = _shared_words(chunks)
    counted = rates([c.words for c in chunks], names)
    by_words = ridge(counted, chunks, sources, RIDGE_WORDS)
    chosen = _embedded(chunks)
    few = [chunks[i] for i in chosen]
    vectors = _vectors(few, folder)
    by_vectors = ridge(vectors, few, sources[chosen], RIDGE_VECTORS)
    total = by_words.held_out[chosen] + by_vectors.held_out
    slope, bias = _calibrated(total, few)
    chance = 1 / (1 + np.exp(-(slope * total + bias)))
    moved = slope * (by_words.bias + by_vectors.bias) + bias
    content = {
        "slope": round(float(slope), 4),
        "bias": round(float(moved), 4),
        "vector": [round(float(v), 4) for v in by_vectors.weights],
        "words": {n: round(float(w), 4) for n, w in zip(names, by_words.weights, strict=True)},
    }
    text = yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=98)
    (DENSITY / "knowledge.yaml").write_text(HEADER.format("knowledge") + text, "utf-8")
    kinds = np.array([c.kind for c in chunks])
    kind_out = ridge(counted, chunks, kinds, RIDGE_WORDS).held_out[chosen]
    kind_out = kind_out + ridge(vectors, few, kinds[chosen], RIDGE_VECTORS).held_out
    return _held_out(few, chance, kind_out)


def ridge(x: Array, chunks: Sequence[Chunk], groups: NDArray[Any], strength: float) -> Fold:
    """1 for teaching, -1 for other talk; each group is scored by a fit that has not seen it.

    Leaving a group out needs no second fit: the errors of a group are those of the whole fit, over
    one less its own part in it (the block form of Allen's PRESS statistic).
    """
    fitted = np.array([c.part != "between" for c in chunks])
    a, own = x[fitted], [c for c in chunks if c.part != "between"]
    w = _weights(own)
    y = np.where([c.part == "teaching" for c in own], 1.0, -1.0)
    mean = w @ a
    scale = np.sqrt(w @ (a - mean) ** 2) + 1e-9
    z = np.hstack([(a - mean) / scale, np.ones((len(a), 1))])
    root = np.sqrt(w)[:, None]
    inverse = np.linalg.inv((z * root).T @ (z * root) + strength * np.eye(z.shape[1]))
    b = inverse @ (z.T @ (w * y))
    held = np.empty(len(a))
    for group in np.unique(groups[fitted]):
        i = np.flatnonzero(groups[fitted] == group)
        part = (z[i] * root[i]) @ inverse @ (z[i] * root[i]).T
        error = np.linalg.solve(np.eye(len(i)) - part, (y[i] - z[i] @ b) * root[i, 0])
        held[i] = y[i] - error / root[i, 0]
    weights = b[:-1] / scale
    bias = float(b[-1] - mean @ weights)
    out = x @ weights + bias
    out[fitted] = held
    return Fold(out, weights, bias)


def _weights(chunks: Sequence[Chunk]) -> Array:
    """Teaching and other talk weigh alike; in each, kinds and sources by the root of their size."""
    sizes = Counter(c.source for c in chunks)
    sources = Counter(kind for kind, _ in {(c.kind, c.source) for c in chunks})
    w = np.array([1 / sizes[c.source] / sources[c.kind] ** 0.5 for c in chunks])
    teaches = np.array([c.part == "teaching" for c in chunks])
    for side in (teaches, ~teaches):
        w[side] /= 2 * w[side].sum()
    return w


def _chunks(rows: Iterable[dict[str, str]]) -> Iterable[Chunk]:
    for passage, row in enumerate(rows):
        words = row["text"].split()
        for i in range(CHUNKS):
            part = english_words(" ".join(words[i * CHUNK : (i + 1) * CHUNK]))
            yield Chunk(row["source"], row["kind"], row["part"], passage, tuple(part))


def _shared_words(chunks: Sequence[Chunk]) -> list[str]:
    """Words that enough of the sources have: those of no topic."""
    found = {(c.source, word) for c in chunks if c.part != "between" for word in c.words}
    sources = len({source for source, _ in found})
    counts = Counter(word for _, word in found)
    return sorted(word for word, n in counts.items() if n >= SHARED * sources)


def _embedded(chunks: Sequence[Chunk]) -> NDArray[np.int64]:
    """The chunks of `EMBEDDED` passages of each source, spread over it."""
    passages: dict[str, list[int]] = defaultdict(list)
    for c in chunks:
        if c.passage not in passages[c.source][-1:]:
            passages[c.source].append(c.passage)
    chosen = {
        own[i * len(own) // min(len(own), EMBEDDED)]
        for own in passages.values()
        for i in range(min(len(own), EMBEDDED))
    }
    return np.array([i for i, c in enumerate(chunks) if c.passage in chosen])


def _vectors(chunks: Sequence[Chunk], folder: Path) -> Array:
    file = folder / "vectors.npz"
    known: dict[str, NDArray[np.float32]] = {}
    if file.exists():
        kept = np.load(file)
        known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))
    texts = [" ".join(c.words) for c in chunks]
    new = [text for text in dict.fromkeys(texts) if text not in known]
    print(len(new), "texts to embed", flush=True)
    embed = MultilingualE5()
    for at in range(0, len(new), 96):
        known.update(zip(new[at : at + 96], embed(new[at : at + 96]), strict=True))
        np.savez(file, texts=np.array(list(known)), vectors=np.stack(list(known.values())))
    return np.stack([known[text] for text in texts]).astype(np.float64)


def _calibrated(total: Array, chunks: Sequence[Chunk]) -> Array:
    """Slope and bias of the logistic curve on held-out scores (Platt, 1999)."""
    own = [i for i, c in enumerate(chunks) if c.part != "between"]
    x = np.column_stack([total[own], np.ones(len(own))])
    y = np.array([chunks[i].part == "teaching" for i in own], float)
    return logistic(x, y, _weights([chunks[i] for i in own]), 0.0)


def logistic(x: Array, y: Array, w: Array, l2: float) -> Array:
    """Weights by Newton's method; the last column is the bias and is not held small."""
    b = np.zeros(x.shape[1])
    penalty = np.diag([l2] * (x.shape[1] - 1) + [1e-9])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ b))
        hessian = (x * (w * p * (1 - p))[:, None]).T @ x + penalty
        b += np.linalg.solve(hessian, x.T @ (w * (y - p)) - penalty @ b)
    return b


def _held_out(chunks: Sequence[Chunk], chance: Array, kind_out: Array) -> dict[str, Any]:
    """Every pair of sources to a table; means by kind, and whether the chances are true."""
    pairs = list(_pairs(chunks, chance))
    with PAIRS.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(
            ["teaching", "kind", "other", "other kind", "AUC 100 words", "AUC 300 words"]
        )
        table.writerows([*p[:4], f"{p[4]:.3f}", f"{p[5]:.3f}"] for p in pairs)
    by_kind = list(_pairs(chunks, kind_out))
    kinds: dict[str, Any] = {}
    for part in ("teaching", "other"):
        for kind in dict.fromkeys(_side(p, part)[1] for p in pairs):
            own = [p for p in pairs if _side(p, part)[1] == kind]
            unseen = [p for p in by_kind if _side(p, part)[1] == kind]
            values = [chance[i] for i, c in enumerate(chunks) if c.kind == kind and c.part == part]
            kinds[kind] = {
                "part": part,
                "sources": len({_side(p, part)[0] for p in own}),
                "auc_100": _mean(p[4] for p in own),
                "auc_300": _mean(p[5] for p in own),
                "auc_300_kind_held_out": _mean(p[5] for p in unseen),
                "value": _mean(values),
            }
    between = {
        source: _mean(chance[i] for i, c in enumerate(chunks) if c.source == source)
        for source in dict.fromkeys(c.source for c in chunks if c.part == "between")
    }
    return {
        "auc_100": _mean(p[4] for p in pairs),
        "auc_300": _mean(p[5] for p in pairs),
        "auc_300_kind_held_out": _mean(p[5] for p in by_kind),
        "kinds": kinds,
        "between": between,
        "calibration": _calibration(chunks, chance),
    }


# Teaching source, its kind, other source, its kind, AUC of 100 words and of passages.
Pair = tuple[str, str, str, str, float, float]


def _side(pair: Pair, part: str) -> tuple[str, str]:
    """The source and its kind."""
    return (pair[0], pair[1]) if part == "teaching" else (pair[2], pair[3])


def _pairs(chunks: Sequence[Chunk], score: Array) -> Iterable[Pair]:
    single: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    joined: dict[tuple[str, str, str], dict[int, list[float]]] = defaultdict(dict)
    for c, value in zip(chunks, score, strict=True):
        single[c.part, c.kind, c.source].append(value)
        joined[c.part, c.kind, c.source].setdefault(c.passage, []).append(value)
    whole = {key: [float(np.mean(v)) for v in own.values()] for key, own in joined.items()}
    for a in [key for key in single if key[0] == "teaching"]:
        for b in [key for key in single if key[0] == "other"]:
            yield a[2], a[1], b[2], b[1], _auc(single[a], single[b]), _auc(whole[a], whole[b])


def _auc(right: Sequence[float], wrong: Sequence[float]) -> float:
    return area_under_curve([*right, *wrong], [True] * len(right) + [False] * len(wrong))


def _calibration(chunks: Sequence[Chunk], chance: Array) -> list[dict[str, float]]:
    """By fifths of the scale: the mean chance, and the share that does teach."""
    own = np.array([c.part != "between" for c in chunks])
    w = _weights([c for c in chunks if c.part != "between"])
    teaches = np.array([c.part == "teaching" for c in chunks])[own]
    found = []
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        here = (chance[own] >= low) & (chance[own] < low + 0.2)
        weight = w[here].sum()
        mean, share = w[here] @ chance[own][here] / weight, w[here] @ teaches[here] / weight
        found.append(
            {"from": low, "chance": round(float(mean), 3), "teaches": round(float(share), 3)}
        )
    return found


def fit_cohesion(rows: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Each make of nonsense is scored by a fit that saw neither it nor the sources beside it."""
    embed = WordLlama()
    texts: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["part"] == "teaching":
            texts[row["source"]].append(row["text"])
    kept = [(s, t) for s, own in texts.items() for t in own[:: max(1, len(own) // REAL)][:REAL]]
    made = list(nonsense(texts, MADE))
    order = np.log([orderly(english_words(t)) for _, t in [*kept, *made]])
    mean = _mean_vector([t for _, t in kept], embed)
    x = np.array([read(english_words(t), embed, mean) for _, t in [*kept, *made]])
    names = np.array([name for name, _ in [*kept, *made]])
    y = np.array([1.0] * len(kept) + [0.0] * len(made))
    center, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = np.hstack([(x - center) / scale, np.ones((len(x), 1))])
    grammatical = names != SHUFFLED
    weights = _fit_cohesion(z[grammatical], y[grammatical])
    columns = zip(center, scale, weights[:-1], strict=True)
    content = {
        "mean": [round(float(v), 5) for v in mean],
        "features": {
            n: [round(float(v), 5) for v in c] for n, c in zip(FEATURES, columns, strict=True)
        },
        "bias": round(float(weights[-1]), 4),
    }
    text = yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=98)
    (DENSITY / "cohesion.yaml").write_text(HEADER.format("cohesion") + text, "utf-8")
    return _nonsense_held_out(z, y, names, order)


def _nonsense_held_out(z: Array, y: Array, names: NDArray[Any], order: Array) -> dict[str, Any]:
    sources = sorted(set(names[y == 1]))
    makes: dict[str, Any] = {}
    for make in dict.fromkeys(names[y == 0]):
        lectures: list[float] = []
        fakes = np.zeros((names == make).sum())
        for half in (0, 1):
            out = np.isin(names, sources[half::2]) | (names == make)
            fitted = ~out & (names != SHUFFLED)
            score = order - np.logaddexp(0, -z @ _fit_cohesion(z[fitted], y[fitted]))
            lectures += score[out & (y == 1)].tolist()
            fakes += score[names == make] / 2
        makes[make] = {
            "auc": round(_auc(lectures, fakes.tolist()), 3),
            "lectures_below_its_median": round(float(np.mean(lectures < np.median(fakes))), 3),
        }
    return makes


def _fit_cohesion(z: Array, y: Array) -> Array:
    w = np.where(y == 1, 0.5 / (y == 1).sum(), 0.5 / (y == 0).sum())
    return logistic(z, y, w, L2)


def _mean_vector(texts: Sequence[str], embed: WordLlama) -> Array:
    words = [w for text in texts[::5] for w in english_words(text) if len(w) > 3]
    return np.asarray(embed(words).astype(np.float64).mean(axis=0))


def _mean(values: Iterable[float]) -> float:
    return round(float(np.mean(list(values))), 3)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
