"""How well a measure separates lecture speech from each other kind of text: the AUC.

The AUC is the chance that a lecture passage gets a better value than a passage of the other kind
(0.5: it cannot tell; below: it is misled). validation.json has the figures of the measures that
ship; benchmarks/density.py writes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from ..intervals import area_under_curve
from .labelled import LECTURE, OTHERS, Passage

_Z = 1.96  # 95%
_STEPS = 60  # of bisection


class Auc(NamedTuple):
    value: float
    low: float
    high: float
    lectures: int
    others: int


def validate(
    score: Callable[[Sequence[str]], list[float]],
    better: Literal["higher", "lower", "neither"],
    passages: Sequence[Passage],
) -> dict[str, Auc]:
    """The AUC of lectures against each other kind that the passages have.

    Args:
        score: the measure, from texts to values.
        better: which values indicate lectures; "neither" is treated as "higher".
        passages: labelled passages, including lectures.

    Raises:
        ModuleNotFoundError: the measure needs a package that is missing.
    """
    sign = -1.0 if better == "lower" else 1.0
    by_kind: dict[str, list[float]] = {}
    for passage, value in zip(passages, score([p.text for p in passages]), strict=True):
        by_kind.setdefault(passage.kind, []).append(sign * value)
    return {kind: auc(by_kind[LECTURE], by_kind[kind]) for kind in OTHERS if kind in by_kind}


def auc(lectures: Sequence[float], others: Sequence[float]) -> Auc:
    """The area under the ROC curve with a score interval, which has a width even at 1.

    Interval: method 5 of Newcombe, "Confidence intervals for an effect size measure based on the
    Mann-Whitney statistic, part 2", Statistics in Medicine 25(4), 2006.
    """
    right = [True] * len(lectures) + [False] * len(others)
    value = area_under_curve([*lectures, *others], right)
    low = _bound(value, 0.0, len(lectures), len(others))
    high = _bound(value, 1.0, len(lectures), len(others))
    return Auc(value, low, high, len(lectures), len(others))


def _bound(value: float, end: float, lectures: int, others: int) -> float:
    """The point between `value` and `end` whose distance from `value` chance just explains."""
    inside, outside = value, end
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        far = abs(middle - value) > _Z * _deviation(middle, lectures, others)
        inside, outside = (inside, middle) if far else (middle, outside)
    return inside


def _deviation(area: float, lectures: int, others: int) -> float:
    """The standard deviation of an estimated area, by Hanley and McNeil (1982), with equal class
    sizes inside."""
    half = (lectures + others) / 2 - 1
    spread = 1 + half * ((1 - area) / (2 - area) + area / (1 + area))
    return float((area * (1 - area) * spread / (lectures * others)) ** 0.5)


@cache
def published() -> Mapping[str, Any]:
    """{measure: {"scorer", "written": {kind: [auc, low, high]}, "recorded": the same}}."""
    content: Mapping[str, Any] = json.loads(
        (files(__package__) / "validation.json").read_text("utf-8")
    )
    return content
