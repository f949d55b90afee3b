"""What a run shows while it works."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    track,
)

from .tally import Tally

if TYPE_CHECKING:
    from vid2book.pipeline.branch import Step
    from vid2book.pipeline.local import Event

T = TypeVar("T")

_PAUSE = 300.0  # seconds between lines on how far a build is


class Display:
    """A bar on a terminal, with how far each video in hand is; elsewhere a line per video.

    Args:
        tally: of what is through already; whoever passes events on here counts them first.
        console: where to show it.
    """

    def __init__(self, tally: Tally, console: Console) -> None:
        self._tally = tally
        self._told = 0.0
        self._console = console
        self._bar = Progress(
            TextColumn("videos"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            TextColumn("{task.fields[failed]}", style="red"),
            TextColumn("{task.fields[now]}", style="dim"),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("", total=tally.total, speed="", left="", failed="", now="")

    def step(self, step: Step) -> None:
        """Show what a process is at."""
        at = f" {step.second // 60:.0f}:{step.second % 60:02.0f}" if step.second else ""
        self._bar.update(self._task, now=f"{escape(step.video_id)}: {step.stage}{at}")

    def shown(self, events: Iterable[Event]) -> Iterator[Event]:
        """Pass events on, and show how far the videos are."""
        if not self._console.is_terminal:
            for event in events:
                line = f"{self._tally.done}/{self._tally.total} {_line(event)}"
                self._console.print(line, soft_wrap=True, highlight=False)
                self._tell_how_far()
                yield event
            return
        with self._bar:
            for event in events:
                self._advance()
                if event.failure:
                    self._bar.console.print(_line(event), soft_wrap=True, highlight=False)
                yield event

    def stopped(self) -> str:
        """What is said when the user has stopped the build."""
        return (
            f"Stopped with {self._tally.done:,} of {self._tally.total:,} videos through. What is "
            "done is in the store, and the same command goes on from there."
        )

    def _tell_how_far(self) -> None:
        """A line now and then, among those on videos."""
        if self._tally.elapsed - self._told > _PAUSE:
            self._told = self._tally.elapsed
            self._console.print(escape(self._tally.line()), soft_wrap=True, highlight=False)

    def _advance(self) -> None:
        tally = self._tally
        left = None if tally.left is None else timedelta(seconds=round(tally.left))
        self._bar.update(
            self._task,
            completed=tally.done,
            speed=f"{tally.speed:,.1f} h of video per hour" if tally.speed else "",
            left=f"{left} left" if left is not None else "",
            failed=f"failed: {escape(tally.failed())}" if tally.failures else "",
        )

    def counted(self, what: str, items: Iterable[T]) -> Iterable[T]:
        """Pass on something for each video, and show how much has passed."""
        hidden = not self._console.is_terminal
        return track(
            items, what, self._tally.total, console=self._console, transient=True, disable=hidden
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
