"""Digital ink on a canvas that scrolls, with a tool bar and a small pen cursor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from rendering.draw import Frame, rgb
from rendering.shot import Shot, State, Stretch
from rendering.timeline import Timed

from .ink import Ink, Pen
from .produce import Make, Stage
from .textures import shaded
from .writing import Action, Scroll, perform


@dataclass(frozen=True)
class Sheet:
    """The canvas. `grid` draws dots or lines; `bar` is the side of the tool bar."""

    pen: Pen
    color: str = "#1b2b8a"
    ground: str = "#ffffff"
    grid: str = ""
    bar: str = "top"
    bar_color: str = "#ececef"
    steps: bool = False
    """Scroll in jumps of a wheel instead of smoothly."""


def canvas(sheet: Sheet, actions: tuple[Action, ...]) -> Make:
    """A part on a canvas. Places are shares of the screen; `y` runs on below its lower edge."""
    return lambda timed, stage: Canvas(sheet, actions, timed, stage)


class Canvas(Shot):
    """The window of the drawing program."""

    def __init__(
        self, sheet: Sheet, actions: tuple[Action, ...], timed: Timed, stage: Stage
    ) -> None:
        rng = np.random.default_rng(stage.seed)
        self._sheet, self._stage = sheet, stage
        w, h = stage.size
        tall = 1 + sum(action.by for action in actions if isinstance(action, Scroll))
        ground = shaded(sheet.ground, np.ones((round(h * tall) + 2, w), np.float32))
        step = round(h * 0.06)
        tone = 0.86 if sum(rgb(sheet.ground)) > 380 else 1.35
        if sheet.grid == "lines":
            ground[step::step] *= tone
        elif sheet.grid == "squares":
            ground[step::step] *= tone
            ground[:, step::step] *= tone
        self._ink = Ink(np.clip(ground, 0, 255), rng, smear=0.0)
        pen = replace(sheet.pen, size=round(sheet.pen.size * h / 720))
        self._hand = perform(actions, timed, [self._ink], pen, stage.size, stage.fps, sheet.color)
        first = self._hand.moves[0].start
        self._dull = [Stretch(timed.stable, first)] if first > timed.stable + 1 else []

    @property
    def states(self) -> list[State]:
        """What stands before it is scrolled away or wiped."""
        return [one.state for one in self._hand.complete]

    @property
    def uninformative(self) -> list[Stretch]:
        """The empty canvas."""
        return self._dull

    def draw(self, time: float) -> Frame:
        """The part of the canvas that is in view, and the tools over it."""
        w, h = self._stage.size
        shift = self._hand.shift(time, h)
        if self._sheet.steps:
            shift = round(shift / (h * 0.07)) * h * 0.07
        whole = self._ink.at(time)
        top = min(round(shift), whole.shape[0] - h)
        out = whole[top : top + h].copy()
        move = self._hand.busy(time)
        if self._ink.tips:
            x, y = self._ink.tip(time)
            if move is None or isinstance(move.action, Scroll):
                x, y = x + 0.03 * w, y + 0.02 * h
            spot = (round(x), round(y - shift))
            cv2.circle(out, spot, max(2, h // 180), (120, 120, 130), 1, cv2.LINE_AA)
            cv2.line(
                out, spot, (spot[0] + h // 60, spot[1] - h // 40), (90, 90, 100), 2, cv2.LINE_AA
            )
        self._tools(out)
        return out

    def _tools(self, out: Frame) -> None:
        w, h = self._stage.size
        thick = round(h * 0.055)
        if self._sheet.bar == "top":
            boxes = [(round(w * (0.3 + 0.05 * k)), thick // 2) for k in range(8)]
            out[:thick] = rgb(self._sheet.bar_color)
        elif self._sheet.bar == "left":
            boxes = [(thick // 2, round(h * (0.2 + 0.08 * k))) for k in range(8)]
            out[:, :thick] = rgb(self._sheet.bar_color)
        else:
            return
        tones = [(30, 30, 30), (200, 40, 40), (30, 80, 200), (30, 140, 70), (230, 160, 30)]
        for k, spot in enumerate(boxes):
            if k < len(tones):
                cv2.circle(out, spot, thick // 3, tones[k], -1, cv2.LINE_AA)
            else:
                side = thick // 3
                low, high = (spot[0] - side, spot[1] - side), (spot[0] + side, spot[1] + side)
                cv2.rectangle(out, low, high, (120, 120, 126), 1)
                cv2.line(out, low, high, (120, 120, 126), 1, cv2.LINE_AA)
