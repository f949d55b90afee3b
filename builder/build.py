"""The command `vid2book build`: videos in, a corpus out."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from vid2book.console import user_errors
from vid2book.errors import UserError

from .executors import Executor, cluster_of
from .finish import finish
from .logs import with_bugs_logged, with_bugs_told
from .opening import opened
from .options import ConfigName, Limit, Minutes, Sources, StoreFolder, Workers

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus
    from vid2book.pipeline.local import Event
    from vid2book.pipeline.shards import Shard

    from .progress import Display

_MOST_SHOWN = 50  # lines of a list


@user_errors()
def build(
    videos: Sources,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="CORPUS",
            help="Folder for the corpus. A shard needs none.",
        ),
    ] = None,
    config: ConfigName = "offline",
    workers: Workers = None,
    limit: Limit = None,
    minutes: Minutes = None,
    store: StoreFolder = None,
    executor: Annotated[
        Executor, typer.Option(help="This machine's processes, or a Ray cluster's actors.")
    ] = "local",
    address: Annotated[
        str | None, typer.Option(help="Of a Ray cluster; this machine alone if not given.")
    ] = None,
    gpus: Annotated[
        list[str] | None,
        typer.Option(
            metavar="BRANCH=N",
            help="GPUs of each Ray actor for speech, screen or text, such as speech=0.25.",
        ),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            help="Work on this part of the videos only, 0/N to N-1/N; `vid2book merge` puts the "
            "corpus together.",
        ),
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
    display = Display(len(corpus.videos), errors)
    if dry_run:
        _tell_plan(corpus, display, console)
        return
    started, shown = time.monotonic(), errors if verbose else None
    run = source.fill(corpus, workers, display.step, cluster)
    if part:
        _tell_shard(part, display.shown(with_bugs_told(noted(corpus, run), shown, debug)), console)
        return
    assert output is not None
    with swap.writing(output):
        run = with_bugs_told(with_bugs_logged(run, output / layout.ERRORS), shown, debug)
        count = cores() if cluster or not workers else workers  # of processes on this machine
        finish(corpus, list(display.shown(run)), output, count, display, started)


def _tell_shard(part: Shard, events: Iterable[Event], console: Console) -> None:
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
