"""A progress bar in one line of a terminal.

On a narrow terminal, the bar of `rich` shrinks all its columns until none says anything. Here the
count, the time left and the current work stay, each in its place, and the rest disappears. The
cursor waits at the start of the line: a terminal that rewraps lines when it becomes narrower leaves
it there, so the whole line can be erased.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import NamedTuple, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.segment import ControlType, Segment
from rich.style import Style

T = TypeVar("T")

_GAP = "  "
_NOW, _MORE = 34, 20  # columns of the current work; fewest that further text needs
_LEFT = 13  # columns of the time left, below a hundred hours
_UNKNOWN = "-:--:-- left"


class _Layout(NamedTuple):
    """The layout of a line."""

    bar: int  # columns of the bar itself
    padded: bool  # whether short texts are padded, so that what follows stays in its place


# Each from a number of columns on.
_LAYOUTS = (
    (110, _Layout(24, True)),
    (76, _Layout(12, True)),
    (56, _Layout(8, True)),
    (0, _Layout(0, False)),
)

_ERASE = Segment("\x1b[J", None, [(ControlType.CLEAR,)])  # from the cursor on
_TO_START = Segment("\r", None, [(ControlType.CARRIAGE_RETURN,)])


def shows_bars(console: Console) -> bool:
    """Whether a line of the console can be overwritten."""
    if console.quiet or console.is_dumb_terminal or not console.is_terminal:
        return False
    try:  # with FORCE_COLOR, `rich` takes a file for a terminal
        return os.isatty(console.file.fileno())
    except (OSError, ValueError, AttributeError):
        return True


class Bar:
    """A progress bar that disappears at the end.

    Args:
        console: where it is shown; if its lines cannot be overwritten, nothing is shown.
        what: the noun that is counted, such as "videos".
        total: how many there are; None: unknown.
        estimates: estimate the time left from the time per item so far, where it is not given.
    """

    def __init__(
        self, console: Console, what: str, total: int | None = None, *, estimates: bool = True
    ) -> None:
        self._estimates = estimates
        self._what, self._total, self._done = what, total, 0
        self._left, self._now = "", ""
        self._more: Sequence[str] = ()
        self._started = time.monotonic()
        self._shown = shows_bars(console)
        self._live = Live(self, console=console, transient=True, refresh_per_second=10)

    def __enter__(self) -> Bar:
        if self._shown:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            self._live.stop()

    def show(
        self,
        done: int | None = None,
        total: int | None = None,
        *,
        what: str | None = None,
        now: str | None = None,
        left: float | None = None,
        more: Sequence[str] | None = None,
    ) -> None:
        """Change what is shown; whatever is not given stays.

        Args:
            done: how many of `total` are done.
            what: the noun that is counted.
            now: the current work.
            left: seconds left; None: estimated, or unknown if the bar does not estimate.
            more: further texts, the most important first, shown as far as there is room.
        """
        self._what = self._what if what is None else what
        self._total = self._total if total is None else total
        self._now = self._now if now is None else now
        self._more = self._more if more is None else more
        if done is not None:
            if done < self._done:  # something else is counted
                self._started, self._left = time.monotonic(), ""
            self._done = done
            if left is None and self._estimates and done and self._total:
                left = (self._total - done) * (time.monotonic() - self._started) / done
        if left is not None:
            self._left = f"{_clock(left)} left"

    def counted(self, items: Iterable[T]) -> Iterator[T]:
        """Pass items on, and show how many there have been."""
        with self:
            for done, item in enumerate(items):
                self.show(done)
                yield item

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        # The last column stays free: some terminals move to the next line once it is written.
        before, bar, after = self._parts(min(options.max_width, _width(console)) - 1)
        filled = round(len(bar) * self._done / self._total) if self._total else 0
        yield _ERASE
        yield Segment(before)
        yield Segment(bar[:filled], Style(color="green"))
        yield Segment(bar[filled:], Style(dim=True))
        yield Segment(after)
        yield _TO_START

    def _parts(self, width: int) -> tuple[str, str, str]:
        """The text before the bar, the bar, and the text after it.

        The widths of the columns depend only on `width` and the total, so none of them moves or
        disappears while items are counted.
        """
        layout = _layout(width) if self._total else _Layout(0, False)
        bar = "━" * layout.bar
        count = self._count(layout.padded)
        before = count + _GAP if bar else _shortened(count, width)
        left = self._left or (_UNKNOWN if self._total else "")
        columns = [left.rjust(_LEFT) if layout.padded else left]
        room = width - cell_len(_GAP.join(filter(None, [before + bar, *columns]))) - len(_GAP)
        if room < _NOW + _MORE:
            columns.append(_shortened(self._now, room))
        else:
            columns.append(set_cell_size(_shortened(self._now, _NOW), _NOW))
            room -= _NOW
            for text in filter(None, self._more):
                if cell_len(text) + len(_GAP) <= room:
                    columns.append(text)
                    room -= cell_len(text) + len(_GAP)
        after = _GAP.join(filter(None, columns)).rstrip()
        return before, bar, _GAP + after if after else ""

    def _count(self, padded: bool) -> str:
        if not self._total:
            return f"{self._what} {self._done:,}"
        total = f"{self._total:,}"
        done = f"{self._done:,}"
        return f"{self._what} {done.rjust(len(total)) if padded else done}/{total}"


def _layout(width: int) -> _Layout:
    return next(layout for least, layout in _LAYOUTS if width >= least)


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _width(console: Console) -> int:
    """The present width of the window; `console` trusts COLUMNS, which may be out of date."""
    try:
        return os.get_terminal_size(console.file.fileno()).columns or console.width
    except (OSError, ValueError, AttributeError):  # no window, or no file at all
        return console.width


def _shortened(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 1 else ""
