"""The table of a study as JSON, as Markdown and as a plot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from vid2book.store import write_atomically

from .config import Ablation
from .table import Estimate, Line, Measure, unmatched


def write(
    ablation: Ablation, lines: Sequence[Line], measures: Sequence[Measure], out: Path
) -> None:
    """Write table.json, table.md and table.png into `out`."""
    values = {
        "title": ablation.title,
        "unmatched": unmatched(lines),
        "measures": {m.name: m.unit for m in measures},
        "cells": [_as_json(line) for line in lines],
    }
    write_atomically(out / "table.json", (json.dumps(values, indent=1) + "\n").encode())
    write_atomically(out / "table.md", markdown(ablation, lines, measures).encode())
    plot(ablation, lines, measures, out / "table.png")


def markdown(ablation: Ablation, lines: Sequence[Line], measures: Sequence[Measure]) -> str:
    """Two tables: what each cell gives, and how far it is from the first."""
    names = [f"{m.name}, {m.unit}" for m in measures]
    head = ["cell", "seeds", "samples", "images", "loss tokens", *names]
    rows = [
        [
            line.cell,
            str(len(line.seeds)),
            *(_count(values) for values in (line.samples, line.images, line.loss_tokens)),
            *(_cell(line.estimates[m.name]) for m in measures),
        ]
        for line in lines
    ]
    base = lines[0].cell
    compared = [
        [line.cell, *(_cell(line.differences[m.name], signed=True) for m in measures)]
        for line in lines[1:]
    ]
    differ = unmatched(lines)
    matched = (
        f"Cells differ in {', '.join(differ)}: a difference may come from that."
        if differ
        else "All cells were trained on the same number of samples, images and loss tokens."
    )
    return "\n".join(
        [
            f"# {ablation.title}",
            "",
            *_grid(head, rows),
            "",
            matched,
            "",
            f"Difference from {base} (same seed, same held-out lesson):",
            "",
            *_grid(["cell", *names], compared),
            "",
            "Mean over seeds, then two 95 % intervals: over seeds (Student's t, where there are "
            "several) and over held-out lessons (bootstrap). A difference is bold where both leave "
            "out zero.",
            "",
        ]
    )


def plot(
    ablation: Ablation, lines: Sequence[Line], measures: Sequence[Measure], path: Path
) -> None:
    """A panel for each measure: a dot for each seed, the mean, its interval over seeds."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1.2 + 3.4 * len(measures), 1.6 + 0.5 * len(lines)), dpi=130)
    axes = figure.subplots(1, len(measures), sharey=True, squeeze=False)[0]
    for panel, measure in zip(axes, measures, strict=True):
        for place, line in enumerate(lines):
            estimate = line.estimates[measure.name]
            bounds = estimate.seeds or estimate.lessons
            if bounds:
                panel.plot(bounds, (place, place), color="#9aa5b1", linewidth=5, zorder=1)
            panel.scatter(
                estimate.by_seed, [place] * len(estimate.by_seed), s=22, color="#0b5fa5", zorder=2
            )
            panel.scatter([estimate.value], [place], s=130, marker="|", color="#1d2433", zorder=3)
        panel.set_xlabel(f"{measure.name} ({measure.unit})")
        panel.grid(axis="x", color="#e3e7ec")
        panel.set_axisbelow(True)
        panel.spines[["top", "right", "left"]].set_visible(False)
        panel.tick_params(left=False)
    axes[0].set_yticks(range(len(lines)), [line.cell for line in lines])
    axes[0].set_ylim(len(lines) - 0.5, -0.5)
    seeds = max(len(line.seeds) for line in lines)
    interval = "over seeds" if seeds > 1 else "over held-out lessons"
    figure.suptitle(ablation.title, x=0.01, ha="left", fontsize=11)
    figure.text(0.01, 0.01, f"dot: a seed; stroke: mean; bar: 95 % interval {interval}", fontsize=7)
    figure.tight_layout(rect=(0, 0.03, 1, 0.98))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def _as_json(line: Line) -> dict[str, object]:
    values = asdict(line)
    for kind in ("estimates", "differences"):
        for name, estimate in getattr(line, kind).items():
            values[kind][name]["excludes_zero"] = estimate.excludes_zero
    return values


def _cell(estimate: Estimate, signed: bool = False) -> str:
    sign = "+" if signed else ""
    value = f"{estimate.value:{sign}.3g}"
    if signed and estimate.excludes_zero:
        value = f"**{value}**"
    bounds = [f"[{low:{sign}.3g}, {high:{sign}.3g}]" for low, high in _bounds(estimate)]
    return " ".join([value, *bounds])


def _bounds(estimate: Estimate) -> list[tuple[float, float]]:
    return [bounds for bounds in (estimate.seeds, estimate.lessons) if bounds]


def _count(values: Sequence[int]) -> str:
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    marks = ["---"] + ["---:"] * (len(head) - 1)
    return [f"| {' | '.join(row)} |" for row in (head, marks, *rows)]
