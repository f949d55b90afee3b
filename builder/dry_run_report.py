"""The output of `vid2book build --dry-run`, with an estimate of how long the build would take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape
from rich.table import Table

from vid2book.console import NOTHING_DONE, SOME_FAILED
from vid2book.intake.values import whole_text
from vid2book.models.error import ModelError
from vid2book.pipeline.corpus import DENIED
from vid2book.pipeline.names import SHOWN, shown_as
from vid2book.quantities import number_of, time_of
from vid2book.terminal import table

from .dry_run import Plan, plan
from .forecast import LOADING, OTHER, WRITING, ForecastError, cpu_seconds, forecast
from .progress import Display
from .remarks import on_licences
from .tally import Tally

if TYPE_CHECKING:
    from vid2book.terminal import Terminal

    from .opening import Opened

_VERSION = re.compile(r"(,| [\da-f]{12,}\b).*")  # and hash of weights: only the store needs them
_MOST_SHOWN = 50  # lines of a list
# Of the short run: the number of videos, and how much of each. With half a minute, the estimate for
# the example lectures was 1.9 times what they took, because some work is done once in a video.
_SAMPLE, _MINUTES = 2, 1.0


@dataclass(frozen=True)
class Estimate:
    """How long the build would take.

    Attributes:
        seconds: with all workers at once; None if unknown.
        text: the same in words, with what the estimate is based on.
    """

    seconds: float | None
    text: str


def report_plan(opened: Opened, terminal: Terminal, workers: int | None, is_here: bool) -> None:
    """Report what a build would do, without doing it.

    Args:
        is_here: whether this machine would do the work.

    Raises:
        typer.Exit: with the exit code that the build would have, as far as that can be foreseen.
    """
    from vid2book.pipeline.processes import cores

    display = Display(Tally(len(opened.corpus.videos)), terminal)
    preview = plan(opened.corpus, display.counted("videos looked at", opened.corpus.videos))
    estimate = _estimate(opened, preview, terminal, workers or cores(), is_here)
    out = terminal.results
    rows = _rows(preview, opened.corpus.config.clips.enabled)
    out.print(_table(rows))
    for what, stages in _missing(rows).items():
        out.print(f"[red]Missing[/] for {', '.join(stages)}: {escape(what)}")
    for reasons, why, more_why in (
        (preview.failed, "cannot be used, ", "cannot be used"),
        (preview.speechless, "only its pictures can be used, since ", "without usable speech"),
        (preview.filtered, "left out, ", "left out"),
        (dict.fromkeys(preview.denied, DENIED), "left out, ", "left out"),
    ):
        for video_id, reason in list(reasons.items())[:_MOST_SHOWN]:
            out.print(f"{escape(video_id)}: {why}{escape(reason)}")
        if (more := len(reasons) - _MOST_SHOWN) > 0:
            out.print(f"and {more:,} more {more_why}")
    out.print(_counts(preview))
    todo_text = f"Left to process: {time_of(preview.seconds)} of video. " if preview.todo else ""
    out.print(f"{todo_text}{escape(estimate.text)}")
    if preview.without_licence:
        out.print(escape(on_licences(preview.without_licence)))
    terminal.document(_as_json(opened, preview, rows, estimate))
    if preview.hopeless:
        raise typer.Exit(NOTHING_DONE)
    if preview.missing or preview.failed:
        raise typer.Exit(NOTHING_DONE if preview.blocked else SOME_FAILED)


def _estimate(
    opened: Opened, preview: Plan, terminal: Terminal, workers: int, is_here: bool
) -> Estimate:
    """Estimate the time from a short run on a few videos, shorter than that of `vid2book plan`."""
    if not preview.todo and preview.hopeless:
        return Estimate(None, "A build would end with nothing, since no video can be used.")
    if not preview.todo:
        return Estimate(
            0.0, "Everything is in the store already; the build only has to write the corpus."
        )
    if not is_here:
        return Estimate(None, "`vid2book plan --nodes N` estimates how long that takes.")
    if preview.missing:
        return Estimate(None, "How long that takes can be estimated once nothing is missing.")
    corpus = replace(opened.corpus, videos=tuple(preview.todo))
    try:
        with terminal.notes.status("Trying a few videos, to estimate the time"):
            trial = forecast(corpus, workers, _SAMPLE, _MINUTES, begun=cpu_seconds())
    except (ForecastError, ModelError) as error:
        return Estimate(None, f"How long that takes cannot be estimated: {error}")
    # A stage whose results are partly in the store only works on the rest.
    shares = {step.stage.name: step.seconds / preview.seconds for step in preview.steps}
    shares |= {OTHER: 1.0, WRITING: 1.0, LOADING: 1.0}
    seconds = sum(line.wall * shares[line.name] for line in trial.lines) / workers
    return Estimate(
        seconds,
        f"That takes at most about {time_of(seconds)} with {number_of(workers, 'worker')} on an "
        f"idle machine (estimated from {time_of(trial.measured)} of it). `vid2book plan` gives a "
        "better estimate.",
    )


def _counts(preview: Plan) -> str:
    text = f"{preview.usable} of {number_of(preview.videos, 'video')} can be used"
    if unsure := list(preview.speechless):
        one = len(unsure) == 1
        which = escape(unsure[0]) if one else f"the {len(unsure):,} without usable speech"
        whose = "its" if one else "their"
        text += f". Whether {which} can is decided when {whose} pictures are read"
    return f"{text}. Nothing was built."


def _table(rows: Mapping[str, _Row]) -> Table:
    """A row for each stage, with the stages as the README names them."""
    overview = table("stage", "model", "in the store", "to do", numbers=[2, 3])
    for name, row in rows.items():
        models = [model for several in row.models for model in several.split("; ")]
        names = dict.fromkeys(_VERSION.sub("", model) for model in models)
        cell = [*map(escape, names), *["[red]missing[/]"][: len(row.missing)]]
        if row.at_the_end:
            overview.add_row(name, "", "", "at the end")
        else:
            overview.add_row(name, "\n".join(cell), str(row.stored), str(row.todo))
    return overview


def _missing(rows: Mapping[str, _Row]) -> dict[str, list[str]]:
    """What is missing, with the stages that need it."""
    stages: dict[str, list[str]] = {}
    for name, row in rows.items():
        for what in row.missing:
            stages.setdefault(what, []).append(name)
    return stages


@dataclass(frozen=True)
class _Row:
    models: list[str]
    missing: list[str]
    stored: int
    todo: int
    at_the_end: bool = False


def _rows(preview: Plan, with_clips: bool) -> Mapping[str, _Row]:
    """The stages that users know; a stage has to do whatever one of its parts has to do."""
    rows: dict[str, _Row] = {}
    for stage in (*SHOWN, "clips") if with_clips else SHOWN:
        parts = [step for step in preview.steps if shown_as(step.stage.name) == stage]
        rows[stage] = _Row(
            list(dict.fromkeys(model for part in parts for model in part.models)),
            list(dict.fromkeys(what for part in parts for what in part.missing)),
            min((part.stored for part in parts), default=0),
            max((part.todo for part in parts), default=0),
            at_the_end=not parts,
        )
    return rows


def _as_json(
    opened: Opened, preview: Plan, rows: Mapping[str, _Row], estimate: Estimate
) -> dict[str, Any]:
    return {
        "videos": preview.videos,
        "usable": preview.usable,
        "unusable": _as_list(
            preview.failed | preview.filtered | dict.fromkeys(preview.denied, DENIED)
        ),
        "to_be_found_out": _as_list(preview.speechless),
        "without_licence": preview.without_licence,
        "passed_over": [
            {"path": whole_text(file.path), "reason": file.reason} for file in opened.passed_over
        ],
        "notes": list(opened.notes),
        "stages": [
            {
                "stage": name,
                "models": row.models,
                "missing": row.missing,
                "stored": None if row.at_the_end else row.stored,
                "to_do": None if row.at_the_end else row.todo,
            }
            for name, row in rows.items()
        ],
        "hours_to_do": preview.seconds / 3600,
        "seconds": estimate.seconds,
    }


def _as_list(reasons: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"video_id": video_id, "reason": reason} for video_id, reason in reasons.items()]
