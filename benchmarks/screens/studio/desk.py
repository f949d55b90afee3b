"""A document camera: a sheet on a desk, and a hand that writes on it and goes away."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from rendering.draw import Frame
from rendering.face import Sprite
from rendering.shot import Shot, State, Stretch
from rendering.timeline import Timed

from .cues import Cue, clear_of, ease, when
from .ink import Box, Ink, Pen
from .limbs import cloth, rounded
from .produce import Make, Stage
from .textures import Plane, paper, wood
from .writing import Action, Complete, Turn, perform

TURNS = 9
"""How many turns of the hand are drawn beforehand."""


@dataclass(frozen=True)
class Rest:
    """The hand rests at a place (shares of the screen) while it does not write."""

    x: float
    y: float
    cue: Cue


@dataclass(frozen=True)
class Desk:
    """The desk, the sheets and the hand. `tilt` is the sheet's turn in degrees."""

    pen: Pen
    color: str = "#1d2a6b"
    table: str = "#8a5a34"
    ruled: str = "lines"
    tilt: float = -2.0
    sheet: tuple[float, float, float, float] = (0.08, 0.05, 0.86, 0.97)
    skin: str = "#d8a582"
    sleeve: str = "#3c4a5e"
    arm: float = 38.0
    """Direction of the forearm in degrees below the horizontal, to the right."""
    big: float = 0.5
    """Length of the hand with its forearm's visible part, in heights of the screen."""


def desk(of: Desk, actions: tuple[Action, ...], rests: tuple[Rest, ...] = ()) -> Make:
    """A part under a document camera; places on the sheet are shares of the sheet's own size."""
    return lambda timed, stage: Filming(of, actions, rests, timed, stage)


class Filming(Shot):
    """What the document camera sees."""

    def __init__(
        self,
        of: Desk,
        actions: tuple[Action, ...],
        rests: tuple[Rest, ...],
        timed: Timed,
        stage: Stage,
    ) -> None:
        rng = np.random.default_rng(stage.seed)
        self._of, self._stage = of, stage
        w, h = stage.size
        x0, y0, x1, y1 = (v * s for v, s in zip(of.sheet, (w, h, w, h), strict=True))
        size = (round(x1 - x0), round(y1 - y0))
        turns = sum(isinstance(action, Turn) for action in actions)
        self._sheets = [Ink(paper(size, rng, of.ruled), rng) for _ in range(turns + 1)]
        pen = replace(of.pen, size=round(of.pen.size * h / 720))
        self._hand = perform(actions, timed, self._sheets, pen, size, stage.fps, of.color)
        self._places = [self._lying((x0 + x1) / 2, (y0 + y1) / 2, size, rng) for _ in self._sheets]
        self._table = wood(stage.size, rng, of.table).astype(np.uint8)
        self._hands = self._turned(self._drawn(rng))
        self._kept: tuple[tuple[int, int], Frame] | None = None
        self._rests = [(timed.start, Rest(1.25, 1.15, 0.0))] + [
            (when(rest.cue, timed, stage.fps), rest) for rest in rests
        ]
        self._phase = rng.uniform(0, 6, 3)
        self._path: list[tuple[float, float]] = []
        self._first = round(timed.start * stage.fps)
        self._states = [self._state(one) for one in self._hand.complete]
        first = self._hand.moves[0].start
        self._dull = [Stretch(timed.stable, first)] if first > timed.stable + 1 else []

    @property
    def states(self) -> list[State]:
        """Each sheet, complete."""
        return self._states

    @property
    def uninformative(self) -> list[Stretch]:
        """The empty sheet."""
        return self._dull

    def draw(self, time: float) -> Frame:
        """Desk, sheet and hand."""
        number = self._number(time)
        turn = self._hand.busy(time)
        share = 0.0
        if turn and isinstance(turn.action, Turn):
            share = (time - turn.start) / (turn.end - turn.start)
        if 0 < share < 0.5:
            out = self._laid(number, time, -ease(2 * share))
        elif share >= 0.5:
            out = self._laid(number + 1, time, ease(2 - 2 * share))
        else:
            out = self._laid(number, time, 0.0)
        swing = math.sin(2.1 * time + self._phase[0])
        self._lay(out, round((swing + 1) / 2 * (TURNS - 1)), self._at(time))
        return out

    def _number(self, time: float) -> int:
        return sum(
            isinstance(move.action, Turn) and time >= move.end - 1e-6 for move in self._hand.moves
        )

    def _laid(self, number: int, time: float, away: float) -> Frame:
        """The sheet on the desk, pushed to the left (-1) or the right (1) by a share."""
        picture = self._sheets[number].at(time)
        key = (number, self._sheets[number].reached)
        if not away and self._kept and self._kept[0] == key:
            return self._kept[1].copy()
        out = self._table
        move = self._places[number].copy()
        move[0, 2] += away * self._stage.size[0] * 1.05
        size = self._stage.size
        shade = np.full(picture.shape[:2], 255, np.uint8)
        mask = cv2.warpAffine(shade, move, size, flags=cv2.INTER_LINEAR)
        dark = cv2.warpAffine(mask, np.float32([[1, 0, 6], [0, 1, 8]]), size)
        dark = cv2.GaussianBlur(dark, (0, 0), 6)
        out = (out * (1 - 0.45 * dark[..., None].astype(np.float32) / 255)).astype(np.uint8)
        sheet = cv2.warpAffine(picture, move, size, flags=cv2.INTER_LINEAR)
        laid = np.where(mask[..., None] > 127, sheet, out)
        if not away:
            self._kept = (key, laid.copy())
        return laid

    def _at(self, time: float) -> tuple[float, float]:
        """The pen's tip on the screen: eased from the start, so that the hand never jumps."""
        frame = round(time * self._stage.fps) - self._first
        while len(self._path) <= frame:
            now = (self._first + len(self._path)) / self._stage.fps
            goal = self._goal(now)
            x, y = self._path[-1] if self._path else goal
            pull = 1.0 if self._writes(now) and math.dist((x, y), goal) < 60 else 0.25
            self._path.append((x + pull * (goal[0] - x), y + pull * (goal[1] - y)))
        return self._path[frame]

    def _writes(self, time: float) -> bool:
        move = self._hand.busy(time)
        return move is not None and not isinstance(move.action, Turn)

    def _goal(self, time: float) -> tuple[float, float]:
        move = self._hand.busy(time) or self._hand.busy(time + 0.6)
        w, h = self._stage.size
        if move and isinstance(move.action, Turn):
            share = (time - move.start) / (move.end - move.start)
            return w * (0.7 - 0.9 * min(1.0, 2 * max(share, 0.0))), h * 0.6
        if move:
            number = self._number(max(time, move.start))
            point = np.array([*self._sheets[number].tip(max(time, move.start)), 1.0])
            x, y = self._places[number] @ point
            return float(x), float(y)
        rest = [rest for at, rest in self._rests if at <= time][-1]
        return rest.x * w, rest.y * h

    def _lying(self, x: float, y: float, size: tuple[int, int], rng: np.random.Generator) -> Plane:
        """How a sheet lies: a turn about its middle and a place."""
        tilt = self._of.tilt + rng.normal(0, 0.8)
        move = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), tilt, 1.0)
        move[:, 2] += (x - size[0] / 2 + rng.normal(0, 4), y - size[1] / 2 + rng.normal(0, 4))
        return np.asarray(move)

    def _state(self, one: Complete) -> State:
        place = self._places[one.sheet]
        boxes = [_moved(mark.box, place) for mark in one.marks]

        def covered(time: float) -> bool:
            return any(self._covers(box, time) for box in boxes)

        clear = clear_of(one.state.start, one.state.end, self._stage.fps, covered)
        return replace(one.state, clear=clear)

    def _turned(self, sprite: Sprite) -> list[tuple[Sprite, int, int]]:
        """The hand in its turns, each cut to what is seen of it, with the pen's tip therein."""
        side = sprite.shape[0]
        found = []
        for k in range(TURNS):
            angle = (k / (TURNS - 1) * 2 - 1) * 2.5
            turn = cv2.getRotationMatrix2D((side / 2, side / 2), angle, 1.0)
            turned = cv2.warpAffine(sprite, turn, (side, side), flags=cv2.INTER_LINEAR)
            x, y, w, h = cv2.boundingRect(turned[..., 3])
            found.append((turned[y : y + h, x : x + w].copy(), side // 2 - x, side // 2 - y))
        return found

    def _lay(self, out: Frame, turn: int, tip: tuple[float, float]) -> None:
        """Lay the hand over the picture, its pen's tip at a place; in place."""
        sprite, right, down = self._hands[turn]
        left, top = round(tip[0]) - right, round(tip[1]) - down
        x0, y0 = max(left, 0), max(top, 0)
        x1 = min(left + sprite.shape[1], out.shape[1])
        y1 = min(top + sprite.shape[0], out.shape[0])
        if x0 >= x1 or y0 >= y1:
            return
        part = sprite[y0 - top : y1 - top, x0 - left : x1 - left]
        clear = cv2.cvtColor(255 - part[..., 3], cv2.COLOR_GRAY2RGB)
        below = cv2.multiply(out[y0:y1, x0:x1], clear, scale=1 / 255)
        out[y0:y1, x0:x1] = cv2.add(below, cv2.cvtColor(part, cv2.COLOR_RGBA2RGB))

    def _covers(self, box: Box, time: float) -> bool:
        """Whether the hand or the forearm lies over a box."""
        x, y = self._at(time)
        turn = math.radians(self._of.arm)
        length = self._of.big * self._stage.size[1]
        for k in range(12):
            along = (0.05 + 0.16 * k) * length
            px, py = x + along * math.cos(turn), y + along * math.sin(turn)
            half = length * (0.1 + 0.02 * k)
            if box[0] - half < px < box[2] + half and box[1] - half < py < box[3] + half:
                return True
        return False

    def _drawn(self, rng: np.random.Generator) -> Sprite:
        """The hand with its pen; the tip lies in the sprite's middle, the arm leads away."""
        u = self._of.big * self._stage.size[1]
        side = round(u * 4.6) // 2 * 2
        turn = math.radians(self._of.arm)
        flat = cloth((side, side), self._of.skin, "plain", rng)
        sleeve = cloth((side, side), self._of.sleeve, "knit", rng)
        out = np.zeros((side, side, 4), np.float32)

        def at(along: float, across: float) -> tuple[int, int]:
            x = side / 2 + u * (along * math.cos(turn) - across * math.sin(turn))
            y = side / 2 + u * (along * math.sin(turn) + across * math.cos(turn))
            return round(x), round(y)

        def part(points: list[tuple[float, float]], wide: float, surface: Plane) -> None:
            mask = np.zeros((side, side), np.uint8)
            for a, b in pairwise(points):
                cv2.line(mask, at(*a), at(*b), 255, max(2, round(wide * u)), cv2.LINE_AA)
            laid = rounded(mask, surface, max(3.0, wide * u * 0.5)).astype(np.float32)
            alpha = laid[..., 3:] / 255
            out[:] = out * (1 - alpha) + laid

        barrel = cloth((side, side), "#26282e", "plain", rng)
        part([(0.0, 0.0), (0.06, -0.02)], 0.014, barrel)
        part([(0.05, -0.016), (0.48, -0.2)], 0.035, barrel)
        part([(0.62, 0.06), (0.95, 0.1), (1.35, 0.13)], 0.24, flat)
        part([(0.42, 0.02), (0.56, 0.05)], 0.3, flat)
        for k, (reach, across) in enumerate(((0.26, 0.16), (0.22, 0.11), (0.17, 0.06))):
            part([(0.5, 0.14 - 0.06 * k), (0.34, across + 0.04), (reach, across)], 0.088, flat)
        part([(0.46, -0.06), (0.26, -0.08), (0.13, -0.035)], 0.085, flat)
        part([(0.5, -0.12), (0.32, -0.17), (0.19, -0.1)], 0.08, flat)
        nail = cloth((side, side), "#f0c9b4", "plain", rng)
        part([(0.135, -0.037), (0.15, -0.042)], 0.04, nail)
        part([(1.2, 0.13), (1.9, 0.2), (3.2, 0.3)], 0.34, sleeve)
        return np.clip(out, 0, 255).astype(np.uint8)


def _moved(box: Box, place: Plane) -> Box:
    corners = np.array([(x, y, 1.0) for x in box[::2] for y in box[1::2]]) @ place.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
