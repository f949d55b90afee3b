"""What the ledger keeps: the rows that its readers get."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Part = Literal["metadata", "captions", "media", "length"]
# done
# gone: for good
# refused: by robots.txt or terms of use, which each run looks at again
# closed: by an answer of the site; it is asked again with `--again` alone
# late: worth another try in the next run
Status = Literal["done", "gone", "refused", "closed", "late"]

UNANSWERED = ("refused", "closed", "gone", "late")  # states of a query that gave nothing
_FORBIDDEN = ("robots.txt", "terms of use", "reserved rights")


class Find(NamedTuple):
    """That a query led to a candidate. `point` is empty where nobody asked for one."""

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
        """What stood in the way of asking, in the words of `outcomes.Unfetched`."""
        return str(self.result.get("by") or {"gone": "not there"}.get(self.status, "not answered"))

    @property
    def is_forbidden(self) -> bool:
        """Whether a machine may not have it; then it is no row of the manifest."""
        return self.stage in _FORBIDDEN


class Verdict(NamedTuple):
    """What was decided on a candidate, by which stage, and the number that decided it."""

    key: str
    stage: str
    kept: bool
    reason: str
    score: float | None = None
    threshold: float | None = None
    point: str = ""
