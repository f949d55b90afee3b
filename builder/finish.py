"""From stages that have run to a corpus folder, and what is told of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
from rich.markup import escape
from rich.table import Table

from vid2book.console import NOTHING_DONE, SOME_FAILED
from vid2book.intake.values import whole_text
from vid2book.quantities import number_of
from vid2book.terminal import table

from .logs import BuildLog, by_status, hours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vid2book.folder.record import Record
    from vid2book.manifest.walk import PassedOver
    from vid2book.pipeline.corpus import Corpus
    from vid2book.pipeline.local import Event
    from vid2book.records import Outcome
    from vid2book.terminal import Terminal

    from .opening import Opened
    from .progress import Display
    from .tally import Tally

_MOST_SHOWN = 50  # lines of a table; the config `videos` of a corpus has them all


class Conclusion(NamedTuple):
    """What came of a run."""

    corpus: Corpus  # in which the videos have failed that failed in this run alone
    outcomes: list[Outcome]
    written: Record | None  # what the folder holds; None: no video gave a sample


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
    written = _write(corpus, outcomes, output, display, workers)
    if written:
        log.finish(outcomes, written, sum(os.times()[:4]) if here else None)
    elif record.checked_record(output) is None:
        log.drop()
    return Conclusion(corpus, outcomes, written)


def finish(
    found: Opened,
    events: Sequence[Event],
    output: Path,
    workers: int,
    display: Display,
    log: BuildLog,
    terminal: Terminal,
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
    corpus, outcomes, written = conclude(found.corpus, events, output, workers, display, log, here)
    bugs = sum(bool(event.bug) for event in events)
    provisional = sum(corpus.is_provisional(video) for video in corpus.videos) if written else 0
    # What is missing first: it may be long, and what is there is to be seen at the end.
    if missing := _missing(outcomes, found.passed_over):
        terminal.results.print(missing)
    if bugs:
        _tell_bugs(bugs, output, terminal)
    if provisional:
        _tell_provisional(provisional, terminal)
    if written:
        _tell_corpus(log.tally, outcomes, written, output, terminal)
    terminal.document(
        _as_json(outcomes, found.passed_over, written, log.tally, output)
        | {"provisional": provisional, "bugs": bugs}
    )
    if written is None:
        where = escape(str(output))
        told = f"[red]Error:[/] no video gave a sample; nothing was written to {where}"
        terminal.errors.print(told)
        raise typer.Exit(NOTHING_DONE)
    if any(outcome.status == "failed" for outcome in outcomes):
        raise typer.Exit(SOME_FAILED)


def _write(
    corpus: Corpus, outcomes: list[Outcome], output: Path, display: Display, workers: int
) -> Record | None:
    """What `output` holds, once it holds this corpus; None if there is nothing to write."""
    from vid2book.folder import record

    from .source import revision

    if not any(outcome.samples for outcome in outcomes):
        return None
    held = record.checked_record(output)
    if held and held.revision == revision(corpus, outcomes):
        return held
    from .write import write_corpus  # `datasets` takes a second to import

    with display.writing() as tell:
        return write_corpus(corpus, output, tell, workers)


def _tell_corpus(
    tally: Tally, outcomes: list[Outcome], written: Record, output: Path, terminal: Terminal
) -> None:
    out = terminal.results
    out.print(_summary(tally, outcomes, written))
    out.print(f"The corpus: {escape(str(output))}")
    out.print(f"Look at it: [bold]vid2book view {escape(str(output))}[/]")


def _summary(tally: Tally, outcomes: list[Outcome], written: Record) -> Table:
    shown = table("", "", numbers=[1], show_header=False, box=None)
    shown.columns[0].style = "cyan"
    for name, value in (
        *((f"videos {status}", f"{count:,}") for status, count in by_status(outcomes).items()),
        ("hours of video", f"{hours(outcomes):,.2f}"),
        ("samples", f"{written.samples:,}"),
        ("images", f"{written.images:,}"),
        ("words", f"{sum(outcome.words for outcome in outcomes):,}"),
    ):
        shown.add_row(name, value)
    if marked := sum(outcome.marked for outcome in outcomes):
        shown.add_row("marked to be dropped", f"{marked:,}")
    if tally.speed:  # not all was in the store
        shown.add_row("hours of video per hour", f"{tally.speed:,.1f}")
    return shown


def _missing(outcomes: Sequence[Outcome], passed_over: Sequence[PassedOver]) -> Table | None:
    """What went in and is not in the corpus, failures first; None where all of it is."""
    rows: list[tuple[str, str, str]] = [
        (outcome.video.video_id, status, outcome.reason)
        for status in ("failed", "filtered")
        for outcome in outcomes
        if outcome.status == status and not outcome.marked  # which is in it all the same
    ]
    rows += [(whole_text(file.path), "passed over", file.reason) for file in passed_over]
    if not rows:
        return None
    shown = table(
        "video or file", "status", "reason", title="Not in the corpus", title_justify="left"
    )
    shown.columns[1].no_wrap = True
    for name, status, reason in rows[:_MOST_SHOWN]:
        shown.add_row(escape(name), status, escape(reason))
    if (more := len(rows) - _MOST_SHOWN) > 0:
        shown.caption = f"and {more:,} more; the table `videos` has all videos"
    return shown


def _as_json(
    outcomes: Sequence[Outcome],
    passed_over: Sequence[PassedOver],
    written: Record | None,
    tally: Tally,
    output: Path,
) -> dict[str, Any]:
    listed = {
        status: [
            {"video_id": outcome.video.video_id, "reason": outcome.reason}
            for outcome in outcomes
            if outcome.status == status
        ]
        for status in ("failed", "filtered")
    }
    return {
        "corpus": str(output) if written else None,
        "revision": written.revision if written else None,
        "videos": by_status(outcomes),
        "hours_of_video": hours(outcomes),
        "samples": written.samples if written else 0,
        "images": written.images if written else 0,
        "words": sum(outcome.words for outcome in outcomes),
        "hours_of_video_per_hour": tally.speed or None,
        **listed,
        "passed_over": [
            {"path": whole_text(file.path), "reason": file.reason} for file in passed_over
        ],
    }


def _tell_bugs(count: int, output: Path, terminal: Terminal) -> None:
    from vid2book.folder import layout

    terminal.errors.print(
        f"[yellow]Bugs:[/] {number_of(count, 'video')} met something that nobody foresaw. The "
        f"tracebacks are in {escape(str(output / layout.ERRORS))}; please report them. The next "
        "build tries again."
    )


def _tell_provisional(count: int, terminal: Terminal) -> None:
    terminal.errors.print(
        f"[yellow]Provisional:[/] a back end failed on {number_of(count, 'video')}, and something "
        "simpler stood in (column 'provisional' of decisions). The next build tries again."
    )
