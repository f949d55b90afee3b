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
    """A bar on a terminal, with the position in each current video; elsewhere a line per video.

    Args:
        tally: counts the finished videos; an event must be counted before it is passed on here.
        terminal: where to show it.
    """

    def __init__(self, tally: Tally, terminal: Terminal) -> None:
        self._tally = tally
        self._last_line = 0.0  # in seconds since the start
        self._terminal = terminal
        # The tally estimates the time left; videos in the store take no time and would mislead.
        self._bar = Bar(terminal.notes, "videos", tally.total, estimates=False)

    def step(self, step: Step) -> None:
        """Show what a process is working on."""
        at = f" {step.second // 60:.0f}:{step.second % 60:02.0f}" if step.second else ""
        self._bar.show(now=f"{step.video_id}: {shown_as(step.stage)}{at}")

    def shown(self, events: Iterable[Event]) -> Iterator[Event]:
        """Pass events on, and show the progress."""
        if not shows_bars(self._terminal.notes):
            for event in events:
                line = f"{self._tally.done}/{self._tally.total} {_line(event)}"
                to = self._terminal.errors if event.failure else self._terminal.notes
                to.print(line)
                self._print_progress()
                yield event
            return
        with self._bar:
            for event in events:
                self._advance()
                if event.failure:
                    self._terminal.errors.print(_line(event))
                yield event

    def stop_message(self) -> str:
        """The message for a user who stopped the build."""
        return (
            f"Stopped after {self._tally.done:,} of {number_of(self._tally.total, 'video')}. "
            "Finished work is in the store; run the same command to continue."
        )

    def _print_progress(self) -> None:
        """Now and then, print a line on the whole build between those on videos."""
        if self._tally.elapsed - self._last_line > _PAUSE:
            self._last_line = self._tally.elapsed
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
        """Pass on one item for each video, and show how many have passed."""
        return Bar(self._terminal.notes, what, self._tally.total).counted(items)

    @contextmanager
    def writing(self) -> Iterator[Callable[[int, int], None]]:
        """Show the progress that `write_corpus` reports through its argument `tell`."""
        with Bar(self._terminal.notes, "writing the corpus") as bar:
            yield lambda done, total: bar.show(done, total)


def _line(event: Event) -> str:
    name = escape(event.video.video_id)
    if event.failure:
        return f"{name}: [red]failed[/], {escape(event.failure)}"
    if not event.seconds:
        return f"{name}: in the store"
    return f"{name}: {event.duration / 60:.1f} min of video, {event.seconds:.1f} s of work"
