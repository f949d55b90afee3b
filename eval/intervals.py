"""Intervals and comparisons that resample videos, never single samples of one video.

Samples of one video are alike, so that an interval over samples would be too narrow: the bootstrap
draws whole clusters (Cameron, Gelbach and Miller, "Bootstrap-Based Improvements for Inference with
Clustered Errors", 2008). Intervals are expanded percentiles, which hold their level with few
clusters too (Hesterberg, "What Teachers Should Know About the Bootstrap", 2015, section 3.3); with
one cluster there is none.

Every estimate is a function of the weight of each cluster, so that all resamples are computed at
once. The same data and seed give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Estimate = Callable[[Floats], Floats]  # weights (resamples, clusters) to values (resamples,)

RESAMPLES = 2000
_CHUNK = 4_000_000  # numbers held at once


@dataclass(frozen=True)
class Interval:
    """An estimate with its bootstrap interval. None where there is nothing to estimate it from."""

    value: float | None
    low: float | None
    high: float | None
    n: int  # observations
    clusters: int

    @property
    def excludes_zero(self) -> bool:
        """Whether a difference is told apart from none."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Ratio:
    """A mean or a share: the sum of `total` over the sum of `count`, a row per sample.

    A mean over samples has count 1; fillers per word has their numbers.
    """

    total: Floats
    count: Floats
    clusters: tuple[Hashable, ...]

    @property
    def n(self) -> int:
        return round(float(self.count.sum()))

    def by_cluster(self, names: Sequence[Hashable]) -> Estimate:
        """The estimate as a function of the weights of these clusters."""
        rows = _rows_of(self.clusters, names)
        total = np.bincount(rows[rows >= 0], self.total[rows >= 0], len(names))
        count = np.bincount(rows[rows >= 0], self.count[rows >= 0], len(names))
        return lambda weights: _divide(weights @ total, weights @ count)


@dataclass(frozen=True)
class Separation:
    """How well a score tells right from wrong: the area under the ROC curve, 0.5 by chance.

    The share of (right, wrong) pairs in which the right one scores higher; ties count half.
    """

    scores: Floats
    right: NDArray[np.bool_]
    clusters: tuple[Hashable, ...]

    @property
    def n(self) -> int:
        return int(self.right.sum())

    def by_cluster(self, names: Sequence[Hashable]) -> Estimate:
        """The estimate as a function of the weights of these clusters."""
        rows = _rows_of(self.clusters, names)
        known = rows >= 0
        order = np.argsort(self.scores[known], kind="stable")
        rows, right = rows[known][order], self.right[known][order]
        starts = np.flatnonzero(np.diff(self.scores[known][order], prepend=-np.inf))

        def estimate(weights: Floats) -> Floats:
            if not len(rows):
                return np.full(len(weights), np.nan)
            found = []
            for part in np.array_split(weights, max(1, weights.shape[0] * len(rows) // _CHUNK)):
                each = part[:, rows]
                # Equal scores are one group, within which every pair is a tie.
                up = np.add.reduceat(each * right, starts, axis=1)
                down = np.add.reduceat(each * ~right, starts, axis=1)
                below = np.cumsum(down, axis=1) - down
                won = (up * (below + down / 2)).sum(axis=1)
                found.append(_divide(won, up.sum(axis=1) * down.sum(axis=1)))
            return np.concatenate(found)

        return estimate


Statistic = Ratio | Separation


def ratio(total: ArrayLike, clusters: Sequence[Hashable], count: ArrayLike | None = None) -> Ratio:
    """A `Ratio`; without `count`, the mean of `total`."""
    totals = np.asarray(total, dtype=np.float64)
    counts = np.ones_like(totals) if count is None else np.asarray(count, dtype=np.float64)
    if not len(totals) == len(counts) == len(clusters):
        raise ValueError(f"{len(totals)} totals, {len(counts)} counts, {len(clusters)} clusters")
    return Ratio(totals, counts, tuple(clusters))


def separation(scores: ArrayLike, right: ArrayLike, clusters: Sequence[Hashable]) -> Separation:
    """A `Separation`: scores, which of them are of right ones, and the cluster of each."""
    values, is_right = np.asarray(scores, dtype=np.float64), np.asarray(right, dtype=np.bool_)
    if not len(values) == len(is_right) == len(clusters):
        raise ValueError(f"{len(values)} scores, {len(is_right)} labels, {len(clusters)} clusters")
    return Separation(values, is_right, tuple(clusters))


def interval(
    statistic: Statistic, seed: int = 0, resamples: int = RESAMPLES, level: float = 0.95
) -> Interval:
    """The estimate, with a bootstrap interval over clusters."""
    names = list(dict.fromkeys(statistic.clusters))
    return _bootstrap(statistic.by_cluster(names), len(names), statistic.n, seed, resamples, level)


def paired_difference(
    first: Statistic,
    second: Statistic,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """The first's estimate minus the second's, over the clusters that both have.

    Both are resampled alike, so that what makes a video easy or hard does not count.
    """
    shared = set(first.clusters) & set(second.clusters)
    names = [name for name in dict.fromkeys(first.clusters) if name in shared]
    one, other = first.by_cluster(names), second.by_cluster(names)
    return _bootstrap(
        lambda weights: one(weights) - other(weights),
        len(names),
        len(names),
        seed,
        resamples,
        level,
    )


def area_under_curve(scores: ArrayLike, right: ArrayLike) -> float:
    """The area under the ROC curve alone; NaN if either class is empty."""
    labels = np.asarray(right, dtype=np.bool_)
    alone = separation(scores, labels, [0] * len(labels))
    return float(alone.by_cluster([0])(np.ones((1, 1)))[0])


def _bootstrap(
    estimate: Estimate, clusters: int, n: int, seed: int, resamples: int, level: float
) -> Interval:
    value = estimate(np.ones((1, clusters)))[0] if clusters else np.nan
    if not np.isfinite(value):
        return Interval(None, None, None, n, clusters)
    if clusters < 2:
        return Interval(float(value), None, None, n, clusters)
    draw = np.random.default_rng(seed)
    rows = max(1, _CHUNK // clusters)
    values = np.concatenate(
        [
            estimate(
                draw.multinomial(clusters, np.full(clusters, 1 / clusters), size).astype(float)
            )
            for size in [rows] * (resamples // rows) + [resamples % rows]
            if size
        ]
    )
    # A resample without anything to estimate from (no word in it) tells nothing.
    values = values[np.isfinite(values)]
    if not len(values):
        return Interval(float(value), None, None, n, clusters)
    tail = _tail(clusters, level)
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(float(value), float(low), float(high), n, clusters)


def _tail(clusters: int, level: float) -> float:
    """The share of resamples to leave out at each end.

    A mean of few is distributed as Student's t says, and a resample varies less than a sample by
    (n - 1) / n; percentiles alone allow for neither.
    """
    from scipy.special import ndtr, stdtrit  # normal distribution; quantile of Student's t

    reach = stdtrit(clusters - 1, (1 + level) / 2) * np.sqrt(clusters / (clusters - 1))
    return float(ndtr(-reach))


def _rows_of(clusters: Sequence[Hashable], names: Sequence[Hashable]) -> NDArray[np.intp]:
    """Position of each cluster in `names`; -1 where it is not there."""
    place = {name: i for i, name in enumerate(names)}
    return np.array([place.get(cluster, -1) for cluster in clusters], dtype=np.intp)


def _divide(total: Floats, count: Floats) -> Floats:
    return np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
