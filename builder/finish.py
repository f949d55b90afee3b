"""From stages that have run to a corpus folder, and what is told of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .logs import BuildLog, by_status, hours
from .tally import Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vid2book.folder.record import Written
    from vid2book.pipeline.corpus import Corpus
    from vid2book.pipeline.local import Event
    from vid2book.records import Outcome

    from .progress import Display

_MOST_SHOWN = 50  # lines of a table; the config `videos` of a corpus has them all


class Conclusion(NamedTuple):
    """What came of a run."""

    corpus: Corpus  # in which the videos have failed that failed in this run alone
    outcomes: list[Outcome]
    written: Written | None  # what the folder holds; None: no video gave a sample


def conclude(
    corpus: Corpus,
    events: Sequence[Event],
    output: Path,
    workers: int,
    display: Display,
    log: BuildLog,
    here: bool = True,
) -> Conclusion:
    """Decide what the whole corpus decides, and write it where the folder holds another one.

    Args are those of `finish`.
    """
    from vid2book.folder import record

    from . import gather

    corpus = corpus.without({e.video.video_id: e.failure for e in events if e.failure})
    outcomes = list(display.counted("outcomes", gather.outcomes(corpus, workers)))
    written = _written(corpus, outcomes, output, display, workers)
    if written:
        log.finish(outcomes, written, sum(os.times()[:4]) if here else None)
    elif record.held(output) is None:
        log.drop()
    return Conclusion(corpus, outcomes, written)


def finish(
    corpus: Corpus,
    events: Sequence[Event],
    output: Path,
    workers: int,
    display: Display,
    log: BuildLog,
    here: bool = True,
) -> None:
    """Decide what the whole corpus decides, write it, and tell what is in it.

    Args:
        events: of all its videos.
        output: the corpus folder, to which nobody else may write.
        workers: processes.
        log: of the build so far.
        here: whether all its work was done by processes that this one started.

    Raises:
        typer.Exit: a video failed, or none was kept.
    """
    from vid2book.folder import layout

    console, errors = Console(), Console(stderr=True)
    corpus, outcomes, written = conclude(corpus, events, output, workers, display, log, here)
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    if count := sum(bool(event.bug) for event in events):
        bugs = escape(str(output / layout.ERRORS))
        errors.print(
            f"[yellow]Bugs:[/] {_videos(count)} met something that nobody foresaw. The tracebacks "
            f"are in {bugs}; please report them. The next build tries again.",
            soft_wrap=True,
        )
    if written is None:
        errors.print(_losses("Nothing was kept", [o for o in outcomes if o.status != "kept"]))
        where = escape(str(output))
        errors.print(f"[red]Error:[/] no video gave a sample; nothing was written to {where}")
        raise typer.Exit(1)
    console.print(_summary(log.tally, outcomes, written))
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


def _summary(tally: Tally, outcomes: list[Outcome], written: Written) -> Table:
    table = Table(show_header=False, box=None)
    table.add_column(style="cyan")
    table.add_column(justify="right")
    speed = f"{tally.speed:,.1f}" if tally.speed else "all was in the store"
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
