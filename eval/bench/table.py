"""The table of tasks by shots, as a table to look at and as `results.json`."""

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
from .published import TASKS, made_alike, published
from .results import Run


def pairs(arms: Sequence[Arm], against: Sequence[Arm]) -> list[Difference]:
    """Differences of the first to the others, and of each to those it is held against."""
    found = [d for other in arms[1:] for d in differences(arms[0], other)]
    found += [d for arm in arms for other in against for d in differences(arm, other)]
    return corrected(found)


def write_results(
    out: Path, runs: Sequence[Run], compared: Sequence[Difference], shots: Sequence[int]
) -> None:
    """Write `OUT/results.json`."""
    text = json.dumps(report(runs, compared, shots), indent=2)
    write_atomically(out / "results.json", text.encode())


def report(
    runs: Sequence[Run], compared: Sequence[Difference], shots: Sequence[int]
) -> dict[str, Any]:
    """What `results.json` has: cells, averages, differences, and figures to hold them against."""
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
        "compared": [asdict(found) | {"verdict": found.stands} for found in compared],
        "published": [
            {"task": task, "shots": k, **figures}
            for task in (*TASKS, AVERAGE)
            for k in shots
            if (figures := published(task, k))
        ],
    }


def table(runs: Sequence[Run], shots: Sequence[int]) -> Table:
    """Accuracy in percent with its 95% interval; published figures where they are judged alike."""
    shown = Table(title="Accuracy, % [95% interval]")
    for column in ("task", "model", *(f"{k}-shot" for k in shots)):
        shown.add_column(column)
    averaged = shared_tasks(runs, shots)
    released = all(made_alike(run.settings) for run in runs)
    for task in dict.fromkeys(cell.task for run in runs for cell in run.cells):
        for run in runs:
            shown.add_row(task, run.model, *(_cell(run, task, k) for k in shots))
        if released:
            _add_published(shown, task, shots)
        shown.add_section()
    if len(averaged) > 1:
        for run in runs:
            values = (_text(average(run, averaged, k)) for k in shots)
            shown.add_row(f"average of {len(averaged)}", run.model, *values)
        if released and set(averaged) == set(TASKS):
            _add_published(shown, AVERAGE, shots)
    return shown


def difference_tables(compared: Sequence[Difference], shots: Sequence[int]) -> list[Table]:
    """Paired differences, a table for two models or recipes; a star where recipes differ."""
    tables = []
    for first, second in dict.fromkeys((found.first, found.second) for found in compared):
        of_pair = [d for d in compared if (d.first, d.second) == (first, second)]
        several = any(d.runs for d in of_pair)
        over = "over questions, then over runs" if several else "over questions"
        shown = Table(
            "task",
            *(f"{k}-shot" for k in shots),
            title=f"{first} minus {second}, percentage points on shared questions [95% {over}]",
            caption=_footnote(compared) if several else _UNSAID,
        )
        for task in dict.fromkeys(found.task for found in of_pair):
            cells = {found.shots: found for found in of_pair if found.task == task}
            shown.add_row(task, *(_difference(cells.get(k)) for k in shots))
        tables.append(shown)
    return tables


_UNSAID = (
    "There is one run of each, so the interval does not include what another training seed would "
    "change, often several points, and no difference is starred. To compare recipes, name several "
    "runs of each: --model A1,A2,A3 --against B1,B2,B3."
)


def _footnote(compared: Sequence[Difference]) -> str:
    count = sum(found.adjusted is not None for found in compared)
    return (
        f"* the recipes differ: both intervals exclude zero, also among {count} comparisons "
        "(Benjamini and Hochberg). What other shots would change is not included."
    )


def notes(runs: Sequence[Run]) -> list[str]:
    """What a reader of the table must know: missing cells, abstentions, dropped shots."""
    lines = []
    for run in runs:
        cells = [(f"{run.model}, {c.task}, {c.shots}-shot", c, c.summary()) for c in run.cells]
        lines += [f"{name}: missing: {cell.failure}" for name, cell, _ in cells if cell.failure]
        for name, cell, found in cells:
            counts = {
                "abstained": found["abstained"],
                "shots that the pool did not have": found["shots_missing"],
                "shots dropped for want of context": found["shots_dropped"],
                "without a response": found["without_response"],
            } | {f"passed over as shots ({why})": n for why, n in found["excluded"].items()}
            told = [f"{n} {what}" for what, n in counts.items() if n]
            if told:
                lines.append(
                    f"{name}: of {number_of(len(cell.questions), 'question')} {', '.join(told)}"
                )
    return lines


def _add_published(shown: Table, task: str, shots: Sequence[int]) -> None:
    corpora = dict.fromkeys(corpus for k in shots for corpus in published(task, k))
    for corpus in corpora:
        figures = [published(task, k).get(corpus) for k in shots]
        texts = ("-" if figure is None else f"{figure:.1f}" for figure in figures)
        shown.add_row(task, f"published, {corpus}", *texts, style="dim")


def _cell(run: Run, task: str, shots: int) -> str:
    cell = run.cell(task, shots)
    if cell:
        return _text(cell.accuracy)
    failed = any((c.task, c.shots) == (task, shots) for c in run.cells)
    return "missing" if failed else ""


def _difference(found: Difference | None) -> str:
    if found is None:
        return ""
    text = _text(found.interval, "+")
    if found.runs and found.runs.low is not None and found.runs.high is not None:
        text += f" [{found.runs.low:+.1f}, {found.runs.high:+.1f}]"
    return text + (" *" if found.stands else "")


def _text(found: Interval, sign: str = "") -> str:
    if found.value is None:
        return "-"
    value = format(found.value, f"{sign}.1f")
    if found.low is None or found.high is None:
        return value
    return f"{value} [{found.low:{sign}.1f}, {found.high:{sign}.1f}]"
