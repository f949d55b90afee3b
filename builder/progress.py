"""What a run shows while it works: a bar on a terminal, else a line per video."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from vid2book.executors.local import Event


def shown(events: Iterable[Event], total: int, console: Console) -> Iterator[Event]:
    """Pass events on, and show on `console` how far `total` videos are."""
    if not console.is_terminal:
        for number, event in enumerate(events, 1):
            console.print(f"{number}/{total} {_line(event)}", soft_wrap=True, highlight=False)
            yield event
        return
    columns = (
        TextColumn("videos"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(elapsed_when_finished=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total, speed="")
        done = 0.0
        for event in events:
            # What was in the store already tells nothing about the speed.
            done += event.duration if event.seconds else 0.0
            elapsed = bar.tasks[0].elapsed or 0.0
            speed = f"{done / elapsed:.1f} h of video per hour" if done and elapsed else ""
            bar.update(task, advance=1, speed=speed)
            if event.failure:
                bar.console.print(_line(event), soft_wrap=True, highlight=False)
            yield event


def _line(event: Event) -> str:
    name = escape(event.video.video_id)
    if event.failure:
        return f"{name}: [red]failed[/], {escape(event.failure)}"
    if not event.seconds:
        return f"{name}: in the store"
    return f"{name}: {event.duration / 60:.1f} min of video, {event.seconds:.1f} s of work"
