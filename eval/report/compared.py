"""Which of two corpora is better, figure by figure, and how sure that is.

Two differences: over the videos that both have, where what makes a video easy or hard does not
count, and between whole corpora, where videos that only one has count too. The first sees what was
done to a video, the second also which videos were dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from ..intervals import ENOUGH, LEVEL, Interval, adjusted, difference, paired_difference
from ..measures.base import Figure
from .measuring import Measured


@dataclass(frozen=True)
class Difference:
    """One figure of the first corpus minus that of the second.

    Attributes:
        adjusted: the p value, corrected for all comparisons of the report; None if nothing
            differs in any video, so that nothing is tested.
        verdict: "first", "second" (which is better), "differs" (of a figure that judges nothing),
            or None: the interval holds zero, the corrected p value is too large, or fewer than
            five videos have data.
    """

    figure: Figure
    interval: Interval
    adjusted: float | None = None
    verdict: str | None = None


@dataclass(frozen=True)
class Compared:
    """Two corpora. A figure that one of them lacks, or that two scorers gave, is left out.

    Attributes:
        shared: videos that both have.
        paired: over the shared videos with data; empty if there are none.
        whole: over all videos of each.
    """

    first: str
    second: str
    shared: int
    paired: dict[str, Difference]
    whole: dict[str, Difference]


def compare(corpora: Sequence[Measured]) -> tuple[tuple[Compared, ...], int]:
    """Every two corpora, and how many comparisons the verdicts are corrected for."""
    found = [_compare(one, other) for one, other in combinations(corpora, 2)]
    each = [d for pair in found for d in (*pair.paired.values(), *pair.whole.values())]
    # The same difference is compared once, and what differs in no video is not compared.
    tested = list(dict.fromkeys(d for d in each if d.interval.value or d.interval.error))
    ps = dict(zip(tested, adjusted([d.interval.p for d in tested]), strict=True))
    judged = tuple(
        replace(pair, paired=_judged(pair.paired, ps), whole=_judged(pair.whole, ps))
        for pair in found
    )
    return judged, len(tested)


def _compare(one: Measured, other: Measured) -> Compared:
    paired: dict[str, Difference] = {}
    whole: dict[str, Difference] = {}
    for name, first in one.results.items():
        second = other.results[name]
        if first.statistic is None or second.statistic is None or first.scorer != second.scorer:
            continue
        whole[name] = Difference(first.figure, difference(first.statistic, second.statistic))
        of_shared = paired_difference(first.statistic, second.statistic)
        if of_shared.value is not None:
            paired[name] = Difference(first.figure, of_shared)
    return Compared(one.name, other.name, len(one.videos & other.videos), paired, whole)


def _judged(
    differences: Mapping[str, Difference], ps: Mapping[Difference, float | None]
) -> dict[str, Difference]:
    found = {}
    for name, given in differences.items():
        p = ps.get(given)
        found[name] = replace(given, adjusted=p, verdict=_verdict(given, p))
    return found


def _verdict(given: Difference, p: float | None) -> str | None:
    found = given.interval
    if p is None or p >= 1 - LEVEL or not found.excludes_zero or found.clusters < ENOUGH:
        return None
    if given.figure.better == "neither":
        return "differs"
    above = (found.value or 0) > 0
    return "first" if above == (given.figure.better == "higher") else "second"
