"""All decisions on all candidates, worked out from the facts in the ledger."""

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
from .review import Embed, Relevance, Reviewed, graded, length_note, rule, same_video
from .taxonomy import KnowledgePoint

_FINAL = {"done", "gone", "closed"}  # what the next run does not try again


@dataclass
class Decided:
    """What follows from the facts.

    Attributes:
        verdicts: of each candidate up to the first that turns it down.
        usable: candidates that were chosen and asked for, by key: the rows of the manifest.
        learn: promising, and little known.
        fetch: chosen.
        counts: of what was fetched.
        unanswered: candidates without an answer, which the next run asks for again.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    usable: dict[str, Reviewed] = field(default_factory=dict)
    learn: list[Reviewed] = field(default_factory=list)
    fetch: list[Reviewed] = field(default_factory=list)
    counts: Counts | None = None
    unanswered: int = 0


class Decider:
    """Decides as a plan says. Embeddings are made once for each title."""

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
        self._known: dict[tuple[str, str, str], Reviewed] = {}
        self.tried: set[tuple[Part, str]] = set()  # in this run, with the key

    def decide(self) -> Decided:
        """The decisions, which are in the ledger then."""
        made = Decided()
        metadata, media = self._ledger.parts("metadata"), self._ledger.parts("media")
        passed = self._graded(self._relevant(self._lawful(metadata, made), made), made)
        waiting = [one for one in passed if not self._settled(one, media, made)]
        made.counts = self._counts(made, media)
        taken, left = chosen(waiting, self._counts(made, media))
        parts = (media, metadata)
        made.verdicts += [_left(key, reason, parts) for key, reason in left.items()]
        for one in taken:
            (made.fetch if one.candidate.is_complete else made.learn).append(one)
            made.verdicts.append(_verdict(one, "waiting", False, "to be fetched"))
        self._ledger.decide(made.verdicts)
        return made

    def is_refused(self, candidate: Candidate) -> bool:
        """Whether the rules turn down what they let pass before it was fetched and measured."""
        return bool(rule(candidate, self._plan.review, self._ledger.length(candidate.key)))

    def _lawful(self, metadata: Mapping[str, PartRow], made: Decided) -> list[Candidate]:
        """Those that may be taken, by deny list, rules and licence, each once."""
        passed: dict[str, Candidate] = {}
        lengths = self._ledger.parts("length")
        for candidate in self._ledger.candidates():
            candidate = rights.with_grant(candidate, self._sources.get(candidate.source))
            key, length = candidate.key, lengths.get(candidate.key)
            if verdict := self._refusal(candidate, metadata.get(key), length, made):
                made.verdicts.append(verdict)
                continue
            passed[key] = candidate
            if candidate.duration is None:
                made.verdicts.append(Verdict(key, "rules", True, length_note(candidate, length)))
        copies = same_video(list(passed.values()))
        made.verdicts += [
            Verdict(key, "copy", False, f"the same title and length as {passed[first].url}")
            for key, first in copies.items()
        ]
        return [candidate for key, candidate in passed.items() if key not in copies]

    def _refusal(
        self,
        candidate: Candidate,
        metadata: PartRow | None,
        length: PartRow | None,
        made: Decided,
    ) -> Verdict | None:
        key, plan = candidate.key, self._plan
        if reason := rights.denied(candidate, plan.deny):
            return Verdict(key, "deny", False, reason)
        if metadata and metadata.status != "done" and self._is_over("metadata", key, metadata):
            made.unanswered += metadata.status == "late"
            return Verdict(key, metadata.stage, False, metadata.reason)
        if reason := rule(candidate, plan.review, length):
            return Verdict(key, "rules", False, reason)
        # Where a list tells no licence, the details may.
        is_told = candidate.license or candidate.is_complete
        reason = rights.licence_refusal(candidate, plan.licences) if is_told else ""
        return Verdict(key, "licence", False, reason) if reason else None

    def _relevant(self, candidates: Sequence[Candidate], made: Decided) -> list[Reviewed]:
        finds = self._ledger.finds()
        keys = [(c.key, c.title, c.description) for c in candidates]
        new = [i for i, key in enumerate(keys) if key not in self._known]
        asked = [[find.point for find in finds.get(keys[i][0], [])] for i in new]
        found = self._relevance.of([candidates[i] for i in new], asked)
        self._known |= {keys[i]: one for i, one in zip(new, found, strict=True)}
        review, passed = self._plan.review, []
        for key, candidate in zip(keys, candidates, strict=True):
            one = replace(self._known[key], candidate=candidate)
            least = review.min_relevance if one.was_asked else review.min_relevance_listed
            # Of some nothing is known but the page; its title comes with the details.
            is_near = one.relevance >= least or not (candidate.title or candidate.is_complete)
            name = one.point.name if one.point else "any"
            told = f"{one.relevance:.2f}{', and its title names' if one.is_named else ' to'} {name}"
            reason = told if is_near else f"{told}, and {least:g} is needed"
            made.verdicts.append(_verdict(one, "relevance", is_near, reason, one.relevance, least))
            if is_near:
                passed.append(one)
        return passed

    def _graded(self, reviewed: list[Reviewed], made: Decided) -> list[Reviewed]:
        """Those that a model lets pass. It is asked when all is known that can be."""
        known = [one for one in reviewed if one.candidate.is_complete]
        if self._chat is None or not known:
            return reviewed
        verdicts = graded(known, self._chat, self._plan.review, self._ledger)
        made.verdicts += verdicts
        refused = {verdict.key for verdict in verdicts if not verdict.kept}
        return [one for one in reviewed if one.candidate.key not in refused]

    def _settled(self, one: Reviewed, media: Mapping[str, PartRow], made: Decided) -> bool:
        """Whether there is nothing to do for it now. A row that was asked for stays, with why."""
        key = one.candidate.key
        part = media.get(key)
        if part is None:
            return False
        if not part.is_forbidden:
            made.usable[key] = one
        if not self._is_over("media", key, part):
            return False
        is_done = part.status == "done"
        made.unanswered += part.status == "late"
        stage = "fetched" if is_done else part.stage
        made.verdicts.append(_verdict(one, stage, is_done, part.reason or "fetched"))
        return True

    def _is_over(self, part: Part, key: str, row: PartRow) -> bool:
        if (part, key) in self.tried:
            return True
        if "max_gb" in row.result:  # a plan that takes larger ones is another question
            return bool(self._plan.download.max_gb <= row.result["max_gb"])
        return row.status in _FINAL

    def _counts(self, made: Decided, media: Mapping[str, PartRow]) -> Counts:
        have = [one.point for key, one in made.usable.items() if media[key].status == "done"]
        return Counts(self._plan.quotas, have)


def _left(key: str, quota: str, parts: Sequence[Mapping[str, PartRow]]) -> Verdict:
    """Of what there is no room for. What machines may not have would not be taken with room."""
    for part in (of[key] for of in parts if key in of):
        if part.is_forbidden:
            return Verdict(key, part.stage, False, part.reason)
    return Verdict(key, "quota", False, quota)


def _verdict(
    one: Reviewed,
    stage: str,
    kept: bool,
    reason: str,
    score: float | None = None,
    threshold: float | None = None,
) -> Verdict:
    point = one.point.name if one.point else ""
    return Verdict(one.candidate.key, stage, kept, reason, score, threshold, point)
