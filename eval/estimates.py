"""Estimates over samples, as functions of the weight of each cluster.

A cluster is a group of similar samples: those of one video, document or problem. Since an estimate
is a function of weights, all leave-one-cluster-out estimates are computed at once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Estimate = Callable[[Floats], Floats]  # weights (rows, clusters) to values (rows,)

_CHUNK = 4_000_000  # numbers in memory at once


@dataclass(frozen=True)
class Ratio:
    """A mean or a share: the sum of `total` over the sum of `count`, a row per sample.

    A mean over samples has count 1; fillers per word has both numbers.

    Attributes:
        most: of a share, the largest ratio it can have: 1, or 100 for percent. None: it has no
            limit.
    """

    total: Floats
    count: Floats
    clusters: tuple[Hashable, ...]
    most: float | None = None

    @property
    def n(self) -> int:
        return round(float(self.count.sum()))

    def with_data(self) -> list[Hashable]:
        """The clusters that have data, in order."""
        counted = self.count > 0
        return list(
            dict.fromkeys(c for c, has_data in zip(self.clusters, counted, strict=True) if has_data)
        )

    def by_cluster(self, names: Sequence[Hashable]) -> Estimate:
        """The estimate as a function of the weights of these clusters."""
        rows = _rows_of(self.clusters, names)
        total = np.bincount(rows[rows >= 0], self.total[rows >= 0], len(names))
        count = np.bincount(rows[rows >= 0], self.count[rows >= 0], len(names))
        return lambda weights: _divide(weights @ total, weights @ count)


@dataclass(frozen=True)
class Separation:
    """How well a score separates right from wrong: the area under the ROC curve, 0.5 by chance.

    This is the share of (right, wrong) pairs in which the right one scores higher; ties count half.
    """

    scores: Floats
    right: NDArray[np.bool_]
    clusters: tuple[Hashable, ...]
    most: float = 1.0

    @property
    def n(self) -> int:
        return int(self.right.sum())

    def with_data(self) -> list[Hashable]:
        """The clusters that have data, in order."""
        return list(dict.fromkeys(self.clusters))

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
            parts = []
            for part in np.array_split(weights, max(1, weights.shape[0] * len(rows) // _CHUNK)):
                each = part[:, rows]
                # Equal scores form one group, within which every pair is a tie.
                up = np.add.reduceat(each * right, starts, axis=1)
                down = np.add.reduceat(each * ~right, starts, axis=1)
                below = np.cumsum(down, axis=1) - down
                won = (up * (below + down / 2)).sum(axis=1)
                parts.append(_divide(won, up.sum(axis=1) * down.sum(axis=1)))
            return np.concatenate(parts)

        return estimate


Statistic = Ratio | Separation


def ratio(
    total: ArrayLike,
    clusters: Sequence[Hashable],
    count: ArrayLike | None = None,
    most: float | None = None,
) -> Ratio:
    """A `Ratio`; without `count`, the mean of `total`."""
    totals = np.asarray(total, dtype=np.float64)
    counts = np.ones_like(totals) if count is None else np.asarray(count, dtype=np.float64)
    if not len(totals) == len(counts) == len(clusters):
        raise ValueError(f"{len(totals)} totals, {len(counts)} counts, {len(clusters)} clusters")
    return Ratio(totals, counts, tuple(clusters), most)


def separation(scores: ArrayLike, right: ArrayLike, clusters: Sequence[Hashable]) -> Separation:
    """A `Separation` from scores, whether each belongs to a right pair, and their clusters."""
    values, is_right = np.asarray(scores, dtype=np.float64), np.asarray(right, dtype=np.bool_)
    if not len(values) == len(is_right) == len(clusters):
        raise ValueError(f"{len(values)} scores, {len(is_right)} labels, {len(clusters)} clusters")
    return Separation(values, is_right, tuple(clusters))


def area_under_curve(scores: ArrayLike, right: ArrayLike) -> float:
    """The area under the ROC curve alone; NaN if either class is empty."""
    labels = np.asarray(right, dtype=np.bool_)
    alone = separation(scores, labels, [0] * len(labels))
    return float(alone.by_cluster([0])(np.ones((1, 1)))[0])


def _rows_of(clusters: Sequence[Hashable], names: Sequence[Hashable]) -> NDArray[np.intp]:
    """The position of each cluster in `names`; -1 if it is missing."""
    place = {name: i for i, name in enumerate(names)}
    return np.array([place.get(cluster, -1) for cluster in clusters], dtype=np.intp)


def _divide(total: Floats, count: Floats) -> Floats:
    return np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
