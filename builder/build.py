"""The command `vid2book build`: videos in, a corpus out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from vid2book.console import may_stand_alone, user_errors
from vid2book.errors import UserError

from .executors import Executor, cluster_of
from .finish import finish
from .logs import BuildLog, with_bugs_logged, with_bugs_told
from .opening import opened
from .options import ConfigName, Limit, Minutes, Sources, StorePlace, Workers
from .tally import Tally

if TYPE_CHECKING:
    from vid2book.pipeline.branch import Step
    from vid2book.pipeline.corpus import Corpus
    from vid2book.pipeline.local import Event

    from .progress import Display

_INTERRUPTED = 130  # what a shell says of a command that Ctrl-C ended
_MOST_SHOWN = 50  # lines of a list


@may_stand_alone("--retry-failed")
@user_errors()
def build(
    videos: Sources,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="CORPUS",
            help="Folder for the corpus. Not needed with --shard.",
        ),
    ] = None,
    config: ConfigName = "offline",
    workers: Workers = None,
    limit: Limit = None,
    minutes: Minutes = None,
    store: StorePlace = None,
    retry_failed: Annotated[
        str | None,
        typer.Option(
            metavar="[REASON]",
            help="Also retry videos that failed because of the file itself; with REASON, only"
            " those whose reason contains these words. Failures of the machine and "
            "missed deadlines are always retried.",
        ),
    ] = None,
    prometheus: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.prom",
            help="Write progress to this file for Prometheus (node exporter's textfile collector).",
        ),
    ] = None,
    executor: Annotated[
        Executor,
        typer.Option(help="Run in processes on this machine, or as actors on a Ray cluster."),
    ] = "local",
    address: Annotated[
        str | None,
        typer.Option(help="Address of the Ray cluster. Default: start Ray on this machine."),
    ] = None,
    gpus: Annotated[
        list[str] | None,
        typer.Option(
            metavar="BRANCH=N",
            help="Share of a GPU for each Ray actor of a branch (speech, screen or text), "
            "such as speech=0.25.",
        ),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            help="Process only part I of N, counting from 0. `vid2book merge` then writes the"
            " corpus.",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Show what would be done, what is missing and what is done already, and stop.",
        ),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show the full traceback of any bug.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Stop at the first bug and show its traceback.")
    ] = False,
) -> None:
    """Turn videos into a textbook that `datasets.load_dataset` opens."""
    from vid2book.folder import layout, swap
    from vid2book.local import check_writable
    from vid2book.pipeline.processes import cores
    from vid2book.pipeline.shards import Shard, noted

    from . import source
    from .progress import Display

    console, errors = Console(), Console(stderr=True)
    part = Shard.parse(shard) if shard else None
    cluster = cluster_of(executor, workers, address, gpus or [])
    if output is not None:
        check_writable(output)
        if not (dry_run or part):
            swap.recover(output)
    elif not part:
        raise UserError("where should the corpus go? Name a folder: -o CORPUS")
    corpus = opened(videos, output, config, store, limit, minutes, errors)
    corpus = part.part(corpus) if part else corpus
    tally = Tally(len(corpus.videos))
    display = Display(tally, errors)
    if dry_run:
        _tell_plan(corpus, display, console)
        return
    target = None if part else output  # a shard writes to the store alone
    log = BuildLog(target and target / layout.LOG, tally, prometheus)

    def report(step: Step) -> None:
        display.step(step)
        log.keep_up()

    run = source.fill(corpus, workers, report, retry_failed, cluster)
    run = with_bugs_logged(run, target / layout.ERRORS) if target else noted(corpus, run)
    run = with_bugs_told(run, errors if verbose else None, debug)
    run = display.shown(log.counted(run))
    with _told_when_stopped(display, errors):
        if target is None:
            _tell_shard(str(part), run, console)
            return
        with swap.writing(target):
            count = cores() if cluster or not workers else workers  # of processes on this machine
            finish(corpus, list(run), target, count, display, log, here=cluster is None)


@contextmanager
def _told_when_stopped(display: Display, errors: Console) -> Iterator[None]:
    """Raises typer.Exit: the user stopped the build."""
    try:
        yield
    except KeyboardInterrupt:
        errors.print(display.stopped(), soft_wrap=True)
        raise typer.Exit(_INTERRUPTED) from None


def _tell_shard(part: str, events: Iterable[Event], console: Console) -> None:
    """It ends well whatever became of its videos: `merge` tells, and what waits for all shards to
    end well goes on."""
    failures = [bool(event.failure) for event in events]
    console.print(
        f"Shard {part} is through: {len(failures)} videos, {sum(failures)} of which failed. When "
        "all are, `vid2book merge` puts the corpus together.",
        soft_wrap=True,
    )


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
