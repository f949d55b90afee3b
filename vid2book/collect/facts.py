"""What the ledger keeps: the rows that its readers get."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Part = Literal["metadata", "captions", "media"]
# done; gone for good; refused to machines; late: worth another try in the next run
Status = Literal["done", "gone", "refused", "late"]

UNANSWERED = ("refused", "gone", "late")  # states of a query that gave nothing


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


class Verdict(NamedTuple):
    """What was decided on a candidate, by which stage, and the number that decided it."""

    key: str
    stage: str
    kept: bool
    reason: str
    score: float | None = None
    threshold: float | None = None
    point: str = ""
