"""How far a collection covers its taxonomy, and where the gaps are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .facts import UNANSWERED
from .ledger import Ledger
from .plan import Plan
from .sources.every import query_for
from .stages import words
from .taxonomy import KnowledgePoint


@dataclass(frozen=True)
class Covered:
    """What there is for a knowledge point.

    Attributes:
        videos: fetched.
        found: candidates that its query led to, or that were listed and are near to it.
        lost: why the others are not videos, in words, with their number; the most frequent first.
        unfound: why there are no candidates; empty if there are.
    """

    point: KnowledgePoint
    videos: int
    found: int
    lost: tuple[tuple[str, int], ...] = ()
    unfound: str = ""


def coverage(
    points: Sequence[KnowledgePoint], ledger: Ledger, plan: Plan
) -> tuple[list[Covered], Counter[str]]:
    """A line for each point, in the order of the taxonomy; and the candidates that belong to none
    of the points, by what turned them down.

    A candidate belongs to the point that it was found to be near to. One that was turned down
    before that belongs to each point whose query led to it.
    """
    decisions, asked = ledger.decisions(), ledger.finds()
    near = {v.key: v.point for v in decisions if v.stage == "relevance" and v.kept}
    known = {point.name for point in points}
    last = {verdict.key: verdict for verdict in decisions}
    found: Counter[str] = Counter()
    videos: Counter[str] = Counter()
    lost: dict[str, Counter[str]] = defaultdict(Counter)
    unplaced: Counter[str] = Counter()
    for key, verdict in last.items():
        is_video = verdict.kept and verdict.stage == "fetched"
        names = {near[key]} if near.get(key) else {find.point for find in asked.get(key, ())}
        for name in names & known:
            found[name] += 1
            videos[name] += is_video
            if not is_video:
                lost[name][words(verdict.stage)] += 1
        if not names & known:
            unplaced["fetched" if is_video else words(verdict.stage)] += 1
    states = {(source, query): status for source, query, status, _ in ledger.queries()}
    lines = [
        Covered(
            point,
            videos[point.name],
            found[point.name],
            tuple(lost[point.name].most_common()),
            "" if found[point.name] else _unfound(point, plan, states),
        )
        for point in points
    ]
    return lines, unplaced


def _unfound(point: KnowledgePoint, plan: Plan, states: Mapping[tuple[str, str], str]) -> str:
    """Why nothing was found for a point: nobody has it, or not all were asked that may have it."""
    told = [states.get((s.identity(), query_for(s, point)), "") for s in plan.sources]
    reasons = []
    if unanswered := sum(state in UNANSWERED for state in told):
        reasons.append(f"{unanswered} of {len(told)} sources gave no answer")
    if unasked := told.count(""):
        reasons.append(f"{unasked} of {len(told)} sources not asked yet")
    return ", ".join(reasons) or "nothing was found"
