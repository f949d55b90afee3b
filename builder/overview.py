"""What a corpus is about and how long its videos are, as small tables for its card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple, TypeVar

from vid2book.records import Outcome

from .logs import hours
from .markdown import line

_MOST_TOPICS = 20  # rows; the table `videos` has all topics
_LENGTHS = (1, 5, 10, 20, 40, 60)  # minutes

K = TypeVar("K", bound=Hashable)


class Row(NamedTuple):
    """A row of such a table."""

    names: tuple[str, ...]
    videos: int
    hours: float
    samples: int


def topics(outcomes: Iterable[Outcome]) -> list[Row]:
    """Rows by subject and course, the most hours first; none if no video has either."""
    groups = _grouped(outcomes, lambda outcome: (outcome.video.subject, outcome.video.course))
    if not any(map(any, groups)):
        return []
    ranked = sorted(groups.items(), key=lambda item: (-hours(item[1]), item[0]))
    rows = [
        _row((line(subject) or "not stated", line(course)), group)
        for (subject, course), group in ranked[:_MOST_TOPICS]
    ]
    if rest := ranked[_MOST_TOPICS:]:
        others = [outcome for _, group in rest for outcome in group]
        rows.append(_row((f"{len(rest):,} others", ""), others))
    return rows


def lengths(outcomes: Iterable[Outcome]) -> list[Row]:
    """Rows by the length of the videos, the shortest first."""
    groups = _grouped(outcomes, lambda o: sum(o.duration >= 60 * edge for edge in _LENGTHS))
    return [_row((_length(place),), groups[place]) for place in sorted(groups)]


def _length(place: int) -> str:
    if place == 0:
        return f"under {_LENGTHS[0]} min"
    if place == len(_LENGTHS):
        return f"{_LENGTHS[-1]} min and more"
    return f"{_LENGTHS[place - 1]} to {_LENGTHS[place]} min"


def _grouped(outcomes: Iterable[Outcome], key: Callable[[Outcome], K]) -> dict[K, list[Outcome]]:
    groups = defaultdict[K, list[Outcome]](list)
    for outcome in outcomes:
        groups[key(outcome)].append(outcome)
    return groups


def _row(names: tuple[str, ...], outcomes: list[Outcome]) -> Row:
    return Row(names, len(outcomes), hours(outcomes), sum(outcome.samples for outcome in outcomes))
