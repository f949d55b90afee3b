"""What a corpus is about, and how long its videos are, as small tables of its card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple, TypeVar

from vid2book.records import Outcome

from .logs import hours
from .markdown import line

_MOST_TOPICS = 20  # rows; `videos` has them all
_LENGTHS = (1, 5, 10, 20, 40, 60)  # minutes

K = TypeVar("K", bound=Hashable)


class Row(NamedTuple):
    """A row of such a table."""

    names: tuple[str, ...]
    videos: int
    hours: float
    samples: int


def topics(shown: Iterable[Outcome]) -> list[Row]:
    """By subject and course, the longest first; none where no video has either."""
    groups = _grouped(shown, lambda outcome: (outcome.video.subject, outcome.video.course))
    if not any(map(any, groups)):
        return []
    ranked = sorted(groups.items(), key=lambda item: (-hours(item[1]), item[0]))
    rows = [
        _row((line(subject) or "not stated", line(course)), found)
        for (subject, course), found in ranked[:_MOST_TOPICS]
    ]
    if rest := ranked[_MOST_TOPICS:]:
        others = [outcome for _, found in rest for outcome in found]
        rows.append(_row((f"{len(rest):,} others", ""), others))
    return rows


def lengths(shown: Iterable[Outcome]) -> list[Row]:
    """By how long the videos are, the shortest first."""
    groups = _grouped(shown, lambda o: sum(o.duration >= 60 * edge for edge in _LENGTHS))
    return [_row((_length(place),), groups[place]) for place in sorted(groups)]


def _length(place: int) -> str:
    if place == 0:
        return f"under {_LENGTHS[0]} min"
    if place == len(_LENGTHS):
        return f"{_LENGTHS[-1]} min and more"
    return f"{_LENGTHS[place - 1]} to {_LENGTHS[place]} min"


def _grouped(shown: Iterable[Outcome], key: Callable[[Outcome], K]) -> dict[K, list[Outcome]]:
    groups = defaultdict[K, list[Outcome]](list)
    for outcome in shown:
        groups[key(outcome)].append(outcome)
    return groups


def _row(names: tuple[str, ...], found: list[Outcome]) -> Row:
    return Row(names, len(found), hours(found), sum(outcome.samples for outcome in found))
