"""The end of a build: from finished stages to a corpus folder and a summary for the user."""

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
from .remarks import (
    failed_before,
    on_failed_before,
    on_licences,
    on_pictures_only,
    pictures_only,
    without_licence,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from vid2book.folder.record import Record
    from vid2book.manifest.walk import PassedOver
    from vid2book.pipeline.corpus import Corpus
    from vid2book.pipeline.local import Event
    from vid2book.records import Outcome
    from vid2book.terminal import Terminal

    from .opening import Opened
    from .progress import Display
    from .tally import Tally

_MOST_SHOWN = 50  # lines of a table; the table `videos` of a corpus has them all


class Conclusion(NamedTuple):
    """The result of a run."""

    corpus: Corpus  # counts videos that failed only in this run as failed
    outcomes: list[Outcome]
    written: Record | None  # what the folder holds; None: no video gave a sample


def conclude(
    corpus: Corpus,
    events: Sequence[Event],
    output: Path,
    workers: int,
    display: Display,
    log: BuildLog,
    is_local: bool = True,
) -> Conclusion:
    """Take the decisions that need the whole corpus; write it unless the folder holds it already.

    The arguments are those of `finish`.
    """
    from vid2book.folder import record

    from . import gather

    corpus = corpus.without({e.video.video_id: e.failure for e in events if e.failure})
    outcomes = list(display.counted("gathering results", gather.outcomes(corpus, workers)))
    written = _write(corpus, outcomes, output, display, workers)
    if written:
        log.finish(outcomes, written, sum(os.times()[:4]) if is_local else None)
    elif record.checked_record(output) is None:
        log.drop()
    return Conclusion(corpus, outcomes, written)


def finish(
    opened: Opened,
    events: Sequence[Event],
    output: Path,
    workers: int,
    display: Display,
    log: BuildLog,
    terminal: Terminal,
    is_local: bool = True,
    with_summary: bool = True,
    skips_failures: bool = False,
) -> None:
    """Take the decisions that need the whole corpus, write it, and report what is in it.

    Args:
        events: one for each video.
        output: the corpus folder, locked by the caller.
        workers: number of processes.
        log: the log of the build so far.
        is_local: whether this process started all processes that did the work.
        with_summary: print which videos are not in the corpus, and what is in it.
        skips_failures: whether videos that failed in an earlier build were left alone.

    Raises:
        typer.Exit: a video failed, or none was kept.
    """
    from vid2book.folder.layout import MEASURES, PREVIEW

    had = [part for part in (PREVIEW, MEASURES) if (output / part).exists()]
    corpus, outcomes, written = conclude(
        opened.corpus, events, output, workers, display, log, is_local
    )
    bugs = sum(bool(event.bug) for event in events)
    provisional = sum(corpus.is_provisional(video) for video in corpus.videos) if written else 0
    # The missing videos come first: the list may be long, and the summary should be in view.
    if with_summary and (missing := _missing(outcomes, opened.passed_over)):
        terminal.results.print(missing)
    skipped = list(failed_before(opened.corpus, events)) if skips_failures else []
    if with_summary:
        for sentence in (*on_pictures_only(pictures_only(outcomes)), *on_failed_before(skipped)):
            terminal.results.print(escape(sentence))
    if bugs:
        _report_bugs(bugs, output, terminal)
    if provisional:
        _report_provisional(provisional, terminal)
    if with_summary and written:
        lost = [part for part in had if not (output / part).exists()]
        _report_corpus(log.tally, outcomes, written, output, terminal, lost)
    terminal.document(
        _as_json(outcomes, opened.passed_over, written, log.tally, output)
        | {
            "notes": list(opened.notes),
            "not_tried_again": skipped,
            "provisional": provisional,
            "bugs": bugs,
        }
    )
    if written is None:
        where = escape(str(output))
        terminal.errors.print(
            f"[red]Error:[/] no video gave a sample; nothing was written to {where}"
        )
        for note in opened.notes:
            terminal.errors.print(escape(note))
        raise typer.Exit(NOTHING_DONE)
    if any(outcome.status == "failed" for outcome in outcomes):
        raise typer.Exit(SOME_FAILED)


def _write(
    corpus: Corpus, outcomes: list[Outcome], output: Path, display: Display, workers: int
) -> Record | None:
    """Write the corpus unless `output` holds it already; None if there is nothing to write."""
    from vid2book.folder import record

    from .source import revision

    if not any(outcome.samples for outcome in outcomes):
        return None
    existing = record.checked_record(output)
    if existing and existing.revision == revision(corpus, outcomes):
        return existing
    from .write import write_corpus  # `datasets` takes a second to import

    with display.writing() as tell:
        return write_corpus(corpus, output, tell, workers)


def _report_corpus(
    tally: Tally,
    outcomes: list[Outcome],
    written: Record,
    output: Path,
    terminal: Terminal,
    lost: Collection[str],
) -> None:
    from vid2book.folder.layout import MEASURES, PREVIEW

    out = terminal.results
    out.print(_summary(tally, outcomes, written))
    if count := without_licence(outcomes):
        out.print(escape(on_licences(count)))
    if PREVIEW in lost:
        out.print(f"The book in {PREVIEW}/ showed the old corpus and was deleted.")
    if MEASURES in lost:
        again = f"[bold]vid2book measure {escape(str(output))} -o REPORT --card[/]"
        out.print(f"The measures on the card were of the old corpus and were removed: {again}")
    out.print(f"The corpus: {escape(str(output))}")
    out.print(f"Look at it: [bold]vid2book view {escape(str(output))}[/]")


def _summary(tally: Tally, outcomes: list[Outcome], written: Record) -> Table:
    summary = table("", "", numbers=[1], show_header=False, box=None)
    summary.columns[0].style = "cyan"
    for name, value in (
        *((f"videos {status}", f"{count:,}") for status, count in by_status(outcomes).items()),
        ("hours of video", f"{hours(outcomes):,.2f}"),
        ("samples", f"{written.samples:,}"),
        ("images", f"{written.images:,}"),
        ("words", f"{sum(outcome.words for outcome in outcomes):,}"),
    ):
        summary.add_row(name, value)
    if marked := sum(outcome.marked for outcome in outcomes):
        summary.add_row("marked to be dropped", f"{marked:,}")
    if tally.speed:  # 0 if everything was in the store
        summary.add_row("hours of video per hour", f"{tally.speed:,.1f}")
    return summary


def _missing(outcomes: Sequence[Outcome], passed_over: Sequence[PassedOver]) -> Table | None:
    """Videos that did not get into the corpus, failures first, and files that were passed over;
    None if there are none."""
    rows: list[tuple[str, str, str]] = [
        (outcome.video.video_id, status, outcome.reason)
        for status in ("failed", "filtered")
        for outcome in outcomes
        if outcome.status == status and not outcome.marked  # marked content is in it
    ]
    rows += [(whole_text(file.path), "passed over", file.reason) for file in passed_over]
    if not rows:
        return None
    missing = table("video", "status", "reason", title="Not in the corpus", title_justify="left")
    missing.columns[1].no_wrap = True
    for name, status, reason in rows[:_MOST_SHOWN]:
        missing.add_row(escape(name), status, escape(reason))
    if (more := len(rows) - _MOST_SHOWN) > 0:
        missing.caption = f"and {more:,} more; the table `videos` has all videos"
    return missing


def _as_json(
    outcomes: Sequence[Outcome],
    passed_over: Sequence[PassedOver],
    written: Record | None,
    tally: Tally,
    output: Path,
) -> dict[str, Any]:
    lists = {
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
        "without_licence": without_licence(outcomes),
        "hours_of_video_per_hour": tally.speed or None,
        **lists,
        "pictures_only": [
            {"video_id": video_id, "reason": reason}
            for video_id, reason in pictures_only(outcomes).items()
        ],
        "passed_over": [
            {"path": whole_text(file.path), "reason": file.reason} for file in passed_over
        ],
    }


def _report_bugs(count: int, output: Path, terminal: Terminal) -> None:
    from vid2book.folder import layout

    terminal.errors.print(
        f"[yellow]Bugs:[/] {number_of(count, 'video')} failed with an unexpected error. The "
        f"tracebacks are in {escape(str(output / layout.ERRORS))}; please report them. The next "
        "build tries again."
    )


def _report_provisional(count: int, terminal: Terminal) -> None:
    terminal.errors.print(
        f"[yellow]Provisional:[/] a back end failed on {number_of(count, 'video')}, and something "
        "simpler stood in (column 'provisional' of decisions). The next build tries again."
    )
