"""Intervals and comparisons over videos, never over single samples of one video.

Samples of one video are alike, so an interval over samples would be too narrow. The standard error
comes from a jackknife over clusters, which leaves out each video once (the estimator CV3 of
MacKinnon, Nielsen and Webb, "Fast and Reliable Jackknife and Bootstrap Methods for Cluster-Robust
Inference", 2023), with Student's t and one degree of freedom less than there are clusters. It keeps
its level from five clusters on, even if they differ in size, which a percentile bootstrap does not
(`tests/eval/test_null.py`). Only clusters with data count; with a single one there is no interval.

Values between 0 and a known maximum, such as shares, get Wilson's interval for the number of
observations that would give the same standard error (Korn and Graubard, 1998). If all observations
are at one end, no error can be estimated, and each cluster counts as one observation.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import NormalDist

import numpy as np

from .estimates import Estimate, Statistic, area_under_curve, ratio, separation

__all__ = [
    "ENOUGH",
    "Interval",
    "adjusted",
    "area_under_curve",
    "detectable",
    "difference",
    "interval",
    "paired_difference",
    "ratio",
    "separation",
    "with_width",
    "within",
]

LEVEL = 0.95
ENOUGH = 5  # clusters; with fewer, all can differ in one direction by chance
_POWER = 0.8
_NORMAL = NormalDist().inv_cdf((1 + LEVEL) / 2)
_NOTHING = 1e-12  # relative to the value: an error due to rounding
_GROUPS = 1000  # if there are more clusters, they are left out in groups, to save time


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95% interval. Values are None if there is nothing to estimate from.

    Attributes:
        value: the estimate.
        low, high: ends of the interval.
        n: observations.
        clusters: videos with data; if two compared corpora share none, the smaller number.
        error: the standard error.
        freedom: degrees of freedom of the t test; None: one less than the clusters.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    clusters: int
    error: float | None = None
    freedom: float | None = None

    @property
    def excludes_zero(self) -> bool:
        """Whether a difference is significant when seen by itself."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    @cached_property
    def p(self) -> float | None:
        """Of a difference: the chance of seeing one this large if there is none (two-sided t)."""
        if self.value is None or self.error is None or self.clusters < 2:
            return None
        if self.error == 0:
            return float(self.value == 0)
        from scipy.special import stdtr  # Student's t; scipy.stats takes a second to import

        return float(2 * stdtr(self._freedom, -abs(self.value) / self.error))

    @property
    def effect(self) -> float | None:
        """Of a difference: in standard deviations of the difference between videos (Cohen's d)."""
        if self.value is None or not self.error:
            return None
        return self.value / (self.error * math.sqrt(self.clusters))

    @property
    def detectable(self) -> float | None:
        """Of a difference: the smallest that this many videos would reveal four times in five.

        Bloom, "Minimum Detectable Effects", 1995.
        """
        if self.error is None or self.clusters < 2:
            return None
        return detectable(self.error, self._freedom)

    @property
    def _freedom(self) -> float:
        return self.clusters - 1 if self.freedom is None else self.freedom

    def to_dict(self) -> dict[str, float | None]:
        """The estimate and its interval, as in result files."""
        names = ("value", "low", "high", "n", "clusters")
        return {name: getattr(self, name) for name in names}


def interval(statistic: Statistic) -> Interval:
    """The estimate, with its interval over the clusters that have data."""
    return _interval(statistic, statistic.with_data())


def paired_difference(first: Statistic, second: Statistic) -> Interval:
    """The first's estimate minus the second's, over the clusters for which both have data.

    Whether a video is easy or hard does not matter, since it is so for both.
    """
    theirs = set(second.with_data())
    names = [name for name in first.with_data() if name in theirs]
    return _difference(first, second, names, len(names))


def difference(first: Statistic, second: Statistic) -> Interval:
    """The first's estimate minus the second's, each over all of its own clusters.

    Clusters that both have are left out of both at once. The degrees of freedom are those of the
    one with fewer clusters, which is too few rather than too many.
    """
    ours, theirs = first.with_data(), second.with_data()
    names = list(dict.fromkeys([*ours, *theirs]))
    return _difference(first, second, names, min(len(ours), len(theirs)))


def adjusted(ps: Sequence[float | None]) -> list[float | None]:
    """The p values of many comparisons, corrected for their number; None stays None.

    Among the differences significant at 0.05, at most one in twenty is expected to be false
    (Benjamini and Hochberg, 1995).
    """
    values = np.array([p for p in ps if p is not None])
    order = np.argsort(values)[::-1]
    ranks = np.arange(len(values), 0, -1)
    corrected = np.empty(len(values))
    corrected[order] = np.minimum.accumulate(values[order] * len(values) / ranks)
    remaining = iter(corrected.tolist())
    return [None if p is None else next(remaining) for p in ps]


def detectable(error: float, freedom: float) -> float:
    """The smallest difference that a t test with this standard error finds four times in five."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + LEVEL) / 2) + stdtrit(freedom, _POWER)) * error


def _difference(
    first: Statistic, second: Statistic, names: Sequence[Hashable], clusters: int
) -> Interval:
    one, other = first.by_cluster(names), second.by_cluster(names)
    gap = _jackknife(lambda w: one(w) - other(w), len(names), clusters, clusters)
    if first.most is None or second.most is None or gap.value is None:
        return gap
    if gap.error or not gap.value:
        return within(gap, -second.most, first.most)
    # All videos differ equally, as 0 and 100% do: join both intervals (Newcombe 1998, method 10).
    sides = [with_width(_interval(side, names)) for side in (first, second)]
    ends = [(side.value, side.low, side.high) for side in sides]
    if any(end is None for side in ends for end in side):
        return replace(gap, low=None, high=None)
    (a, a_low, a_high), (b, b_low, b_high) = np.array(ends, dtype=float)
    low, high = -math.hypot(a - a_low, b_high - b), math.hypot(a_high - a, b - b_low)
    return within(
        replace(gap, low=gap.value + low, high=gap.value + high), -second.most, first.most
    )


def within(estimate: Interval, least: float, most: float) -> Interval:
    """The interval, clipped to values that the estimate can have: no share is above 1."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return estimate
    # By rounding, a value can itself lie a little outside.
    low = min(estimate.value, max(least, estimate.low))
    return replace(estimate, low=low, high=max(estimate.value, min(most, estimate.high)))


def with_width(estimate: Interval) -> Interval:
    """Without the interval if it has no width and comes from fewer than five clusters.

    Two equal videos do not show that a third one would be equal too.
    """
    if estimate.clusters < ENOUGH and estimate.low == estimate.high:
        return replace(estimate, low=None, high=None)
    return estimate


def _interval(statistic: Statistic, names: Sequence[Hashable]) -> Interval:
    result = _jackknife(statistic.by_cluster(names), len(names), len(names), statistic.n)
    if statistic.most is None or result.error is None:
        return result
    low, high = _wilson(result, statistic.most)
    return replace(result, low=low, high=high)


def _jackknife(estimate: Estimate, names: int, clusters: int, n: int) -> Interval:
    """An estimate with its interval by Student's t, with `clusters` - 1 degrees of freedom."""
    value = estimate(np.ones((1, names)))[0] if names else np.nan
    if not np.isfinite(value):
        return Interval(None, None, None, n, clusters)
    alone = Interval(float(value), None, None, n, clusters)
    if clusters < 2:
        return alone
    groups = min(names, _GROUPS)
    left_out = np.arange(names) % groups == np.arange(groups)[:, None]
    values = estimate(1.0 - left_out)
    if not np.isfinite(values).all():  # everything depends on one video
        return alone
    error = float(np.sqrt((groups - 1) / groups * ((values - value) ** 2).sum()))
    if error < _NOTHING * max(1.0, abs(value)):
        error = 0.0
    half = _reach(clusters) * error
    return replace(alone, low=float(value) - half, high=float(value) + half, error=error)


def _wilson(estimate: Interval, most: float) -> tuple[float, float]:
    """The ends of Wilson's interval, for a value between 0 and `most`."""
    assert estimate.value is not None and estimate.error is not None
    share, error = min(1.0, max(0.0, estimate.value / most)), estimate.error / most
    if min(share, 1 - share) < _NOTHING:
        size, reach = float(estimate.clusters), _NORMAL
    elif error == 0:
        return estimate.value, estimate.value
    else:
        size, reach = share * (1 - share) / error**2, _reach(estimate.clusters)
    spread = reach**2 / size
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return max(0.0, middle - half) * most, min(1.0, middle + half) * most


def _reach(clusters: int) -> float:
    """How many standard errors the interval extends to either side."""
    from scipy.special import stdtrit

    return float(stdtrit(clusters - 1, (1 + LEVEL) / 2))
