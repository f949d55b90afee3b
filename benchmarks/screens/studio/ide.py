"""A program editor: typing, scrolling, a blinking cursor, popups, a terminal below."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from rendering.draw import Frame
from rendering.shot import Shot, State, Stretch
from rendering.timeline import Timed

from .cues import Cue, clear_of, ease, snap, when
from .produce import Make, Stage
from .window import Painter, View, Window

STANDS = 2.0
"""Seconds that the screen stands before it is changed."""


@dataclass(frozen=True)
class Type:
    """Lines are typed below what is there, or after line `after` (from 1); letters a second."""

    lines: str
    cue: Cue = None
    after: int | None = None
    pace: float = 16.0


@dataclass(frozen=True)
class Go:
    """The view scrolls until `line` (from 1) is the uppermost; `smooth` or line by line."""

    line: int
    cue: Cue = None
    seconds: float = 1.2
    smooth: bool = True


@dataclass(frozen=True)
class Popup:
    """A list of completions stands over the code for some seconds, at the cursor."""

    entries: tuple[str, ...]
    cue: Cue = None
    seconds: float = 1.8


@dataclass(frozen=True)
class Run:
    """A terminal opens below (if it is not open) and prints lines, one after the other."""

    lines: tuple[str, ...]
    cue: Cue = None
    seconds: float = 1.5


@dataclass(frozen=True)
class Close:
    """The terminal closes."""

    cue: Cue = None


Action = Type | Go | Popup | Run | Close


class Event(NamedTuple):
    """An action in time, and the code, cursor, view and terminal from which it starts."""

    start: float
    end: float
    action: Action
    before: View


def ide(window: Window, actions: tuple[Action, ...]) -> Make:
    """A part in an editor."""
    return lambda timed, stage: Ide(window, actions, timed, stage)


class Ide(Shot):
    """The window. A state is what stands before it is scrolled away, covered or the part ends."""

    def __init__(
        self, window: Window, actions: tuple[Action, ...], timed: Timed, stage: Stage
    ) -> None:
        self._stage = stage
        self._painter = Painter(window, stage.size)
        code = tuple(window.code.splitlines())
        self._first = View(code, (max(0, len(code) - 1), 0), 0.0, None, (), True)
        self._states: list[State] = []
        self._events = self._plan(actions, timed)
        self._seen: tuple[View, Frame] | None = None

    @property
    def states(self) -> list[State]:
        """Complete views."""
        return self._states

    @property
    def uninformative(self) -> list[Stretch]:
        """None: there is always some code."""
        return []

    def draw(self, time: float) -> Frame:
        """The window at a time."""
        view = self._at(time)
        if self._seen is None or self._seen[0] != view:
            self._seen = (view, self._painter.page(view))
        return self._seen[1]

    def _plan(self, actions: tuple[Action, ...], timed: Timed) -> list[Event]:
        events: list[Event] = []
        view, free, fps = self._first, timed.stable, self._stage.fps
        optional = False
        popups: list[Stretch] = []
        for action in actions:
            cue = when(action.cue, timed, fps)
            begin = snap(max(cue, free + 0.3), fps)
            if self._takes(action, view):
                begin = snap(max(cue, free + STANDS), fps)
                self._stand(view, Stretch(free, begin), popups, optional)
            event = Event(begin, snap(begin + self._seconds(action), fps), action, view)
            events.append(event)
            if isinstance(action, Popup):
                popups.append(Stretch(event.start, event.end))
                continue
            view, free = self._during(event, event.end), event.end
            # When the terminal closes, what stood before it comes back.
            optional = isinstance(action, Close)
        if timed.end - free < STANDS:
            raise ValueError(f"the part at {timed.start:.1f} s is too short for its typing")
        self._stand(view, Stretch(free, timed.end), popups, optional)
        return events

    def _takes(self, action: Action, view: View) -> bool:
        """Whether an action takes away something that can be read now."""
        if isinstance(action, Run):
            after = self._during(Event(0.0, 1.0, action, view), 1.0)
            return not set(self._readable(view)) <= set(self._readable(after))
        return isinstance(action, Go | Close)

    def _stand(self, view: View, span: Stretch, popups: list[Stretch], optional: bool) -> None:
        """Keep a complete view as a state."""
        lines = self._readable(view)
        if not lines:
            return
        told = {line for state in self._states for line in state.text}
        # What stood already, but for a line or two, may be shown once more or not.
        again = sum(line in told for line in lines) > 0.8 * len(lines)
        state = State(span.start, span.end, lines, not (again or optional))
        hidden = [popup for popup in popups if popup.end > span.start and popup.start < span.end]
        if hidden:

            def covered(time: float) -> bool:
                return any(popup.start <= time < popup.end for popup in hidden)

            clear = clear_of(span.start, span.end, self._stage.fps, covered)
            state = replace(state, clear=clear)
        self._states.append(state)

    def _seconds(self, action: Action) -> float:
        return len(action.lines) / action.pace if isinstance(action, Type) else (
            0.2 if isinstance(action, Close) else action.seconds
        )  # fmt: skip

    def _during(self, event: Event, time: float) -> View:
        """What an action has made of the window by a time."""
        view, action = event.before, event.action
        share = min(1.0, (time - event.start) / max(event.end - event.start, 1e-6))
        if isinstance(action, Type):
            return self._typed(view, action, share)
        if isinstance(action, Go):
            way = (action.line - 1 - view.top) * (ease(share) if action.smooth else share)
            top = view.top + way
            return view._replace(top=top if action.smooth else float(round(top)))
        if isinstance(action, Run):
            shown = int(share * len(action.lines) + 1e-6)
            return view._replace(terminal=(view.terminal or ()) + action.lines[:shown])
        if isinstance(action, Close):
            return view._replace(terminal=None if share >= 1 else view.terminal)
        return view._replace(popup=action.entries if time < event.end else ())

    def _typed(self, view: View, action: Type, share: float) -> View:
        text = action.lines[: int(share * len(action.lines) + 1e-6)]
        # An editor indents by itself, so that a line's leading spaces come at once.
        rest = action.lines[len(text) :]
        if text.endswith("\n") or not text:
            text += rest[: len(rest) - len(rest.lstrip(" "))]
        new = tuple(text.split("\n"))
        at = len(view.code) if action.after is None else action.after
        code = view.code[:at] + new + view.code[at:]
        row = at + len(new) - 1
        top = view.top
        rows = self._painter.rows(view.terminal)
        if row - top > rows - 2:
            top = float(row - rows + 2)  # typing at the lower edge pushes the code up line by line
        return view._replace(code=code, cursor=(row, len(new[-1])), top=top)

    def _at(self, time: float) -> View:
        done = [event for event in self._events if event.start <= time + 1e-6]
        lit = time % 1.06 < 0.53
        if not done:
            return self._first._replace(lit=lit)
        popup = next(
            (e.action.entries for e in done if isinstance(e.action, Popup) and time < e.end), ()
        )
        last = [event for event in done if not isinstance(event.action, Popup)]
        view = self._during(last[-1], time) if last else self._first
        return view._replace(popup=popup, lit=lit)

    def _readable(self, view: View) -> tuple[str, ...]:
        top, rows = round(view.top), self._painter.rows(view.terminal)
        shown = [line.strip() for line in view.code[top : top + rows] if line.strip()]
        return (*shown, *(view.terminal or ()))
