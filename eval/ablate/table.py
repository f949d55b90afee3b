"""From what runs found to a table: means, intervals, and differences from the first cell.

There are two sources of chance. Other seeds would give other models: an interval by Student's t
over the seeds' means. Other lessons would ask other things: a bootstrap over held-out videos, of
the mean over seeds. A difference is paired in both (same seed, same lesson), and is told apart from
zero only where both intervals leave zero out; with one seed there is only the second.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from ..intervals import Interval, Ratio, interval, paired_difference, ratio
from .runs import Found


@dataclass(frozen=True)
class Measure:
    """What runs are compared by."""

    name: str
    unit: str
    of: Callable[[Found], Ratio]


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds (or a difference of two), with both intervals.

    Attributes:
        value: the mean.
        by_seed: what each seed gave.
        seeds: (low, high) over seeds; None with one seed.
        lessons: (low, high) over held-out videos; None where there are too few.
    """

    value: float
    by_seed: tuple[float, ...]
    seeds: tuple[float, float] | None
    lessons: tuple[float, float] | None

    @property
    def excludes_zero(self) -> bool:
        """Whether every interval there is leaves zero out; False where there is none."""
        known = [bounds for bounds in (self.seeds, self.lessons) if bounds]
        return bool(known) and all(low > 0 or high < 0 for low, high in known)


@dataclass(frozen=True)
class Line:
    """One cell of the study."""

    cell: str
    seeds: tuple[int, ...]
    samples: tuple[int, ...]  # that each seed was trained on
    images: tuple[int, ...]
    loss_tokens: tuple[int, ...]
    estimates: dict[str, Estimate]  # by measure
    differences: dict[str, Estimate]  # from the first cell; empty in its own line


def measures(found: Found) -> list[Measure]:
    """The measures for which these runs have data."""
    listed = [Measure("held-out loss", "nats per token", _loss)]
    for shots in dict.fromkeys(answer.shots for answer in found.answers):
        listed.append(Measure(f"{shots}-shot accuracy", "%", _accuracy(shots)))
    return listed


def table(found: Mapping[str, Mapping[int, Found]]) -> list[Line]:
    """A line for each cell.

    Args:
        found: by cell and seed; every cell has the same seeds, and the first is the base.
    """
    lines: list[Line] = []
    base = next(iter(found.values()))
    listed = measures(next(iter(base.values())))
    for cell, runs in found.items():
        each = list(runs.values())
        lines.append(
            Line(
                cell=cell,
                seeds=tuple(runs),
                samples=tuple(run.samples for run in each),
                images=tuple(run.images for run in each),
                loss_tokens=tuple(run.loss_tokens for run in each),
                estimates={m.name: _mean(m, each) for m in listed},
                differences={m.name: _difference(m, each, list(base.values())) for m in listed}
                if runs is not base
                else {},
            )
        )
    return lines


def unmatched(lines: Sequence[Line]) -> list[str]:
    """In which of samples, images and loss tokens the cells differ."""
    return [
        name.replace("_", " ")
        for name in ("samples", "images", "loss_tokens")
        if len({getattr(line, name) for line in lines}) > 1
    ]


def _mean(measure: Measure, runs: Sequence[Found]) -> Estimate:
    ratios = [measure.of(run) for run in runs]
    by_seed = [_value(interval(each, resamples=1)) for each in ratios]
    return _estimate(by_seed, interval(_together(ratios)))


def _difference(measure: Measure, runs: Sequence[Found], base: Sequence[Found]) -> Estimate:
    ours, theirs = [measure.of(run) for run in runs], [measure.of(run) for run in base]
    by_seed = [
        _value(interval(one, resamples=1)) - _value(interval(other, resamples=1))
        for one, other in zip(ours, theirs, strict=True)
    ]
    return _estimate(by_seed, paired_difference(_together(ours), _together(theirs)))


def _estimate(by_seed: Sequence[float], over_lessons: Interval) -> Estimate:
    low, high = over_lessons.low, over_lessons.high
    return Estimate(
        value=fmean(by_seed),
        by_seed=tuple(by_seed),
        seeds=_student(by_seed),
        lessons=None if low is None or high is None else (low, high),
    )


def _student(values: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % interval of the mean; None for one value."""
    from scipy.stats import t

    if len(values) < 2:
        return None
    half = float(t.ppf(0.975, len(values) - 1)) * stdev(values) / math.sqrt(len(values))
    return fmean(values) - half, fmean(values) + half


def _loss(found: Found) -> Ratio:
    losses = found.losses
    return ratio(
        [loss.loss_sum for loss in losses],
        [loss.video_id for loss in losses],
        [loss.tokens for loss in losses],
    )


def _accuracy(shots: int) -> Callable[[Found], Ratio]:
    def of(found: Found) -> Ratio:
        answers = [answer for answer in found.answers if answer.shots == shots]
        return ratio([100 * a.score for a in answers], [a.video_id for a in answers])

    return of


def _together(ratios: Sequence[Ratio]) -> Ratio:
    """All seeds as one, so that a resample of the lessons is the same for all of them."""
    return ratio(
        [x for each in ratios for x in each.total],
        [x for each in ratios for x in each.clusters],
        [x for each in ratios for x in each.count],
    )


def _value(found: Interval) -> float:
    return math.nan if found.value is None else found.value
