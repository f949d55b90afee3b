"""From the results of runs to a table: means, intervals, and differences from the first cell.

There are two sources of chance. Other seeds would give other models, hence Student's t over the
seeds' means. Other lessons would ask other questions, hence a jackknife over held-out lessons, of
the mean over seeds. Differences are paired in both (same seed, same lesson). A difference counts
only if both intervals exclude zero, it survives the correction for all differences of the study,
and there are at least ten lessons. With one seed there is only the second interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from ..estimates import Ratio, ratio
from ..intervals import LEVEL, Interval, adjusted, interval, paired_difference
from .runs import TASK, RunResult

FEWEST_LESSONS = 10


@dataclass(frozen=True)
class Measure:
    """A quantity by which runs are compared; `decides` is False if it only describes."""

    name: str
    unit: str
    of: Callable[[RunResult], Ratio]
    decides: bool = True


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds (or a difference of two), with both intervals.

    Attributes:
        value: the mean.
        by_seed: the value of each seed.
        seeds: (low, high) over seeds; None with one seed.
        lessons: (low, high) over held-out lessons; None if there are too few.
        asked: number of lessons with data.
        p: of a difference: the larger of the p values over seeds and over lessons.
        adjusted: `p`, corrected for all differences of the study.
        effect: of a difference: in standard deviations between lessons.
        detectable: of a difference: the smallest that these seeds and lessons would reveal four
            times in five.
    """

    value: float
    by_seed: tuple[float, ...]
    seeds: tuple[float, float] | None
    lessons: tuple[float, float] | None
    asked: int
    p: float | None = None
    adjusted: float | None = None
    effect: float | None = None
    detectable: float | None = None

    @property
    def excludes_zero(self) -> bool:
        """Whether all existing intervals exclude zero; False if there is none."""
        known = [bounds for bounds in (self.seeds, self.lessons) if bounds]
        return bool(known) and all(low > 0 or high < 0 for low, high in known)

    @property
    def stands(self) -> bool:
        """Whether a difference is significant."""
        corrected = self.adjusted is not None and self.adjusted < 1 - LEVEL
        return self.excludes_zero and corrected and self.asked >= FEWEST_LESSONS


@dataclass(frozen=True)
class Line:
    """One cell of the study."""

    cell: str
    seeds: tuple[int, ...]
    samples: tuple[int, ...]  # number per seed
    images: tuple[int, ...]
    loss_tokens: tuple[int, ...]
    steps: tuple[int, ...]
    offered: int | None  # samples in the cell's corpus; None: on the Hub, not counted
    used: int | None  # of these, how many were trained on
    asked: dict[str, dict[str, int]]  # lessons, samples and tokens of each held-out set
    estimates: dict[str, Estimate]  # by measure
    differences: dict[str, Estimate]  # from the first cell; empty in its own line


def measures(result: RunResult) -> list[Measure]:
    """The measures for which these runs have data."""
    listed = [Measure("held-out loss", "nats per token", _loss())]
    if len(result.parts) > 1:
        listed += [
            Measure(f"loss on {name}", "nats per token", _loss(name), decides=False)
            for name in result.parts
        ]
    for task, shots in dict.fromkeys((answer.task, answer.shots) for answer in result.answers):
        prefix = "" if task == TASK else f"{task}, "
        listed.append(Measure(f"{prefix}{shots}-shot accuracy", "%", _accuracy(task, shots)))
    return listed


def table(results: Mapping[str, Mapping[int, RunResult]]) -> list[Line]:
    """A line for each cell.

    Args:
        results: by cell and seed; all cells have the same seeds, and the first is the base.
    """
    lines: list[Line] = []
    base = next(iter(results.values()))
    listed = measures(next(iter(base.values())))
    for cell, runs in results.items():
        each = list(runs.values())
        lines.append(
            Line(
                cell=cell,
                seeds=tuple(runs),
                samples=tuple(run.samples for run in each),
                images=tuple(run.images for run in each),
                loss_tokens=tuple(run.loss_tokens for run in each),
                steps=tuple(run.steps for run in each),
                offered=each[0].offered,
                used=max((run.used for run in each if run.used is not None), default=None),
                asked={name: _held_out_size(each[0], name) for name in each[0].parts},
                estimates={m.name: _mean(m, each) for m in listed},
                differences={m.name: difference(m, [runs], [base]) for m in listed}
                if runs is not base
                else {},
            )
        )
    return _corrected(lines, [m.name for m in listed if m.decides])


def comparisons(lines: Sequence[Line]) -> int:
    """How many differences the verdicts are corrected for."""
    return sum(d.adjusted is not None for line in lines for d in line.differences.values())


def unmatched(lines: Sequence[Line]) -> list[str]:
    """Which of samples, images and loss tokens differ between the cells."""
    return [
        name.replace("_", " ")
        for name in ("samples", "images", "loss_tokens")
        if len({getattr(line, name) for line in lines}) > 1
    ]


def _held_out_size(result: RunResult, part: str) -> dict[str, int]:
    losses = result.losses_of(part)
    return {
        "lessons": len({loss.video_id for loss in losses}),
        "samples": len(losses),
        "tokens": sum(loss.tokens for loss in losses),
    }


def _corrected(lines: Sequence[Line], deciding: Sequence[str]) -> list[Line]:
    """The lines with corrected p values for their differences."""
    places = [
        (i, name) for i, line in enumerate(lines) for name in deciding if name in line.differences
    ]
    ps = adjusted([lines[i].differences[name].p for i, name in places])
    by_place = dict(zip(places, ps, strict=True))
    return [
        replace(
            line,
            differences={
                name: replace(difference, adjusted=by_place.get((i, name)))
                for name, difference in line.differences.items()
            },
        )
        for i, line in enumerate(lines)
    ]


def _mean(measure: Measure, runs: Sequence[RunResult]) -> Estimate:
    ratios = [measure.of(run) for run in runs]
    return _estimate([_value(interval(each)) for each in ratios], interval(_together(ratios)))


def difference(
    measure: Measure,
    cells: Sequence[Mapping[int, RunResult]],
    base: Sequence[Mapping[int, RunResult]],
) -> Estimate:
    """The mean of `cells` minus the mean of `base`; all have the same seeds."""
    ours, theirs = _by_seed(measure, cells), _by_seed(measure, base)
    by_seed = [
        _value(interval(one)) - _value(interval(other))
        for one, other in zip(ours, theirs, strict=True)
    ]
    over_lessons = paired_difference(_together(ours), _together(theirs))
    over_seeds = interval(ratio(by_seed, range(len(by_seed))))
    both = [over_lessons, over_seeds] if len(by_seed) > 1 else [over_lessons]
    ps = [estimate.p for estimate in both]
    detectable = [estimate.detectable for estimate in both]
    return replace(
        _estimate(by_seed, over_lessons),
        p=None if None in ps else max(p for p in ps if p is not None),
        effect=over_lessons.effect,
        detectable=None if None in detectable else max(d for d in detectable if d is not None),
    )


def _by_seed(measure: Measure, cells: Sequence[Mapping[int, RunResult]]) -> list[Ratio]:
    """For each seed, all cells combined into one ratio."""
    return [_together([measure.of(cell[seed]) for cell in cells]) for seed in cells[0]]


def _estimate(by_seed: Sequence[float], over_lessons: Interval) -> Estimate:
    return Estimate(
        value=fmean(by_seed),
        by_seed=tuple(by_seed),
        seeds=_bounds(interval(ratio(by_seed, range(len(by_seed))))),
        lessons=_bounds(over_lessons),
        asked=over_lessons.clusters,
    )


def _bounds(estimate: Interval) -> tuple[float, float] | None:
    return None if estimate.low is None or estimate.high is None else (estimate.low, estimate.high)


def _loss(part: str = "") -> Callable[[RunResult], Ratio]:
    def of(result: RunResult) -> Ratio:
        losses = result.losses_of(part) if part else result.losses
        return ratio(
            [loss.loss_sum for loss in losses],
            [loss.video_id for loss in losses],
            [loss.tokens for loss in losses],
        )

    return of


def _accuracy(task: str, shots: int) -> Callable[[RunResult], Ratio]:
    def of(result: RunResult) -> Ratio:
        answers = [a for a in result.answers if (a.task, a.shots) == (task, shots)]
        scores, lessons = [100 * a.score for a in answers], [a.video_id for a in answers]
        return ratio(scores, lessons, most=100.0)

    return of


def _together(ratios: Sequence[Ratio]) -> Ratio:
    """All ratios combined into one, so that a lesson is resampled in all of them at once."""
    return ratio(
        [x for each in ratios for x in each.total],
        [x for each in ratios for x in each.clusters],
        [x for each in ratios for x in each.count],
        ratios[0].most,
    )


def _value(estimate: Interval) -> float:
    return math.nan if estimate.value is None else estimate.value
