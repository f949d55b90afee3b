"""Formulas that morph: signs that stay glide to their new places, the others come and go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image, ImageDraw
from rendering.draw import Frame, font, frame, mix, rgb
from rendering.shot import Shot, State, Stretch
from rendering.timeline import Timed

from .cues import Cue, ease, snap, when
from .produce import Make, Stage
from .signs import RULE, Sign, typeset

STANDS = 2.0
"""Seconds that what will be taken away stands at least."""
MORPH = 1.4
"""Seconds that a morph takes."""


@dataclass(frozen=True)
class Formula:
    """A formula that stands from a cue on, in a slot (share of the height). Equal slots morph.

    `read` is what a reader would write down.
    """

    signs: str
    read: str
    cue: Cue = None
    slot: float = 0.45
    size: float = 0.12
    colors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plot:
    """A curve that draws itself in a box (shares), with a dot that runs along it afterwards."""

    of: Callable[[float], float]
    box: tuple[float, float, float, float]
    cue: Cue
    color: str = "#58c4dd"
    seconds: float = 2.0
    dot: bool = False


@dataclass(frozen=True)
class Clear:
    """Everything fades out."""

    cue: Cue
    seconds: float = 0.8


@dataclass(frozen=True)
class Film:
    """The ground and the letters."""

    ground: str = "#000000"
    ink: str = "#f0f0f0"
    face: str = "DejaVuSerif-Italic.ttf"
    title: str = ""


Action = Formula | Plot | Clear


@dataclass(frozen=True)
class Event:
    """An action with its time."""

    start: float
    end: float
    action: Action


def morphing(film: Film, actions: tuple[Action, ...]) -> Make:
    """A part in which formulas morph."""
    return lambda timed, stage: Morph(film, actions, timed, stage)


class Morph(Shot):
    """Formulas in slots. A state is what stands between two changes that take something away."""

    def __init__(self, film: Film, actions: tuple[Action, ...], timed: Timed, stage: Stage) -> None:
        self._film, self._stage = film, stage
        self._events: list[Event] = []
        free = timed.stable
        for action in actions:
            slots = {e.action.slot for e in self._events if isinstance(e.action, Formula)}
            takes = isinstance(action, Clear) or (
                isinstance(action, Formula) and action.slot in slots
            )
            earliest = free + (STANDS if takes else 0.0)
            start = snap(max(when(action.cue, timed, stage.fps), earliest), stage.fps)
            long = MORPH if isinstance(action, Formula) else action.seconds
            free = snap(start + long, stage.fps)
            self._events.append(Event(start, free, action))
        self._states = self._stand(timed)

    @property
    def states(self) -> list[State]:
        """What stands: optional if the next change only adds to it."""
        return self._states

    @property
    def uninformative(self) -> list[Stretch]:
        """None."""
        return []

    def draw(self, time: float) -> Frame:
        """The signs at a time."""
        page = Image.new("RGB", self._stage.size, rgb(self._film.ground))
        pen = ImageDraw.Draw(page)
        width, height = self._stage.size
        if self._film.title:
            type_ = font("DejaVuSans.ttf", round(height * 0.05))
            x = (width - type_.getlength(self._film.title)) / 2
            pen.text((x, height * 0.05), self._film.title, font=type_, fill=rgb(self._film.ink))
        fade = 0.0
        cleared = [e for e in self._events if isinstance(e.action, Clear) and e.start <= time]
        since = -1.0
        if cleared:
            last = cleared[-1]
            fade = min(1.0, (time - last.start) / (last.end - last.start))
            since = last.end if fade >= 1 else max([e.end for e in cleared[:-1]], default=-1.0)
            fade = 0.0 if fade >= 1 else fade
        live = [e for e in self._events if e.start <= time and e.start >= since - 1e-6]
        slots = sorted({e.action.slot for e in live if isinstance(e.action, Formula)})
        for slot in slots:
            mine = [e for e in live if isinstance(e.action, Formula) and e.action.slot == slot]
            self._slot(pen, mine, time, fade)
        for event in live:
            if isinstance(event.action, Plot):
                self._plot(pen, event, time, fade)
        return frame(page)

    def _stand(self, timed: Timed) -> list[State]:
        states: list[State] = []
        standing: dict[float, tuple[str, ...]] = {}
        title = (self._film.title,) if self._film.title else ()
        for number, event in enumerate(self._events):
            action = event.action
            if isinstance(action, Formula):
                standing[action.slot] = (action.read,)
            elif isinstance(action, Clear):
                standing = {}
                continue
            follows = self._events[number + 1 :]
            end = follows[0].start if follows else timed.end
            if end - event.end < 0.4:
                continue
            adds = bool(follows) and not self._takes(follows[0].action, number)
            lines = tuple(line for slot in sorted(standing) for line in standing[slot])
            states.append(State(event.end, end, (*title, *lines), not adds))
        return states

    def _takes(self, action: Action, number: int) -> bool:
        """Whether an action takes away what the events up to a number have shown."""
        if not isinstance(action, Formula):
            return isinstance(action, Clear)
        for event in reversed(self._events[: number + 1]):
            if isinstance(event.action, Clear):
                return False
            if isinstance(event.action, Formula) and event.action.slot == action.slot:
                stay = {sign.name for sign in self._laid(action)}
                return not {sign.name for sign in self._laid(event.action)} <= stay
        return False

    def _slot(
        self, pen: ImageDraw.ImageDraw, events: list[Event], time: float, fade: float
    ) -> None:
        now = events[-1]
        assert isinstance(now.action, Formula)
        share = ease((time - now.start) / (now.end - now.start))
        new = self._laid(now.action)
        old = {}
        if len(events) > 1:
            assert isinstance(events[-2].action, Formula)
            old = {sign.name: sign for sign in self._laid(events[-2].action)}
        middle = self._stage.size[0] / 2, now.action.slot * self._stage.size[1]
        if share < 1:
            staying = {sign.name for sign in new}
            for sign in old.values():
                if sign.name not in staying:
                    self._put(pen, sign, middle, 1 - min(1.0, share * 1.8), fade)
        for number, sign in enumerate(new):
            before = old.get(sign.name)
            if before:
                x = before.x + (sign.x - before.x) * share
                arc = 0.6 * abs(sign.x - before.x) * share * (1 - share)
                y = before.y + (sign.y - before.y) * share - arc
                size = round(before.size + (sign.size - before.size) * share)
                moved = Sign(sign.name, sign.text, x, y, size, sign.color)
                self._put(pen, moved, middle, 1.0, fade)
            else:
                late = number / len(new) * 0.6 if not old else 0.3
                self._put(pen, sign, middle, min(1.0, max(0.0, (share - late) / 0.4)), fade)

    def _put(
        self,
        pen: ImageDraw.ImageDraw,
        sign: Sign,
        middle: tuple[float, float],
        strength: float,
        fade: float,
    ) -> None:
        strength *= 1 - fade
        if strength <= 0.02:
            return
        tone = mix(rgb(self._film.ground), rgb(sign.color), strength)
        x, y = middle[0] + sign.x, middle[1] + sign.y
        if sign.text == RULE:
            thick = max(2, round(self._stage.size[1] / 260))
            pen.rectangle((x, y, x + sign.size, y + thick), fill=tone)
        else:
            pen.text((x, y), sign.text, font=font(self._film.face, sign.size), fill=tone)

    def _plot(self, pen: ImageDraw.ImageDraw, event: Event, time: float, fade: float) -> None:
        plot = event.action
        assert isinstance(plot, Plot)
        w, h = self._stage.size
        x0, y0, x1, y1 = (v * s for v, s in zip(plot.box, (w, h, w, h), strict=True))
        share = ease((time - event.start) / (event.end - event.start))
        axis = mix(rgb(self._film.ground), rgb(self._film.ink), 0.7 * (1 - fade))
        tone = mix(rgb(self._film.ground), rgb(plot.color), 1 - fade)
        pen.line((x0, y0, x0, y1, x1, y1), fill=axis, width=2)
        count = max(2, round(160 * share))
        points = [
            (x0 + (x1 - x0) * k / 160, y1 - (y1 - y0) * plot.of(k / 160)) for k in range(count)
        ]
        pen.line(points, fill=tone, width=4, joint="curve")
        if plot.dot and share >= 1:
            at = abs((time - event.end) / 3 % 2 - 1)
            x, y, r = x0 + (x1 - x0) * at, y1 - (y1 - y0) * plot.of(at), h * 0.012
            pen.ellipse(
                (x - r, y - r, x + r, y + r),
                fill=mix(rgb(self._film.ground), (255, 230, 80), 1 - fade),
            )

    def _laid(self, formula: Formula) -> list[Sign]:
        film = self._film
        big = round(formula.size * self._stage.size[1])
        return typeset(formula.signs, film.face, big, film.ink, formula.colors)
