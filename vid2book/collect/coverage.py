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
class PointCoverage:
    """What was collected for a knowledge point.

    Attributes:
        videos: how many were fetched.
        found: how many candidates its query found, or a list has that are near to it.
        lost: why other candidates did not become videos, with their number; most frequent first.
        unfound: why there are no candidates; empty if there are.
    """

    point: KnowledgePoint
    videos: int
    found: int
    lost: tuple[tuple[str, int], ...] = ()
    unfound: str = ""


def coverage(
    points: Sequence[KnowledgePoint], ledger: Ledger, plan: Plan
) -> tuple[list[PointCoverage], Counter[str]]:
    """A line for each point, in the order of the taxonomy; and counts of the candidates that belong
    to none of the points, by what rejected them.

    A candidate belongs to the point that it is relevant to. If it was rejected before that was
    determined, it belongs to each point whose query found it.
    """
    decisions, finds = ledger.decisions(), ledger.finds()
    near = {v.key: v.point for v in decisions if v.stage == "relevance" and v.kept}
    known = {point.name for point in points}
    last = {verdict.key: verdict for verdict in decisions}
    candidates: Counter[str] = Counter()
    videos: Counter[str] = Counter()
    losses: dict[str, Counter[str]] = defaultdict(Counter)
    unplaced: Counter[str] = Counter()
    for key, verdict in last.items():
        is_video = verdict.kept and verdict.stage == "fetched"
        names = {near[key]} if near.get(key) else {find.point for find in finds.get(key, ())}
        for name in names & known:
            candidates[name] += 1
            videos[name] += is_video
            if not is_video:
                losses[name][words(verdict.stage)] += 1
        if not names & known:
            unplaced["fetched" if is_video else words(verdict.stage)] += 1
    states = {(source, query): status for source, query, status, _ in ledger.queries()}
    lines = [
        PointCoverage(
            point,
            videos[point.name],
            candidates[point.name],
            tuple(losses[point.name].most_common()),
            "" if candidates[point.name] else _unfound(point, plan, states),
        )
        for point in points
    ]
    return lines, unplaced


def _unfound(point: KnowledgePoint, plan: Plan, states: Mapping[tuple[str, str], str]) -> str:
    """Why nothing was found for a point: no source has it, or some have not answered yet."""
    statuses = [states.get((s.identity(), query_for(s, point)), "") for s in plan.sources]
    reasons = []
    if unanswered := sum(state in UNANSWERED for state in statuses):
        reasons.append(f"{unanswered} of {len(statuses)} sources gave no answer")
    if unasked := statuses.count(""):
        reasons.append(f"{unasked} of {len(statuses)} sources not asked yet")
    return ", ".join(reasons) or "nothing was found"
