"""How far a collection covers its taxonomy, and where the gaps are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .ledger import Ledger
from .stages import words
from .taxonomy import KnowledgePoint


@dataclass(frozen=True)
class Covered:
    """What there is for a knowledge point.

    Attributes:
        videos: fetched.
        found: candidates that its query led to, or that are nearest to it.
        lost: what turned most of them down, in words; empty if nothing did.
    """

    point: KnowledgePoint
    videos: int
    found: int
    lost: str


def coverage(points: Sequence[KnowledgePoint], ledger: Ledger) -> list[Covered]:
    """A line for each point, in the order of the taxonomy."""
    last = {verdict.key: verdict for verdict in ledger.decisions()}
    named = {verdict.key: verdict.point for verdict in ledger.decisions() if verdict.point}
    found: Counter[str] = Counter()
    videos: Counter[str] = Counter()
    lost: dict[str, Counter[str]] = defaultdict(Counter)
    asked = ledger.finds()
    for key, verdict in last.items():
        is_video = verdict.kept and verdict.stage == "fetched"
        names = {named[key]} if key in named else {find.point for find in asked.get(key, ())}
        for name in names:
            found[name] += 1
            videos[name] += is_video
            if not verdict.kept and verdict.stage != "waiting":
                lost[name][words(verdict.stage)] += 1
    return [
        Covered(
            point,
            videos[point.name],
            found[point.name],
            lost[point.name].most_common(1)[0][0] if lost[point.name] else "",
        )
        for point in points
    ]
