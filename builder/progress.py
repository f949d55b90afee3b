"""What a run shows while it works."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from rich.markup import escape

from vid2book.bar import Bar, shows_bars
from vid2book.pipeline.names import shown_as
from vid2book.quantities import number_of

from .tally import Tally

if TYPE_CHECKING:
    from vid2book.pipeline.branch import Step
    from vid2book.pipeline.local import Event
    from vid2book.terminal import Terminal

T = TypeVar("T")

_PAUSE = 300.0  # seconds between lines on how far a build is


class Display:
    """A bar on a terminal, with how far each video in hand is; elsewhere a line per video.

    Args:
        tally: of what is through already; whoever passes events on here counts them first.
        terminal: where to show it.
    """

    def __init__(self, tally: Tally, terminal: Terminal) -> None:
        self._tally = tally
        self._told = 0.0
        self._terminal = terminal
        self._bar = Bar(terminal.notes, "videos", tally.total)

    def step(self, step: Step) -> None:
        """Show what a process is at."""
        at = f" {step.second // 60:.0f}:{step.second % 60:02.0f}" if step.second else ""
        self._bar.show(now=f"{step.video_id}: {shown_as(step.stage)}{at}")

    def shown(self, events: Iterable[Event]) -> Iterator[Event]:
        """Pass events on, and show how far the videos are."""
        if not shows_bars(self._terminal.notes):
            for event in events:
                line = f"{self._tally.done}/{self._tally.total} {_line(event)}"
                to = self._terminal.errors if event.failure else self._terminal.notes
                to.print(line)
                self._tell_how_far()
                yield event
            return
        with self._bar:
            for event in events:
                self._advance()
                if event.failure:
                    self._terminal.errors.print(_line(event))
                yield event

    def stopped(self) -> str:
        """What is said when the user has stopped the build."""
        return (
            f"Stopped after {self._tally.done:,} of {number_of(self._tally.total, 'video')}. "
            "Finished work is in the store; run the same command to continue."
        )

    def _tell_how_far(self) -> None:
        """A line now and then, among those on videos."""
        if self._tally.elapsed - self._told > _PAUSE:
            self._told = self._tally.elapsed
            self._terminal.notes.print(escape(self._tally.line()))

    def _advance(self) -> None:
        tally = self._tally
        self._bar.show(
            tally.done,
            left=tally.left,
            more=[
                f"failed: {tally.failed()}" if tally.failures else "",
                f"{tally.speed:,.1f} h of video per hour" if tally.speed else "",
                f"{timedelta(seconds=round(tally.elapsed))} so far",
            ],
        )

    def counted(self, what: str, items: Iterable[T]) -> Iterable[T]:
        """Pass on something for each video, and show how much has passed."""
        return Bar(self._terminal.notes, what, self._tally.total).counted(items)

    @contextmanager
    def writing(self) -> Iterator[Callable[[int, int], None]]:
        """Shows the `tell` of `write_corpus`."""
        with Bar(self._terminal.notes, "videos written") as bar:
            yield lambda done, total: bar.show(done, total)


def _line(event: Event) -> str:
    name = escape(event.video.video_id)
    if event.failure:
        return f"{name}: [red]failed[/], {escape(event.failure)}"
    if not event.seconds:
        return f"{name}: in the store"
    return f"{name}: {event.duration / 60:.1f} min of video, {event.seconds:.1f} s of work"
