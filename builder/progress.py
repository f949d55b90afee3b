"""What a run shows while it works."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    track,
)

if TYPE_CHECKING:
    from vid2book.pipeline.local import Event, Step

T = TypeVar("T")


class Display:
    """A bar on a terminal, with how far each video in hand is; elsewhere a line per video.

    Args:
        total: how many videos there are.
        console: where to show it.
    """

    def __init__(self, total: int, console: Console) -> None:
        self._total = total
        self._console = console
        self._bar = Progress(
            TextColumn("videos"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(elapsed_when_finished=False),
            TextColumn("{task.fields[now]}", style="dim"),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("", total=total, speed="", now="")

    def step(self, step: Step) -> None:
        """Show what a process is at."""
        at = f" {step.second // 60:.0f}:{step.second % 60:02.0f}" if step.second else ""
        self._bar.update(self._task, now=f"{escape(step.video_id)}: {step.stage}{at}")

    def shown(self, events: Iterable[Event]) -> Iterator[Event]:
        """Pass events on, and show how far the videos are."""
        if not self._console.is_terminal:
            for number, event in enumerate(events, 1):
                line = f"{number}/{self._total} {_line(event)}"
                self._console.print(line, soft_wrap=True, highlight=False)
                yield event
            return
        with self._bar:
            done = 0.0
            for event in events:
                # What was in the store already tells nothing about the speed.
                done += event.duration if event.seconds else 0.0
                elapsed = self._bar.tasks[0].elapsed or 0.0
                speed = f"{done / elapsed:.1f} h of video per hour" if done and elapsed else ""
                self._bar.update(self._task, advance=1, speed=speed)
                if event.failure:
                    self._bar.console.print(_line(event), soft_wrap=True, highlight=False)
                yield event

    def counted(self, what: str, items: Iterable[T]) -> Iterable[T]:
        """Pass on something for each video, and show how much has passed."""
        hidden = not self._console.is_terminal
        return track(
            items, what, self._total, console=self._console, transient=True, disable=hidden
        )

    @contextmanager
    def writing(self) -> Iterator[Callable[[int, int], None]]:
        """Shows the `tell` of `write_corpus`."""
        hidden = not self._console.is_terminal
        with Progress(console=self._console, transient=True, disable=hidden) as bar:
            task = bar.add_task("writing")
            yield lambda done, total: bar.update(task, completed=done, total=total)


def _line(event: Event) -> str:
    name = escape(event.video.video_id)
    if event.failure:
        return f"{name}: [red]failed[/], {escape(event.failure)}"
    if not event.seconds:
        return f"{name}: in the store"
    return f"{name}: {event.duration / 60:.1f} min of video, {event.seconds:.1f} s of work"
