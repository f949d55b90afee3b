"""The command `vid2book build`: videos in, a corpus out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vid2book.console import STOPPED, may_stand_alone, user_errors
from vid2book.errors import UserError
from vid2book.quantities import number_of
from vid2book.terminal import AsJson, Quiet, Terminal

from .executors import Executor, cluster_of
from .finish import finish
from .logs import BuildLog, log_bugs, show_bugs
from .opening import Request, log_entry, open_and_report
from .options import ConfigName, Limit, Minutes, Sources, StorePlace, Workers
from .tally import Tally

if TYPE_CHECKING:
    from vid2book.pipeline.branch import Step
    from vid2book.pipeline.local import Event
    from vid2book.pipeline.machines import Cluster

    from .opening import Opened
    from .progress import Display


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
            help="Show what would be done, what is missing and what is done already, and how long "
            "the rest would take; then stop.",
        ),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show the full traceback of any bug.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Stop at the first bug and show its traceback.")
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Turn videos into a textbook that `datasets.load_dataset` opens."""
    from vid2book.folder import swap
    from vid2book.local import check_writable
    from vid2book.pipeline.shards import Shard

    terminal = Terminal(as_json, quiet)
    part = Shard.parse(shard) if shard else None
    cluster = cluster_of(executor, workers, address, gpus or [])
    if output is not None:
        check_writable(output)
        if not (dry_run or part):
            swap.recover(output)
    elif not part:
        raise UserError("where should the corpus go? Name a folder: -o CORPUS")
    opened = open_and_report(
        Request(tuple(videos), config, store, limit, minutes), output, terminal
    )
    opened = replace(opened, corpus=part.part(opened.corpus)) if part else opened
    if dry_run:
        from .dry_run_report import report_plan

        report_plan(opened, terminal, workers, is_here=cluster is None)
        return
    work(
        opened, None if part else output, terminal, workers, retry_failed, cluster, prometheus,
        verbose, debug, str(part) if part else "",
    )  # fmt: skip


def work(
    opened: Opened,
    target: Path | None,
    terminal: Terminal,
    workers: int | None = None,
    retry: str | None = None,
    cluster: Cluster | None = None,
    prometheus: Path | None = None,
    verbose: bool = False,
    debug: bool = False,
    shard: str = "",
    with_summary: bool = True,
) -> None:
    """Run every stage that has no result in the store, and write the corpus.

    Args:
        target: the corpus folder; None: a shard, which only writes to the store.
        workers: processes; None: one per core.
        retry: retry the videos whose failure reason contains these words.
        verbose: show the tracebacks of bugs.
        debug: end the run at the first bug.
        shard: the name of the shard, if it is one.
        with_summary: print what is in the corpus, and what is not.

    Raises:
        typer.Exit: a video failed, nothing was written, or the user stopped it.
    """
    from vid2book.folder import layout, swap
    from vid2book.pipeline.processes import cores
    from vid2book.pipeline.shards import record_failures

    from . import source
    from .progress import Display

    corpus, tally = opened.corpus, Tally(len(opened.corpus.videos))
    display = Display(tally, terminal)
    log = BuildLog(target and target / layout.LOG, tally, prometheus, log_entry(opened.request))

    def report(step: Step) -> None:
        display.step(step)
        log.keep_up()

    run = source.fill(corpus, workers, report, retry, cluster)
    run = log_bugs(run, target / layout.ERRORS) if target else record_failures(corpus, run)
    run = show_bugs(run, terminal.errors if verbose or debug else None, debug)
    run = display.shown(log.counted(run))
    with _report_stop(display, terminal):
        if target is None:
            _report_shard(shard, run, terminal)
            return
        with swap.writing(target):
            count = cores() if cluster or not workers else workers  # of processes on this machine
            finish(
                opened, list(run), target, count, display, log, terminal,
                is_local=cluster is None, with_summary=with_summary, skips_failures=retry is None,
            )  # fmt: skip


@contextmanager
def _report_stop(display: Display, terminal: Terminal) -> Iterator[None]:
    """Say how to continue if the user stops the build. Raises typer.Exit."""
    try:
        yield
    except KeyboardInterrupt:
        terminal.errors.print(display.stop_message())
        raise typer.Exit(STOPPED) from None


def _report_shard(part: str, events: Iterable[Event], terminal: Terminal) -> None:
    """Exits with success even if videos failed, so that a job that waits for all shards can go
    on; `merge` reports the failures."""
    failures = [bool(event.failure) for event in events]
    terminal.results.print(
        f"Shard {part} has finished: {number_of(len(failures), 'video')}, {sum(failures)} of which "
        "failed. When all shards have finished, `vid2book merge` puts the corpus together."
    )
    terminal.document({"shard": part, "videos": len(failures), "failed": sum(failures)})
