"""The results by task and number of shots, as a printed table and as `results.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from vid2book.quantities import number_of
from vid2book.store import write_atomically

from ..intervals import Interval
from .compare import AVERAGE, Arm, Difference, average, corrected, differences, shared_tasks
from .published import TASKS, is_comparable, published
from .results import Run


def pairs(arms: Sequence[Arm], against: Sequence[Arm]) -> list[Difference]:
    """The differences between the first arm and the others, and of each arm to `against`."""
    results = [d for other in arms[1:] for d in differences(arms[0], other)]
    results += [d for arm in arms for other in against for d in differences(arm, other)]
    return corrected(results)


def write_results(
    out: Path, runs: Sequence[Run], compared: Sequence[Difference], shots: Sequence[int]
) -> None:
    """Write `OUT/results.json`."""
    text = json.dumps(report(runs, compared, shots), indent=2)
    write_atomically(out / "results.json", text.encode())


def report(
    runs: Sequence[Run], compared: Sequence[Difference], shots: Sequence[int]
) -> dict[str, Any]:
    """The content of `results.json`: cells, averages, differences, and published figures."""
    tasks = shared_tasks(runs, shots)
    return {
        "models": [
            {
                "model": run.model,
                "settings": dict(run.settings),
                "cells": [cell.summary() for cell in run.cells],
                "average": [
                    {"shots": k, **average(run, tasks, k).to_dict()}
                    for k in shots
                    if len(tasks) > 1
                ],
            }
            for run in runs
        ],
        "average_over": tasks if len(tasks) > 1 else [],
        "compared": [asdict(d) | {"verdict": d.stands} for d in compared],
        "published": [
            {"task": task, "shots": k, **figures}
            for task in (*TASKS, AVERAGE)
            for k in shots
            if (figures := published(task, k))
        ],
    }


def table(runs: Sequence[Run], shots: Sequence[int]) -> Table:
    """Accuracy in percent with its 95% interval, and published figures if they are comparable."""
    grid = Table(title="Accuracy, % [95% interval]")
    for column in ("task", "model", *(f"{k}-shot" for k in shots)):
        grid.add_column(column)
    averaged = shared_tasks(runs, shots)
    comparable = all(is_comparable(run.settings) for run in runs)
    for task in dict.fromkeys(cell.task for run in runs for cell in run.cells):
        for run in runs:
            grid.add_row(task, run.model, *(_cell(run, task, k) for k in shots))
        if comparable:
            _add_published(grid, task, shots)
        grid.add_section()
    if len(averaged) > 1:
        for run in runs:
            values = (_text(average(run, averaged, k)) for k in shots)
            grid.add_row(f"average of {len(averaged)}", run.model, *values)
        if comparable and set(averaged) == set(TASKS):
            _add_published(grid, AVERAGE, shots)
    return grid


def difference_tables(compared: Sequence[Difference], shots: Sequence[int]) -> list[Table]:
    """Paired differences, one table per pair of models or recipes; a star if recipes differ."""
    tables = []
    for first, second in dict.fromkeys((d.first, d.second) for d in compared):
        of_pair = [d for d in compared if (d.first, d.second) == (first, second)]
        several = any(d.runs for d in of_pair)
        over = "over questions, then over runs" if several else "over questions"
        grid = Table(
            "task",
            *(f"{k}-shot" for k in shots),
            title=f"{first} minus {second}, percentage points on shared questions [95% {over}]",
            caption=_footnote(compared) if several else _ONE_RUN_EACH,
        )
        for task in dict.fromkeys(d.task for d in of_pair):
            cells = {d.shots: d for d in of_pair if d.task == task}
            grid.add_row(task, *(_difference(cells.get(k)) for k in shots))
        tables.append(grid)
    return tables


_ONE_RUN_EACH = (
    "There is one run of each, so the interval does not include what another training seed would "
    "change, often several points, and no difference is starred. To compare recipes, name several "
    "runs of each: --model A1,A2,A3 --against B1,B2,B3."
)


def _footnote(compared: Sequence[Difference]) -> str:
    count = sum(d.adjusted is not None for d in compared)
    return (
        f"* the recipes differ: both intervals exclude zero, also among {count} comparisons "
        "(Benjamini and Hochberg). What other shots would change is not included."
    )


def notes(runs: Sequence[Run]) -> list[str]:
    """Notes for readers of the table: missing cells, abstentions, dropped shots."""
    lines = []
    for run in runs:
        cells = [(f"{run.model}, {c.task}, {c.shots}-shot", c, c.summary()) for c in run.cells]
        lines += [f"{name}: missing: {cell.failure}" for name, cell, _ in cells if cell.failure]
        for name, cell, summary in cells:
            counts = {
                "abstained": summary["abstained"],
                "shots that the pool did not have": summary["shots_missing"],
                "shots dropped for want of context": summary["shots_dropped"],
                "without a response": summary["without_response"],
            } | {f"passed over as shots ({why})": n for why, n in summary["excluded"].items()}
            parts = [f"{n} {what}" for what, n in counts.items() if n]
            if parts:
                lines.append(
                    f"{name}: of {number_of(len(cell.questions), 'question')} {', '.join(parts)}"
                )
    return lines


def _add_published(grid: Table, task: str, shots: Sequence[int]) -> None:
    corpora = dict.fromkeys(corpus for k in shots for corpus in published(task, k))
    for corpus in corpora:
        figures = [published(task, k).get(corpus) for k in shots]
        texts = ("-" if figure is None else f"{figure:.1f}" for figure in figures)
        grid.add_row(task, f"published, {corpus}", *texts, style="dim")


def _cell(run: Run, task: str, shots: int) -> str:
    cell = run.cell(task, shots)
    if cell:
        return _text(cell.accuracy)
    failed = any((c.task, c.shots) == (task, shots) for c in run.cells)
    return "missing" if failed else ""


def _difference(difference: Difference | None) -> str:
    if difference is None:
        return ""
    text = _text(difference.interval, "+")
    if difference.runs and difference.runs.low is not None and difference.runs.high is not None:
        text += f" [{difference.runs.low:+.1f}, {difference.runs.high:+.1f}]"
    return text + (" *" if difference.stands else "")


def _text(figure: Interval, sign: str = "") -> str:
    if figure.value is None:
        return "-"
    value = format(figure.value, f"{sign}.1f")
    if figure.low is None or figure.high is None:
        return value
    return f"{value} [{figure.low:{sign}.1f}, {figure.high:{sign}.1f}]"
