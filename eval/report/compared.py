"""Which of two corpora is better, figure by figure, and how certain that is.

There are two differences. One is over the videos that both have, so it does not matter whether a
video is easy or hard; it shows what was done to the videos. The other is between whole corpora,
including videos that only one has; it also shows which videos were dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from ..intervals import (
    ENOUGH,
    LEVEL,
    Interval,
    adjusted,
    difference,
    paired_difference,
    with_width,
    within,
)
from ..measures.base import Figure
from .measuring import MeasuredCorpus


@dataclass(frozen=True)
class Difference:
    """One figure of the first corpus minus that of the second.

    Attributes:
        adjusted: the p value, corrected for all comparisons of the report; None if no video
            differs, so there is nothing to test.
        verdict: "first" or "second" (which is better), "differs" (for a figure that only
            describes), or None: the interval includes zero, the corrected p value is too large,
            or fewer than five videos have data.
    """

    figure: Figure
    interval: Interval
    adjusted: float | None = None
    verdict: str | None = None

    @property
    def detectable(self) -> float | None:
        """The smallest difference that these videos would reveal four times in five.

        None if nothing can be told about others, or no difference of the figure could be so large.
        """
        found = self.interval.detectable
        return found if found and found <= self.figure.width else None


@dataclass(frozen=True)
class Comparison:
    """Two corpora compared. Figures that one lacks, or with different scorers, are left out.

    Attributes:
        shared: videos that both have.
        paired: differences over the shared videos with data; empty if there are none.
        whole: differences over all videos of each.
    """

    first: str
    second: str
    shared: int
    paired: dict[str, Difference]
    whole: dict[str, Difference]


def compare(corpora: Sequence[MeasuredCorpus]) -> tuple[tuple[Comparison, ...], int]:
    """Compare every two corpora; also return how many comparisons verdicts are corrected for."""
    pairs = [_compare(one, other) for one, other in combinations(corpora, 2)]
    each = [d for pair in pairs for d in (*pair.paired.values(), *pair.whole.values())]
    # Equal differences are tested once; those without a differing video are not tested.
    tested = list(dict.fromkeys(d for d in each if d.interval.value or d.interval.error))
    ps = dict(zip(tested, adjusted([d.interval.p for d in tested]), strict=True))
    judged = tuple(
        replace(pair, paired=_judged(pair.paired, ps), whole=_judged(pair.whole, ps))
        for pair in pairs
    )
    return judged, len(tested)


def _compare(one: MeasuredCorpus, other: MeasuredCorpus) -> Comparison:
    paired: dict[str, Difference] = {}
    whole: dict[str, Difference] = {}
    for name, first in one.results.items():
        second = other.results[name]
        if first.statistic is None or second.statistic is None or first.scorer != second.scorer:
            continue
        figure = first.figure
        whole[name] = _possible(figure, difference(first.statistic, second.statistic))
        of_shared = paired_difference(first.statistic, second.statistic)
        if of_shared.value is not None:
            paired[name] = _possible(figure, of_shared)
    return Comparison(one.name, other.name, len(one.videos & other.videos), paired, whole)


def _possible(figure: Figure, found: Interval) -> Difference:
    return Difference(figure, within(with_width(found), -figure.width, figure.width))


def _judged(
    differences: Mapping[str, Difference], ps: Mapping[Difference, float | None]
) -> dict[str, Difference]:
    judged = {}
    for name, unjudged in differences.items():
        p = ps.get(unjudged)
        judged[name] = replace(unjudged, adjusted=p, verdict=_verdict(unjudged, p))
    return judged


def _verdict(tested: Difference, p: float | None) -> str | None:
    estimate = tested.interval
    if p is None or p >= 1 - LEVEL or not estimate.excludes_zero or estimate.clusters < ENOUGH:
        return None
    if tested.figure.better == "neither":
        return "differs"
    above = (estimate.value or 0) > 0
    return "first" if above == (tested.figure.better == "higher") else "second"
