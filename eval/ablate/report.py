"""The table of a study as JSON, Markdown and a plot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vid2book.quantities import number_of
from vid2book.store import write_atomically

from ..train.schedule import FEW
from .config import Ablation
from .effects import Effect
from .table import FEWEST_LESSONS, Estimate, Line, Measure, comparisons, unmatched

_UNCOUNTED = "not counted"


def write(
    ablation: Ablation,
    lines: Sequence[Line],
    effects: Sequence[Effect],
    measures: Sequence[Measure],
    out: Path,
) -> None:
    """Write table.json, table.md and table.png into `out`."""
    values = as_json(ablation, lines, effects, measures)
    write_atomically(out / "table.json", (json.dumps(values, indent=1) + "\n").encode())
    write_atomically(out / "table.md", markdown(ablation, lines, effects, measures).encode())
    plot(ablation, lines, measures, out / "table.png")


def as_json(
    ablation: Ablation,
    lines: Sequence[Line],
    effects: Sequence[Effect],
    measures: Sequence[Measure],
) -> dict[str, Any]:
    """The content of table.json."""
    return {
        "title": ablation.title,
        "design": ablation.design,
        "budget": ablation.budget,
        "held_out": lines[0].asked,
        "comparisons": comparisons(lines),
        "unmatched": unmatched(lines),
        "measures": {m.name: m.unit for m in measures},
        "cells": [_as_json(line) for line in lines],
        "effects": [asdict(effect) for effect in effects],
    }


def markdown(
    ablation: Ablation,
    lines: Sequence[Line],
    effects: Sequence[Effect],
    measures: Sequence[Measure],
) -> str:
    """Three tables: training data of each cell, its results, its differences from the first."""
    names = [f"{m.name}, {m.unit}" for m in measures]
    trained = [
        [
            line.cell,
            *_share(line),
            _passes(line),
            *map(_count, (line.samples, line.images, line.loss_tokens, line.steps)),
        ]
        for line in lines
    ]
    results = [
        [line.cell, str(len(line.seeds)), *(_cell(line.estimates[m.name]) for m in measures)]
        for line in lines
    ]
    deciding = [m for m in measures if m.decides]
    compared = [
        [line.cell, *(_difference(line.differences[m.name]) for m in deciding)]
        for line in lines[1:]
    ]
    held_out = [
        f"- {name}: {number_of(count['lessons'], 'lesson')}, "
        f"{number_of(count['samples'], 'sample')}, {number_of(count['tokens'], 'token')}"
        for name, count in lines[0].asked.items()
    ]
    head = ["cell", "samples in its corpus", "left out", "passes", "samples", "images"]
    return "\n".join(
        [
            f"# {ablation.title}",
            "",
            f"Design: {ablation.design}. {_design_note(ablation, lines)}",
            "",
            *_grid([*head, "loss tokens", "steps"], trained),
            "",
            *_few_steps(lines),
            "Held out, the same for all cells:",
            "",
            *held_out,
            "",
            *_grid(["cell", "seeds", *names], results),
            "",
            f"Difference from {lines[0].cell} (same seed, same held-out lesson):",
            "",
            *_grid(["cell", *(f"{m.name}, {m.unit}" for m in deciding)], compared),
            "",
            *_effects(effects, deciding),
            "Mean over seeds, then two 95% intervals: over seeds (Student's t, where there are "
            "several) and over held-out lessons (jackknife). d is the difference in standard "
            'deviations between lessons; "would show" is the smallest difference that these seeds '
            "and lessons would reveal four times in five. A difference is bold if both intervals "
            f"exclude zero and it survives the correction for the {comparisons(lines)} differences "
            f"of this table (Benjamini and Hochberg). {_lessons_note(lines)}",
            "",
        ]
    )


def plot(
    ablation: Ablation, lines: Sequence[Line], measures: Sequence[Measure], path: Path
) -> None:
    """A panel for each measure: a dot for each seed, the mean, and its interval over seeds."""
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
    figure.text(0.01, 0.01, f"dot: a seed; stroke: mean; bar: 95% interval {interval}", fontsize=7)
    figure.tight_layout(rect=(0, 0.03, 1, 0.98))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def _design_note(ablation: Ablation, lines: Sequence[Line]) -> str:
    differ = unmatched(lines)
    if ablation.budget is not None:
        return (
            "Each cell was trained on all samples of its own corpus, over again until "
            f"{ablation.budget:,} tokens were learned from (to within a step): what a filter drops "
            "makes a difference, and so does how often the rest is repeated."
        )
    text = "All cells were trained on the same number of samples, images and loss tokens."
    if differ:
        text = f"Cells differ in {', '.join(differ)}: a difference may come from that."
    if thin := [line.cell for line in lines if 0 < (line.used or 0) < (line.offered or 0) / 2]:
        text += (
            f" Most of what {', '.join(thin)} holds is in no other cell and was left out: what a "
            "filter drops shows in the design 'whole corpora' alone."
        )
    return text


def _few_steps(lines: Sequence[Line]) -> list[str]:
    if few := [line.cell for line in lines if min(line.steps) < FEW]:
        warning = f"Fewer than {FEW} steps teach a model little: {', '.join(few)}."
        return [f"{warning} Lower train.batch_size, or let the models learn more.", ""]
    return []


def _lessons_note(lines: Sequence[Line]) -> str:
    lessons = [d.asked for line in lines for d in line.differences.values() if d.lessons or d.asked]
    if lessons and min(lessons) < FEWEST_LESSONS:
        return f"On fewer than {FEWEST_LESSONS} held-out lessons, no verdict."
    return ""


def _effects(effects: Sequence[Effect], deciding: Sequence[Measure]) -> list[str]:
    """A table of main effects; nothing if there are none."""
    if not effects:
        return []
    head = ["axis", "setting", *(f"{m.name}, {m.unit}" for m in deciding)]
    rows = [
        [
            effect.axis,
            f"{effect.setting} against {effect.base}",
            *(_difference(effect.differences[m.name]) for m in deciding),
        ]
        for effect in effects
    ]
    return ["Main effects, each the mean over all other axes:", "", *_grid(head, rows), ""]


def _share(line: Line) -> tuple[str, str]:
    """How many samples the corpus has, and how many were left out."""
    if line.offered is None or line.used is None:
        return _UNCOUNTED, _UNCOUNTED
    return f"{line.offered:,}", f"{line.offered - line.used:,}"


def _passes(line: Line) -> str:
    if line.used is None:
        return _UNCOUNTED
    low, high = (
        f"{value / max(1, line.used):.3g}" for value in (min(line.samples), max(line.samples))
    )
    return low if low == high else f"{low} to {high}"


def _as_json(line: Line) -> dict[str, object]:
    values = asdict(line)
    for kind in ("estimates", "differences"):
        for name, estimate in getattr(line, kind).items():
            values[kind][name]["excludes_zero"] = estimate.excludes_zero
    for name, difference in line.differences.items():
        values["differences"][name]["verdict"] = difference.stands
    return values


def _cell(estimate: Estimate) -> str:
    bounds = [f"[{low:.3g}, {high:.3g}]" for low, high in _bounds(estimate)]
    return " ".join([f"{estimate.value:.3g}", *bounds])


def _difference(estimate: Estimate) -> str:
    value = f"{estimate.value:+.3g}"
    parts = [f"**{value}**" if estimate.stands else value]
    parts += [f"[{low:+.3g}, {high:+.3g}]" for low, high in _bounds(estimate)]
    more = [f"d {estimate.effect:+.2g}"] if estimate.effect is not None else []
    more += [f"{estimate.detectable:.2g} would show"] if estimate.detectable else []
    return " ".join([*parts, *([f"({'; '.join(more)})"] if more else [])])


def _bounds(estimate: Estimate) -> list[tuple[float, float]]:
    return [bounds for bounds in (estimate.seeds, estimate.lessons) if bounds]


def _count(values: Sequence[int]) -> str:
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    marks = ["---"] + ["---:"] * (len(head) - 1)
    return [f"| {' | '.join(row)} |" for row in (head, marks, *rows)]
