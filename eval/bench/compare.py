"""Averages over tasks and differences between models, only of what all of them have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..estimates import Ratio, ratio
from ..intervals import Interval, interval, paired_difference
from .results import Cell, Run

AVERAGE = "average"


@dataclass(frozen=True)
class Difference:
    """The first model minus the second on the questions that both answered, in percent points."""

    first: str
    second: str
    task: str
    shots: int
    interval: Interval


def shared_tasks(runs: Sequence[Run], shots: Sequence[int]) -> list[str]:
    """The tasks, other than probes, of which every run has a cell at every number of shots."""
    tasks = dict.fromkeys(cell.task for run in runs for cell in run.cells)
    return [
        task
        for task in tasks
        if "+" not in task and all(run.cell(task, k) for run in runs for k in shots)
    ]


def average(run: Run, tasks: Sequence[str], shots: int) -> Interval:
    """Mean accuracy over tasks, each counting the same, in percent."""
    return interval(_mean([cell for task in tasks if (cell := run.cell(task, shots))]))


def differences(first: Run, second: Run) -> list[Difference]:
    """Per cell that both have, then of the average over the tasks that both have throughout."""
    found = []
    shots = sorted({cell.shots for run in (first, second) for cell in run.cells})
    for cell in first.cells:
        if pair := _paired(first, second, cell.task, cell.shots):
            one, other = (_mean([side]) for side in pair)
            found.append(_difference(first, second, cell.task, cell.shots, one, other))
    tasks = shared_tasks([first, second], shots)
    for k in shots if len(tasks) > 1 else []:
        pairs = [pair for task in tasks if (pair := _paired(first, second, task, k))]
        if len(pairs) == len(tasks):
            one, other = (_mean([pair[side] for pair in pairs]) for side in (0, 1))
            found.append(_difference(first, second, AVERAGE, k, one, other))
    return found


def _paired(first: Run, second: Run, task: str, shots: int) -> tuple[Cell, Cell] | None:
    """The two cells, cut down to the questions that both have."""
    one, other = first.cell(task, shots), second.cell(task, shots)
    if one is None or other is None:
        return None
    ids = {q.id for q in one.questions} & {q.id for q in other.questions}
    if not ids:
        return None
    cut = (
        Cell(task, shots, tuple(q for q in cell.questions if q.id in ids)) for cell in (one, other)
    )
    return next(cut), next(cut)


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


def _difference(
    first: Run, second: Run, task: str, shots: int, one: Ratio, other: Ratio
) -> Difference:
    return Difference(first.model, second.model, task, shots, paired_difference(one, other))
