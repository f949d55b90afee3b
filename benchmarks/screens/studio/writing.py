"""What a hand does, in order: write, draw, wipe, move on. From it come the states of a surface.

A state is the stretch in which the surface stands complete: from the last stroke before something
is taken away (wiped, scrolled off, a sheet turned) until that begins.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from rendering.shot import State
from rendering.timeline import Timed

from .cues import Cue, snap, when
from .ink import Box, Ink, Pen

STANDS = 2.5
"""Seconds that a complete surface stands at least."""
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Write:
    """A line at a place, in shares of the screen's width and height; `pace` in letters a second."""

    text: str
    at: tuple[float, float]
    cue: Cue = None
    color: str = ""
    size: float = 1.0
    pace: float = 11.0


@dataclass(frozen=True)
class Draw:
    """A polyline, likewise."""

    points: Points
    cue: Cue = None
    color: str = ""
    seconds: float = 1.2


@dataclass(frozen=True)
class Wipe:
    """A box is wiped. After a slip of the pen, what stood until then may be shown or not."""

    box: tuple[float, float, float, float]
    cue: Cue = None
    seconds: float = 2.5
    slip: bool = False


@dataclass(frozen=True)
class Scroll:
    """The surface moves up by a share of the screen's height."""

    by: float
    cue: Cue = None
    seconds: float = 1.2


@dataclass(frozen=True)
class Turn:
    """The sheet goes and a new one comes."""

    cue: Cue = None
    seconds: float = 2.0


Action = Write | Draw | Wipe | Scroll | Turn


@dataclass(frozen=True)
class Move:
    """An action in time."""

    start: float
    end: float
    action: Action


@dataclass
class Written:
    """A line or drawing on the surface, with its box in pixels of the surface."""

    text: str
    box: Box


@dataclass(frozen=True)
class Complete:
    """A state of the surface: its marks, and the sheet (from 0) and shift (pixels) of then."""

    state: State
    marks: list[Written]
    sheet: int
    shift: float


@dataclass
class Performance:
    """All that the hand does, in time."""

    moves: list[Move] = field(default_factory=list)
    complete: list[Complete] = field(default_factory=list)

    def shift(self, time: float, height: int, smooth: float = 1.0) -> float:
        """By how many pixels the surface has moved up."""
        total = 0.0
        for move in self.moves:
            if isinstance(move.action, Scroll) and time > move.start:
                share = min(1.0, (time - move.start) / (move.end - move.start))
                total += move.action.by * height * share * share * (3 - 2 * share)
        return total

    def busy(self, time: float) -> Move | None:
        """What the hand is doing."""
        return next((m for m in self.moves if m.start <= time < m.end), None)


def perform(
    actions: tuple[Action, ...],
    timed: Timed,
    sheets: list[Ink],
    pen: Pen,
    size: tuple[int, int],
    fps: int,
    color: str,
) -> Performance:
    """Do everything as soon as its cue and what comes before allow.

    Raises:
        ValueError: the part ends before everything has been done and has stood.
    """
    width, height = size
    done = Performance()
    marks: list[Written] = []
    free, sheet, shift = timed.stable, 0, 0.0

    def stand(until: float, final: bool) -> None:
        if marks:
            text = tuple(mark.text for mark in marks if mark.text)
            state = State(free, until, text, final)
            done.complete.append(Complete(state, list(marks), sheet, shift))

    for action in actions:
        closing = isinstance(action, Wipe | Scroll | Turn)
        begin = max(when(action.cue, timed, fps), free + (STANDS if closing else 0.2))
        begin = snap(begin, fps)
        length = len(action.text) / action.pace if isinstance(action, Write) else action.seconds
        end = snap(begin + length, fps)
        if closing:
            stand(begin, not (isinstance(action, Wipe) and action.slip))
        ink, tone = sheets[sheet], color
        if isinstance(action, Write | Draw):
            tone = action.color or color
        if isinstance(action, Write):
            used = Pen(
                pen.face,
                round(pen.size * action.size),
                pen.unsteady,
                pen.grain,
                pen.bold,
                pen.spread,
            )
            at = (action.at[0] * width, action.at[1] * height)
            marks.append(Written(action.text, ink.write(action.text, at, used, tone, begin, end)))
        elif isinstance(action, Draw):
            points = np.array(action.points) * (width, height)
            wide = max(2, round(pen.size * 0.07) + pen.bold)
            marks.append(Written("", ink.stroke(points, wide, tone, begin, end, pen.grain)))
        elif isinstance(action, Wipe):
            x0, y0, x1, y1 = action.box
            box = (x0 * width, y0 * height, x1 * width, y1 * height)
            ink.wipe(box, begin, end)
            marks = [mark for mark in marks if not _within(mark.box, box)]
        elif isinstance(action, Scroll):
            shift += action.by * height
            marks = [mark for mark in marks if mark.box[1] >= shift - 0.2 * pen.size]
        else:
            marks, sheet = [], sheet + 1
        done.moves.append(Move(begin, end, action))
        free = end
    if timed.end - free < STANDS:
        late = STANDS - (timed.end - free)
        raise ValueError(f"the part at {timed.start:.1f} s is {late:.1f} s too short for its hand")
    stand(timed.end, True)
    return done


def _within(inner: Box, outer: Box) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]
