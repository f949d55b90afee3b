"""Stretches of time: (start, end) in seconds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

Span = tuple[float, float]


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time as non-overlapping spans, in order."""
    joined: list[Span] = []
    for start, end in sorted(span for span in spans if span[1] > span[0]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def length(spans: Sequence[Span]) -> float:
    """The total length of non-overlapping spans, in seconds."""
    return sum(end - start for start, end in spans)


def holds(spans: Sequence[Span], time: float) -> bool:
    """Whether a moment lies in one of the spans, which come from `union`."""
    place = bisect_right(spans, (time, float("inf"))) - 1
    return place >= 0 and spans[place][0] <= time <= spans[place][1]
