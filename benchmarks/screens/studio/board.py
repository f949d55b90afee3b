"""A board that is written on, with a lecturer before it who covers what stands there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from rendering.draw import Frame
from rendering.shot import Shot, State, Stretch
from rendering.timeline import Timed

from .cues import Cue, clear_of, when
from .ink import Box, Ink, Pen
from .lecturer import Figure, Lecturer, Pose
from .produce import Make, Stage
from .textures import Plane, chalkboard, clouds, shaded
from .writing import Action, Complete, perform

WALK = 0.3
"""Widths of the picture that the lecturer walks in a second."""


@dataclass(frozen=True)
class Walk:
    """The lecturer goes to a place (share of the width) and faces the class."""

    x: float
    cue: Cue


@dataclass(frozen=True)
class Hall:
    """The board and who stands before it. `white` is a whiteboard, which shines."""

    figure: Figure
    pen: Pen
    color: str = "#24463a"
    chalk: str = "#eceadf"
    white: bool = False
    frame: tuple[int, int, int] = (122, 88, 56)
    side: int = -1
    """On which side of what he writes the lecturer stands."""


def board(hall: Hall, actions: tuple[Action, ...], walks: tuple[Walk, ...]) -> Make:
    """A part at a board."""
    return lambda timed, stage: Board(hall, actions, walks, timed, stage)


class Board(Shot):
    """The board and its lecturer."""

    def __init__(
        self,
        hall: Hall,
        actions: tuple[Action, ...],
        walks: tuple[Walk, ...],
        timed: Timed,
        stage: Stage,
    ) -> None:
        rng = np.random.default_rng(stage.seed)
        self._hall, self._stage = hall, stage
        self._ink = Ink(self._surface(rng), rng)
        pen = replace(hall.pen, size=round(hall.pen.size * stage.size[1] / 720))
        self._hand = perform(actions, timed, [self._ink], pen, stage.size, stage.fps, hall.chalk)
        self._lecturer = Lecturer(hall.figure, stage)
        self._route = self._plan(walks, timed)
        self._walked: list[tuple[float, float]] = []
        self._from = round(timed.start * stage.fps)
        self._states = [self._state(one) for one in self._hand.complete]
        first = self._hand.moves[0].start
        self._dull = [Stretch(timed.stable, first)] if first > timed.stable + 1 else []

    @property
    def states(self) -> list[State]:
        """From the last stroke to the wipe."""
        return self._states

    @property
    def uninformative(self) -> list[Stretch]:
        """The board before anything is written."""
        return self._dull

    def draw(self, time: float) -> Frame:
        """The board with the lecturer before it."""
        out = self._ink.at(time).copy()
        move = self._hand.busy(time)
        pose = self._pose(time)
        if move and type(move.action).__name__ == "Wipe" and pose.hand:
            x, y = (round(v) for v in pose.hand)
            w, h = round(self._stage.size[1] * 0.05), round(self._stage.size[1] * 0.075)
            cv2.rectangle(out, (x - w, y - h), (x + w, y + h), (70, 62, 58), -1)
        self._lecturer.draw(out, pose, time)
        return out

    def _surface(self, rng: np.random.Generator) -> Plane:
        size = self._stage.size
        if self._hall.white:
            shine = 1 + 0.03 * clouds(size, rng, 2, 2)
            face = shaded(self._hall.color, shine)
        else:
            face = chalkboard(size, rng, self._hall.color)
        edge = round(size[1] * 0.022)
        for strip in (np.s_[:edge], np.s_[-edge:], np.s_[:, :edge], np.s_[:, -edge:]):
            face[strip] = self._hall.frame
        return face

    def _plan(self, walks: tuple[Walk, ...], timed: Timed) -> list[tuple[float, float]]:
        """Times and places (pixels) that the lecturer passes, apart from his writing."""
        route: list[tuple[float, float]] = []
        for walk in walks:
            at = when(walk.cue, timed, self._stage.fps)
            route.append((at, walk.x * self._stage.size[0]))
        return sorted(route)

    def _goal(self, time: float) -> tuple[float, bool]:
        """Where he wants to be, and whether he writes there."""
        move = self._hand.busy(time) or self._hand.busy(time + 1.5)
        if move:
            reach = 0.3 * self._stage.size[1] * self._hall.figure.tall
            x = self._ink.tip(max(time, move.start))[0] + self._hall.side * reach
            return min(max(x, 0.06 * self._stage.size[0]), 0.94 * self._stage.size[0]), True
        before = [x for at, x in self._route if at <= time]
        return (before or [self._route[0][1]])[-1], False

    def _pose(self, time: float) -> Pose:
        """The walk is integrated from the start, so that he never jumps."""
        frame = round(time * self._stage.fps)
        step = WALK * self._stage.size[0] / self._stage.fps
        while len(self._walked) <= frame - self._from:
            now = (self._from + len(self._walked)) / self._stage.fps
            goal, _ = self._goal(now)
            x, stride = self._walked[-1] if self._walked else (goal, 0.0)
            move = min(step, max(-step, 0.12 * (goal - x)))
            stride += abs(move) / self._stage.size[1] * 22 if abs(move) > 0.15 * step else 0
            self._walked.append((x + move, stride))
        x, stride = self._walked[frame - self._from]
        busy = self._hand.busy(time)
        hand = self._ink.tip(time) if busy else None
        if hand and abs(hand[0] - x) > 0.62 * self._stage.size[1] * self._hall.figure.tall:
            hand = None
        return Pose(x, hand, stride, busy is None and not self._hand.busy(time + 0.5))

    def _state(self, one: Complete) -> State:
        boxes = [mark.box for mark in one.marks]

        def covered(time: float) -> bool:
            shade = self._lecturer.boxes(self._pose(time), time)
            return any(meet(box, over) for box in boxes for over in shade)

        clear = clear_of(one.state.start, one.state.end, self._stage.fps, covered)
        return replace(one.state, clear=clear)


def meet(one: Box, other: Box) -> bool:
    """Whether two boxes overlap."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > 1 and down > 1
