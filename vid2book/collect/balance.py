"""Balance: which candidates to fetch next, so that no subject, course or point dominates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from .plan import Quotas
from .review import ReviewedCandidate
from .taxonomy import KnowledgePoint

_LEVELS = ("subject", "course", "point")


class Counts:
    """Counts of videos by subject, course and point, compared with the quotas."""

    def __init__(self, quotas: Quotas, points: Iterable[KnowledgePoint | None] = ()) -> None:
        self._quotas = quotas
        self._of: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
        self.total = 0
        for point in points:
            self.add(point)

    def add(self, point: KnowledgePoint | None) -> None:
        self.total += 1
        for level in _LEVELS if point else ():
            self._of[level][_place(point, level)] += 1

    def full(self, point: KnowledgePoint | None) -> str:
        """Which quota leaves no room for another video of this point; empty if none."""
        if self._quotas.total is not None and self.total >= self._quotas.total:
            return f"there are {self.total} videos, as many as the plan wants"
        for level in _LEVELS if point else ():
            most = getattr(self._quotas, level)
            if most is not None and self._of[level][_place(point, level)] >= most:
                return f"the quota of its {level} is full: {_place(point, level)[-1]} ({most})"
        return ""

    def of(self, point: KnowledgePoint | None) -> int:
        return self._of["point"][_place(point, "point")] if point else 0


def chosen(
    reviewed: Sequence[ReviewedCandidate], counts: Counts
) -> tuple[list[ReviewedCandidate], dict[str, str]]:
    """Choose candidates within the quotas: poorest points first, of each the most relevant.

    Returns:
        The chosen ones in order, and by key the quota that excludes each of the others. The
        chosen ones are added to `counts`.
    """
    waiting: dict[KnowledgePoint | None, list[ReviewedCandidate]] = defaultdict(list)
    for one in sorted(reviewed, key=lambda r: -r.relevance):
        waiting[one.point].append(one)
    picked: list[ReviewedCandidate] = []
    excluded: dict[str, str] = {}
    while waiting:
        # The order of the taxonomy decides between points that have the same number.
        for point in sorted(waiting, key=counts.of):
            if reason := counts.full(point):
                excluded |= {r.candidate.key: reason for r in waiting.pop(point)}
                continue
            one = waiting[point].pop(0)
            counts.add(point)
            picked.append(one)
            if not waiting[point]:
                del waiting[point]
    return picked, excluded


def spread(points: Sequence[KnowledgePoint]) -> list[KnowledgePoint]:
    """The points ordered so that subjects take turns, and courses within each subject."""
    return _turns(points, ("subject", "course", "sub_course"))


def _turns(points: Sequence[KnowledgePoint], levels: tuple[str, ...]) -> list[KnowledgePoint]:
    if not levels:
        return list(points)
    groups: dict[str, list[KnowledgePoint]] = defaultdict(list)
    for point in points:
        groups[getattr(point, levels[0])].append(point)
    ordered = [_turns(group, levels[1:]) for group in groups.values()]
    return [point for turn in zip_longest(*ordered) for point in turn if point is not None]


def _place(point: KnowledgePoint | None, level: str) -> tuple[str, ...]:
    assert point is not None
    return {
        "subject": (point.subject,),
        "course": (point.subject, point.course),
        "point": tuple(point),
    }[level]
