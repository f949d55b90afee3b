"""All decisions on all candidates, derived from the facts in the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..models.chat import Chat
from . import rights
from .balance import Counts, chosen
from .candidate import Candidate
from .facts import Part, PartRow, Verdict
from .ledger import Ledger
from .plan import AnySource, Plan
from .review import (
    Embed,
    Relevance,
    ReviewedCandidate,
    grade_candidates,
    length_note,
    rule,
    same_video,
)
from .taxonomy import KnowledgePoint

_FINAL = {"done", "gone", "closed"}  # what the next run does not try again


@dataclass
class Decisions:
    """What follows from the facts in the ledger.

    Attributes:
        verdicts: of each candidate, up to the first that rejects it.
        usable: candidates that were chosen and requested, by key: the rows of the manifest.
        learn: promising candidates whose details are still unknown.
        fetch: candidates chosen for download.
        counts: how many videos were fetched, against the quotas.
        unanswered: candidates whose requests got no answer; the next run asks again.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    usable: dict[str, ReviewedCandidate] = field(default_factory=dict)
    learn: list[ReviewedCandidate] = field(default_factory=list)
    fetch: list[ReviewedCandidate] = field(default_factory=list)
    counts: Counts | None = None
    unanswered: int = 0


class Decider:
    """Decides as a plan says. Each candidate is embedded only once."""

    def __init__(
        self,
        plan: Plan,
        points: Sequence[KnowledgePoint],
        ledger: Ledger,
        embed: Embed,
        chat: Chat | None = None,
    ) -> None:
        self._plan, self._ledger, self._chat = plan, ledger, chat
        self._sources: dict[str, AnySource] = {s.title(): s for s in plan.sources}
        self._relevance = Relevance(points, embed)
        self._known: dict[tuple[str, str, str], ReviewedCandidate] = {}
        self.tried: set[tuple[Part, str]] = set()  # parts tried in this run, with their keys

    def decide(self) -> Decisions:
        """Make all decisions, and store them in the ledger."""
        result = Decisions()
        metadata, media = self._ledger.parts("metadata"), self._ledger.parts("media")
        passed = self._graded(self._relevant(self._lawful(metadata, result), result), result)
        waiting = [one for one in passed if not self._settled(one, media, result)]
        result.counts = self._counts(result, media)
        picked, over_quota = chosen(waiting, self._counts(result, media))
        parts = (media, metadata)
        result.verdicts += [_over_quota(key, reason, parts) for key, reason in over_quota.items()]
        for one in picked:
            (result.fetch if one.candidate.is_complete else result.learn).append(one)
            result.verdicts.append(_verdict(one, "waiting", False, "to be fetched"))
        self._ledger.decide(result.verdicts)
        return result

    def is_refused(self, candidate: Candidate) -> bool:
        """Whether the rules reject a candidate now that it has been fetched and measured."""
        return bool(rule(candidate, self._plan.review, self._ledger.length(candidate.key)))

    def _lawful(self, metadata: Mapping[str, PartRow], result: Decisions) -> list[Candidate]:
        """The candidates that pass deny list, rules and licence, without copies."""
        passed: dict[str, Candidate] = {}
        lengths = self._ledger.parts("length")
        for candidate in self._ledger.candidates():
            candidate = rights.with_grant(candidate, self._sources.get(candidate.source))
            key, length = candidate.key, lengths.get(candidate.key)
            if verdict := self._refusal(candidate, metadata.get(key), length, result):
                result.verdicts.append(verdict)
                continue
            passed[key] = candidate
            if candidate.duration is None:
                result.verdicts.append(Verdict(key, "rules", True, length_note(candidate, length)))
        copies = same_video(list(passed.values()))
        result.verdicts += [
            Verdict(key, "copy", False, f"the same title and length as {passed[first].url}")
            for key, first in copies.items()
        ]
        return [candidate for key, candidate in passed.items() if key not in copies]

    def _refusal(
        self,
        candidate: Candidate,
        metadata: PartRow | None,
        length: PartRow | None,
        result: Decisions,
    ) -> Verdict | None:
        key, plan = candidate.key, self._plan
        if reason := rights.denial(candidate, plan.deny):
            return Verdict(key, "deny", False, reason)
        if metadata and metadata.status != "done" and self._is_over("metadata", key, metadata):
            result.unanswered += metadata.status == "late"
            return Verdict(key, metadata.stage, False, metadata.reason)
        if reason := rule(candidate, plan.review, length):
            return Verdict(key, "rules", False, reason)
        # If a list states no licence, the details may.
        is_known = candidate.license or candidate.is_complete
        reason = rights.licence_refusal(candidate, plan.licences) if is_known else ""
        return Verdict(key, "licence", False, reason) if reason else None

    def _relevant(
        self, candidates: Sequence[Candidate], result: Decisions
    ) -> list[ReviewedCandidate]:
        finds = self._ledger.finds()
        keys = [(c.key, c.title, c.description) for c in candidates]
        new = [i for i, key in enumerate(keys) if key not in self._known]
        points = [[find.point for find in finds.get(keys[i][0], [])] for i in new]
        reviewed = self._relevance.of([candidates[i] for i in new], points)
        self._known |= {keys[i]: one for i, one in zip(new, reviewed, strict=True)}
        review, passed = self._plan.review, []
        for key, candidate in zip(keys, candidates, strict=True):
            one = replace(self._known[key], candidate=candidate)
            least = review.min_relevance if one.was_asked else review.min_relevance_listed
            # For some, only the page is known; the title comes with the details.
            is_near = one.relevance >= least or not (candidate.title or candidate.is_complete)
            name = one.point.name if one.point else "any"
            nearness = (
                f"{one.relevance:.2f}{', and its title names' if one.is_named else ' to'} {name}"
            )
            reason = nearness if is_near else f"{nearness}, and {least:g} is needed"
            result.verdicts.append(
                _verdict(one, "relevance", is_near, reason, one.relevance, least)
            )
            if is_near:
                passed.append(one)
        return passed

    def _graded(
        self, reviewed: list[ReviewedCandidate], result: Decisions
    ) -> list[ReviewedCandidate]:
        """The candidates that the model passes; it grades only those with complete details."""
        complete = [one for one in reviewed if one.candidate.is_complete]
        if self._chat is None or not complete:
            return reviewed
        verdicts = grade_candidates(complete, self._chat, self._plan.review, self._ledger)
        result.verdicts += verdicts
        refused = {verdict.key for verdict in verdicts if not verdict.kept}
        return [one for one in reviewed if one.candidate.key not in refused]

    def _settled(
        self, one: ReviewedCandidate, media: Mapping[str, PartRow], result: Decisions
    ) -> bool:
        """Whether it needs no work now. Once requested, it keeps its row even if it failed."""
        key = one.candidate.key
        part = media.get(key)
        if part is None:
            return False
        if not part.is_forbidden:
            result.usable[key] = one
        if not self._is_over("media", key, part):
            return False
        is_done = part.status == "done"
        result.unanswered += part.status == "late"
        stage = "fetched" if is_done else part.stage
        result.verdicts.append(_verdict(one, stage, is_done, part.reason or "fetched"))
        return True

    def _is_over(self, part: Part, key: str, row: PartRow) -> bool:
        if (part, key) in self.tried:
            return True
        if "max_gb" in row.result:  # a larger limit in the plan makes it worth another try
            return bool(self._plan.download.max_gb <= row.result["max_gb"])
        return row.status in _FINAL

    def _counts(self, result: Decisions, media: Mapping[str, PartRow]) -> Counts:
        points = [one.point for key, one in result.usable.items() if media[key].status == "done"]
        return Counts(self._plan.quotas, points)


def _over_quota(key: str, quota: str, parts: Sequence[Mapping[str, PartRow]]) -> Verdict:
    """The verdict on a candidate over quota; one forbidden to machines is refused as such."""
    for part in (of[key] for of in parts if key in of):
        if part.is_forbidden:
            return Verdict(key, part.stage, False, part.reason)
    return Verdict(key, "quota", False, quota)


def _verdict(
    one: ReviewedCandidate,
    stage: str,
    kept: bool,
    reason: str,
    score: float | None = None,
    threshold: float | None = None,
) -> Verdict:
    point = one.point.name if one.point else ""
    return Verdict(one.candidate.key, stage, kept, reason, score, threshold, point)
