"""The command `vid2book build`: videos in, a corpus out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from vid2book.console import user_errors
from vid2book.intake.values import whole_text

from .logs import by_status, hours, log_build, with_bugs_logged

if TYPE_CHECKING:
    from vid2book.folder.record import Written
    from vid2book.manifest.walk import PassedOver
    from vid2book.pipeline.corpus import Corpus
    from vid2book.pipeline.local import Event
    from vid2book.records import Outcome

    from .progress import Display

_MOST_NAMED = 10  # files that were passed over
_MOST_SHOWN = 50  # lines of a table; the config `videos` of a corpus has them all


@user_errors()
def build(
    videos: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Folders of videos, manifests (.jsonl, .csv, .parquet and the like) or videos.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="CORPUS", help="Folder for the corpus.")
    ],
    config: Annotated[str, typer.Option(help="Name of a config, or a YAML file.")] = "offline",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; one per core if not given.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Take only the first N videos of SOURCE.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.1, help="Take only the first M minutes of each video.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="Folder where the stages' results are kept.")
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Only tell the plan: stages, models, what is missing, what is in the store.",
        ),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show the whole traceback of a bug.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Stop at the first bug, and show its traceback.")
    ] = False,
) -> None:
    """Turn videos into a textbook that `load_dataset` opens."""
    from vid2book.folder import swap
    from vid2book.local import check_writable

    from . import source
    from .progress import Display
    from .splits import splits

    console, errors = Console(), Console(stderr=True)
    check_writable(output)
    if not dry_run:
        swap.recover(output)
    corpus = source.open_corpus(
        videos, config, store, limit, minutes, lambda files: _tell_passed_over(files, errors)
    )
    corpus = _without_removed(corpus, output, errors)
    splits(corpus)  # a name that cannot be written is told before hours of work
    display = Display(len(corpus.videos), errors)
    if dry_run:
        _tell_plan(corpus, display, console)
        return
    with swap.writing(output):
        _fill_and_write(corpus, output, workers, display, console, verbose, debug)


def _fill_and_write(
    corpus: Corpus,
    output: Path,
    workers: int | None,
    display: Display,
    console: Console,
    verbose: bool,
    debug: bool,
) -> None:
    """Raises typer.Exit: a video failed, or none was kept."""
    from vid2book.folder import layout
    from vid2book.pipeline.processes import cores

    from . import source

    errors = Console(stderr=True)
    started = time.monotonic()
    run = source.fill(corpus, workers, display.step)
    bugs = output / layout.ERRORS
    events = list(display.shown(with_bugs_logged(run, bugs, errors if verbose else None, debug)))
    corpus = corpus.without({e.video.video_id: e.failure for e in events if e.failure})
    outcomes = [corpus.outcome(video) for video in display.counted("outcomes", corpus.videos)]
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    written = _written(corpus, outcomes, output, display, workers or cores())
    if count := sum(bool(event.bug) for event in events):
        errors.print(
            f"[yellow]Bugs:[/] {_videos(count)} met something that nobody foresaw. The tracebacks "
            f"are in {escape(str(bugs))}; please report them. The next build tries again.",
            soft_wrap=True,
        )
    if written is None:
        errors.print(_losses("Nothing was kept", [o for o in outcomes if o.status != "kept"]))
        where = escape(str(output))
        errors.print(f"[red]Error:[/] no video gave a sample; nothing was written to {where}")
        raise typer.Exit(1)
    seconds = time.monotonic() - started
    log_build(output / layout.LOG, events, outcomes, written, seconds)
    console.print(_summary(events, outcomes, written, seconds))
    console.print(f"The corpus: {escape(str(output))}", soft_wrap=True)
    console.print(f"Look at it: [bold]vid2book view {escape(str(output))}[/]", soft_wrap=True)
    if provisional := sum(corpus.is_provisional(video) for video in corpus.videos):
        errors.print(
            f"[yellow]Provisional:[/] a back end failed on {_videos(provisional)}, and something "
            "simpler stood in (column 'provisional' of decisions). The next build tries again.",
            soft_wrap=True,
        )
    if failed:
        errors.print(_losses("Failed", failed))
        raise typer.Exit(1)


def _tell_passed_over(files: Sequence[PassedOver], errors: Console) -> None:
    reasons: dict[str, list[str]] = {}
    for file in files:
        reasons.setdefault(file.reason, []).append(whole_text(file.path))
    for reason, paths in reasons.items():
        more = f" and {len(paths) - _MOST_NAMED:,} more" if len(paths) > _MOST_NAMED else ""
        named = ", ".join(paths[:_MOST_NAMED])
        errors.print(f"[yellow]Passed over:[/] {escape(named)}{more}: {reason}", soft_wrap=True)


def _tell_plan(corpus: Corpus, display: Display, console: Console) -> None:
    """Raises typer.Exit: something is missing."""
    from .dry_run import plan

    made = plan(corpus, display.counted("looking", corpus.videos))
    console.print(made.table())
    for video_id, reason in list(made.failed.items())[:_MOST_SHOWN]:
        console.print(f"{escape(video_id)}: cannot be used, {escape(reason)}", soft_wrap=True)
    for video_id, reason in list(made.speechless.items())[:_MOST_SHOWN]:
        console.print(f"{escape(video_id)}: without its speech, {escape(reason)}", soft_wrap=True)
    speechless = f", {len(made.speechless)} without what is said" if made.speechless else ""
    console.print(
        f"{made.usable} of {len(corpus.videos)} videos can be used{speechless}; "
        f"{made.seconds / 3600:.2f} hours are to be worked on. Nothing was run.",
        soft_wrap=True,
    )
    if made.missing:
        raise typer.Exit(1)


def _without_removed(corpus: Corpus, output: Path, errors: Console) -> Corpus:
    """The corpus without videos that `vid2book remove` took out of `output`."""
    from vid2book.folder import record

    from .splits import denying

    known = set(record.removed(output)) - set(corpus.config.reduce.deny)
    removed = [video.video_id for video in corpus.videos if video.video_id in known]
    if not removed:
        return corpus
    errors.print(
        f"Left out, for they were removed from {escape(str(output))}: {', '.join(removed)}",
        soft_wrap=True,
    )
    return replace(corpus, config=denying(corpus.config, removed))


def _written(
    corpus: Corpus, outcomes: list[Outcome], output: Path, display: Display, workers: int
) -> Written | None:
    """What `output` holds, once it holds this corpus; None if there is nothing to write."""
    from vid2book.folder import record

    from .source import revision

    if not any(outcome.samples for outcome in outcomes):
        return None
    held = record.held(output)
    if held and held.revision == revision(corpus, outcomes):
        return held
    from .write import write_corpus  # `datasets` takes a second to import

    with display.writing() as tell:
        return write_corpus(corpus, output, tell, workers)


def _summary(
    events: list[Event], outcomes: list[Outcome], written: Written, seconds: float
) -> Table:
    table = Table(show_header=False, box=None)
    table.add_column(style="cyan")
    table.add_column(justify="right")
    # What was in the store already tells nothing about the speed.
    worked_on = sum(event.duration for event in events if event.seconds)
    speed = f"{worked_on / seconds:,.1f}" if worked_on else "all was in the store"
    for name, value in (
        *((f"videos {status}", f"{count:,}") for status, count in by_status(outcomes).items()),
        ("hours of video", f"{hours(outcomes):,.2f}"),
        ("samples", f"{written.samples:,}"),
        ("images", f"{written.images:,}"),
        ("words", f"{sum(outcome.words for outcome in outcomes):,}"),
        ("hours of video per hour", speed),
    ):
        table.add_row(name, value)
    return table


def _losses(title: str, outcomes: list[Outcome]) -> Table:
    table = Table("video", "status", "reason", title=title, title_justify="left")
    for outcome in outcomes[:_MOST_SHOWN]:
        table.add_row(outcome.video.video_id, outcome.status, escape(outcome.reason))
    if (more := len(outcomes) - _MOST_SHOWN) > 0:
        table.caption = f"and {more:,} more"
    return table


def _videos(count: int) -> str:
    return "1 video" if count == 1 else f"{count:,} videos"
