"""What a build notes on this machine, beside the corpus: times, and the tracebacks of bugs.

Times are here and nowhere else, so that equal corpora are equal bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

if TYPE_CHECKING:
    from vid2book.folder.record import Written
    from vid2book.pipeline.local import Event
    from vid2book.records import Outcome


def log_build(
    path: Path,
    events: Iterable[Event],
    outcomes: Sequence[Outcome],
    written: Written,
    seconds: float,
) -> None:
    """Add lines on this build: one per video that was worked on, then one on the whole."""
    lines: list[dict[str, Any]] = [
        {"video_id": e.video.video_id, "duration_s": e.duration, "seconds": round(e.seconds, 2)}
        for e in events
        if e.seconds
    ]
    whole = {
        "finished": _now(),
        "seconds": round(seconds, 2),
        "hours_of_video": round(hours(outcomes), 4),
        **by_status(outcomes),
        "samples": written.samples,
        "revision": written.revision,
    }
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in [*lines, whole])


def with_bugs_logged(events: Iterable[Event], path: Path) -> Iterator[Event]:
    """Pass events on, and add the traceback of each bug to a log at once, made with the first."""
    for event in events:
        if event.bug:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{_now()} {event.video.video_id}\n{event.bug}\n")
        yield event


def with_bugs_told(
    events: Iterable[Event], shown_on: Console | None, stops: bool
) -> Iterator[Event]:
    """Pass events on, and show the tracebacks of bugs.

    Args:
        shown_on: where; None: nowhere.
        stops: end at the first bug.

    Raises:
        typer.Exit: there was a bug, and it ends the run.
    """
    for event in events:
        console = shown_on or (Console(stderr=True) if stops else None)
        if event.bug and console:
            console.print(event.bug, markup=False, highlight=False, soft_wrap=True)
        if event.bug and stops:
            raise typer.Exit(1)
        yield event


def by_status(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many videos were kept, filtered, and failed."""
    counts = Counter[str](outcome.status for outcome in outcomes)
    return {status: counts[status] for status in ("kept", "filtered", "failed")}


def hours(outcomes: Iterable[Outcome]) -> float:
    """Hours of video."""
    return sum(outcome.duration for outcome in outcomes) / 3600


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
