"""What `vid2book build --dry-run` tells, and how long the build would take."""

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
from .tally import Tally

if TYPE_CHECKING:
    from vid2book.terminal import Terminal

    from .opening import Opened

_VERSION = re.compile(r"(,| [\da-f]{12,}\b).*")  # and hash of weights, for the store alone
_MOST_SHOWN = 50  # lines of a list
_SAMPLE, _MINUTES = 2, 0.5  # of the short run: videos, and of each of them


@dataclass(frozen=True)
class Estimate:
    """How long the build would take.

    Attributes:
        seconds: of all workers at once; None if it cannot be told.
        told: the same for a person, with what it rests on.
    """

    seconds: float | None
    told: str


def tell_plan(found: Opened, terminal: Terminal, workers: int | None, is_here: bool) -> None:
    """Tell what a build would do, and do nothing.

    Args:
        is_here: whether this machine would do the work.

    Raises:
        typer.Exit: with the code that the build would end with, as far as that shows before.
    """
    from vid2book.pipeline.processes import cores

    display = Display(Tally(len(found.corpus.videos)), terminal)
    made = plan(found.corpus, display.counted("videos looked at", found.corpus.videos))
    estimate = _estimate(found, made, terminal, workers or cores(), is_here)
    out = terminal.results
    rows = _rows(made, found.corpus.config.clips.enabled)
    out.print(_table(rows))
    for what, stages in _missing(rows).items():
        out.print(f"[red]Missing[/] for {', '.join(stages)}: {escape(what)}")
    for told, why in (
        (made.failed, "cannot be used"),
        (made.speechless, "without its speech"),
        (dict.fromkeys(made.denied, DENIED), "left out"),
    ):
        for video_id, reason in list(told.items())[:_MOST_SHOWN]:
            out.print(f"{escape(video_id)}: {why}, {escape(reason)}")
        if (more := len(told) - _MOST_SHOWN) > 0:
            out.print(f"and {more:,} more {why}")
    out.print(_counts(made))
    left = f"Left to process: {time_of(made.seconds)} of video. " if made.todo else ""
    out.print(f"{left}{escape(estimate.told)}")
    terminal.document(_as_json(found, made, rows, estimate))
    if not made.usable and not made.speechless:
        raise typer.Exit(NOTHING_DONE)
    if made.missing or made.failed:
        raise typer.Exit(NOTHING_DONE if made.blocked else SOME_FAILED)


def _estimate(
    found: Opened, made: Plan, terminal: Terminal, workers: int, is_here: bool
) -> Estimate:
    """By a short run on some of the videos, as `vid2book plan` does it, but shorter."""
    if not made.todo:
        return Estimate(
            0.0, "Everything is in the store already; the build only has to write the corpus."
        )
    if not is_here:
        return Estimate(None, "`vid2book plan --nodes N` estimates how long that takes.")
    if made.missing:
        return Estimate(None, "How long that takes can be estimated once nothing is missing.")
    corpus = replace(found.corpus, videos=tuple(made.todo))
    try:
        with terminal.notes.status("Trying a few videos, to estimate the time"):
            ran = forecast(corpus, workers, _SAMPLE, _MINUTES, begun=cpu_seconds())
    except (ForecastError, ModelError) as error:
        return Estimate(None, f"How long that takes cannot be estimated: {error}")
    # A stage that has some of its results works on the rest alone.
    shares = {step.stage.name: step.seconds / made.seconds for step in made.steps}
    shares |= {OTHER: 1.0, WRITING: 1.0, LOADING: 1.0}
    seconds = sum(line.wall * shares[line.name] for line in ran.lines) / workers
    return Estimate(
        seconds,
        f"That takes about {time_of(seconds)} with {number_of(workers, 'worker')} on an idle "
        f"machine (estimated from {time_of(ran.measured)} of it). `vid2book plan` gives a better "
        "estimate.",
    )


def _counts(made: Plan) -> str:
    told = f"{made.usable} of {number_of(made.videos, 'video')} can be used"
    if made.speechless:
        told += (
            f". Whether {len(made.speechless)} more can be used shows when their pictures are "
            "read, since their speech cannot be understood"
        )
    return f"{told}. Nothing was built."


def _table(rows: Mapping[str, _Row]) -> Table:
    """A row for each stage, as the README has them."""
    shown = table("stage", "model", "in the store", "to do", numbers=[2, 3])
    for name, row in rows.items():
        models = [model for several in row.models for model in several.split("; ")]
        named = dict.fromkeys(_VERSION.sub("", model) for model in models)
        cell = [*map(escape, named), *["[red]missing[/]"][: len(row.missing)]]
        if row.at_the_end:
            shown.add_row(name, "", "", "at the end")
        else:
            shown.add_row(name, "\n".join(cell), str(row.stored), str(row.todo))
    return shown


def _missing(rows: Mapping[str, _Row]) -> dict[str, list[str]]:
    """What is missing, with the stages that need it."""
    found: dict[str, list[str]] = {}
    for name, row in rows.items():
        for what in row.missing:
            found.setdefault(what, []).append(name)
    return found


@dataclass(frozen=True)
class _Row:
    models: list[str]
    missing: list[str]
    stored: int
    todo: int
    at_the_end: bool = False


def _rows(made: Plan, with_clips: bool) -> Mapping[str, _Row]:
    """The stages that users know; what one of its parts has still to do, the whole has."""
    found: dict[str, _Row] = {}
    for shown in (*SHOWN, "clips") if with_clips else SHOWN:
        parts = [step for step in made.steps if shown_as(step.stage.name) == shown]
        found[shown] = _Row(
            list(dict.fromkeys(model for part in parts for model in part.models)),
            list(dict.fromkeys(what for part in parts for what in part.missing)),
            min((part.stored for part in parts), default=0),
            max((part.todo for part in parts), default=0),
            at_the_end=not parts,
        )
    return found


def _as_json(
    found: Opened, made: Plan, rows: Mapping[str, _Row], estimate: Estimate
) -> dict[str, Any]:
    return {
        "videos": made.videos,
        "usable": made.usable,
        "unusable": _listed(made.failed | dict.fromkeys(made.denied, DENIED)),
        "to_be_found_out": _listed(made.speechless),
        "passed_over": [
            {"path": whole_text(file.path), "reason": file.reason} for file in found.passed_over
        ],
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
        "hours_to_do": made.seconds / 3600,
        "seconds": estimate.seconds,
    }


def _listed(reasons: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"video_id": video_id, "reason": reason} for video_id, reason in reasons.items()]
