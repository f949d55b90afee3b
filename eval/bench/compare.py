"""Averages over tasks and differences between models, on the tasks and questions that all share.

A model is the result of one training run. The interval over questions ignores that another run of
the same recipe, with another seed, would answer differently, often by several points. So two single
models get no verdict. Two recipes do, from the runs of each (Welch's t test over runs).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import variance

from ..estimates import Ratio, ratio
from ..intervals import LEVEL, Interval, adjusted, interval, paired_difference
from .results import Cell, Run

AVERAGE = "average"

Arm = Run | Sequence[Run]
"""A model, or the models of one recipe with several seeds."""


@dataclass(frozen=True)
class Difference:
    """First minus second, in percentage points, on the questions that all runs of both answered.

    Attributes:
        first, second: names.
        task: the name of a task, or AVERAGE.
        shots: number of shots before each question.
        interval: of the mean over runs, over questions.
        runs: the same over training runs; None if a side has only one.
        adjusted: the larger of both p values, corrected for all differences of the table.
    """

    first: str
    second: str
    task: str
    shots: int
    interval: Interval
    runs: Interval | None = None
    adjusted: float | None = None

    @property
    def stands(self) -> bool:
        """Whether the recipes differ over runs and questions, corrected for all comparisons."""
        if self.runs is None or self.adjusted is None or self.adjusted >= 1 - LEVEL:
            return False
        return self.interval.excludes_zero and self.runs.excludes_zero


def shared_tasks(runs: Sequence[Run], shots: Sequence[int]) -> list[str]:
    """The tasks, other than probes, for which every run has a cell at every number of shots."""
    tasks = dict.fromkeys(cell.task for run in runs for cell in run.cells)
    return [
        task
        for task in tasks
        if "+" not in task and all(run.cell(task, k) for run in runs for k in shots)
    ]


def average(run: Run, tasks: Sequence[str], shots: int) -> Interval:
    """Mean accuracy over equally weighted tasks, in percent."""
    return interval(_mean([cell for task in tasks if (cell := run.cell(task, shots))]))


def differences(first: Arm, second: Arm) -> list[Difference]:
    """The difference for each cell that both have, then for the average over shared tasks."""
    ours, theirs = _runs(first), _runs(second)
    results = []
    both = [*ours, *theirs]
    shots = sorted({cell.shots for run in both for cell in run.cells})
    for cell in ours[0].cells:
        if sides := _shared(ours, theirs, [cell.task], cell.shots):
            results.append(_difference(ours, theirs, cell.task, cell.shots, sides))
    tasks = shared_tasks(both, shots)
    for k in shots if len(tasks) > 1 else []:
        if sides := _shared(ours, theirs, tasks, k):
            results.append(_difference(ours, theirs, AVERAGE, k, sides))
    return results


def corrected(differences: Sequence[Difference]) -> list[Difference]:
    """The differences, with p values corrected for all of those that can have a verdict."""
    ps = adjusted([_p(difference) for difference in differences])
    return [replace(difference, adjusted=p) for difference, p in zip(differences, ps, strict=True)]


def name_of(arm: Arm) -> str:
    """The models' names."""
    return ", ".join(run.model for run in _runs(arm))


def _p(difference: Difference) -> float | None:
    ps = [difference.interval.p, difference.runs.p if difference.runs else None]
    return None if None in ps else max(p for p in ps if p is not None)


def _runs(arm: Arm) -> list[Run]:
    return [arm] if isinstance(arm, Run) else list(arm)


Sides = tuple[list[list[Cell]], list[list[Cell]]]  # for each side, run and task


def _shared(
    ours: Sequence[Run], theirs: Sequence[Run], tasks: Sequence[str], shots: int
) -> Sides | None:
    """The cells of all runs, reduced to the questions that all share; None if they share none."""
    reduced: list[list[Cell]] = [[] for _ in (*ours, *theirs)]
    for task in tasks:
        cells = [run.cell(task, shots) for run in (*ours, *theirs)]
        known = [cell for cell in cells if cell is not None]
        if len(known) < len(cells):
            return None
        ids = set.intersection(*({q.id for q in cell.questions} for cell in known))
        if not ids:
            return None
        for kept, cell in zip(reduced, known, strict=True):
            questions = tuple(q for q in cell.questions if q.id in ids)
            kept.append(Cell(task, shots, questions))
    return reduced[: len(ours)], reduced[len(ours) :]


def _difference(
    ours: Sequence[Run], theirs: Sequence[Run], task: str, shots: int, sides: Sides
) -> Difference:
    one, other = (_mean([cell for run in side for cell in run]) for side in sides)
    return Difference(
        name_of(ours),
        name_of(theirs),
        task,
        shots,
        paired_difference(one, other),
        _over_runs(*([_value(run) for run in side] for side in sides)),
    )


def _over_runs(ours: Sequence[float], theirs: Sequence[float]) -> Interval | None:
    """Welch's interval for the difference of two means; None if a side has only one value."""
    from scipy.stats import ttest_ind

    if min(len(ours), len(theirs)) < 2:
        return None
    value = sum(ours) / len(ours) - sum(theirs) / len(theirs)
    runs = min(len(ours), len(theirs))
    if len(set(ours)) == len(set(theirs)) == 1:
        return Interval(value, value, value, runs, runs, 0.0)
    test = ttest_ind(ours, theirs, equal_var=False)
    low, high = (float(end) for end in test.confidence_interval(LEVEL))
    error = math.sqrt(variance(ours) / len(ours) + variance(theirs) / len(theirs))
    return Interval(value, low, high, runs, runs, error, float(test.df))


def _value(cells: Sequence[Cell]) -> float:
    return interval(_mean(cells)).value or 0.0


def _mean(cells: Sequence[Cell]) -> Ratio:
    """The mean over cells of their accuracies, as a weighted mean over questions."""
    weights, values, problems = [], [], []
    for cell in cells:
        weight = 1 / len(cell.questions)
        for question in cell.questions:
            weights.append(weight)
            values.append(100 * weight * question.value)
            problems.append((cell.task, question.problem))
    return ratio(values, problems, weights, most=100.0)
