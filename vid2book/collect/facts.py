"""The rows that the ledger returns."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Part = Literal["metadata", "captions", "media", "length"]
# done
# gone: for good
# refused: by robots.txt or terms of use, which each run checks again
# closed: by the site's answer; asked again only with `--again`
# late: the next run tries again
Status = Literal["done", "gone", "refused", "closed", "late"]

UNANSWERED = ("refused", "closed", "gone", "late")  # states of a query without an answer
_FORBIDDEN = ("robots.txt", "terms of use", "reserved rights")


class Find(NamedTuple):
    """A query that found a candidate. `point` is empty if the query was for no point."""

    key: str
    source: str
    query: str
    point: str
    rank: int


class PartRow(NamedTuple):
    """What became of a part of a candidate."""

    status: Status
    reason: str
    result: dict[str, Any]

    @property
    def stage(self) -> str:
        """What stood in the way, in the words of `outcomes.Unfetched`."""
        return str(self.result.get("by") or {"gone": "not there"}.get(self.status, "not answered"))

    @property
    def is_forbidden(self) -> bool:
        """Whether machines are forbidden to have it; then it gets no row in the manifest."""
        return self.stage in _FORBIDDEN


class Verdict(NamedTuple):
    """A decision on a candidate, the stage that made it, and the number that decided it."""

    key: str
    stage: str
    kept: bool
    reason: str
    score: float | None = None
    threshold: float | None = None
    point: str = ""
