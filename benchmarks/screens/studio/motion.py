"""A camera that moves over a picture: slow zooms, drifts, pans, Ken Burns."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from rendering.draw import Frame
from rendering.shot import Shot, State, Stretch
from rendering.timeline import Timed

from .cues import Cue, ease, when
from .ink import Box
from .pages import Page
from .produce import Make, Stage

IN_VIEW = 0.97
"""Share of every text's box that must be in view for the whole slide to be shown."""


@dataclass(frozen=True)
class Key:
    """The camera at a time: its zoom, and the middle of its view in shares of the picture."""

    cue: Cue
    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5
    smooth: bool = True


@dataclass(frozen=True)
class Drift:
    """A trembling of so many pixels, in a wave of so many seconds, and a turn in degrees."""

    pixels: float = 0.0
    seconds: float = 6.0
    turn: float = 0.0


def moving(make: Make, keys: tuple[Key, ...], drift: Drift | None = None) -> Make:
    """The part's picture, seen by a camera that moves from key to key."""
    return lambda timed, stage: Moved(make(timed, stage), keys, drift or Drift(), timed, stage)


class Moved(Shot):
    """A shot under a moving camera."""

    def __init__(
        self, inner: Shot, keys: tuple[Key, ...], drift: Drift, timed: Timed, stage: Stage
    ) -> None:
        self._inner, self._drift, self._stage = inner, drift, stage
        self._keys = [(when(key.cue, timed, stage.fps), key) for key in keys]
        self._phase = np.random.default_rng(stage.seed).uniform(0, 6, 3)
        self._states = [part for state in inner.states for part in self._seen(state)]

    @property
    def states(self) -> list[State]:
        """Those of the picture, cut where the camera leaves some of the text out."""
        return self._states

    @property
    def uninformative(self) -> list[Stretch]:
        """As of the picture."""
        return self._inner.uninformative

    def view(self, time: float) -> tuple[float, float, float]:
        """Zoom, and the middle of the view in shares."""
        number = bisect_right([at for at, _ in self._keys], time)
        before = self._keys[max(0, number - 1)]
        after = self._keys[min(number, len(self._keys) - 1)]
        span = after[0] - before[0]
        share = min(1.0, max(0.0, (time - before[0]) / span)) if span > 0 else 0.0
        share = ease(share) if after[1].smooth else share
        a, b = before[1], after[1]
        zoom = math.exp(math.log(a.zoom) * (1 - share) + math.log(b.zoom) * share)
        return zoom, a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share

    def draw(self, time: float) -> Frame:
        """The picture of now, as far as the camera sees it."""
        picture = self._inner.draw(time)
        zoom, x, y = self.view(time)
        width, height = self._stage.size
        grow = zoom * width / picture.shape[1]
        wave = 2 * math.pi * time / self._drift.seconds
        turn = self._drift.turn * math.sin(0.7 * wave + self._phase[2])
        move = cv2.getRotationMatrix2D((x * picture.shape[1], y * picture.shape[0]), turn, grow)
        move[0, 2] += width / 2 - x * picture.shape[1]
        move[1, 2] += height / 2 - y * picture.shape[0]
        move[0, 2] += self._drift.pixels * math.sin(wave + self._phase[0])
        move[1, 2] += self._drift.pixels * math.sin(0.83 * wave + self._phase[1])
        how = cv2.INTER_AREA if grow < 0.7 else cv2.INTER_LINEAR
        return np.asarray(
            cv2.warpAffine(
                picture, move, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE
            )
        )

    def _seen(self, state: State) -> list[State]:
        """The longest stretch with all text in view is the state; the others may be shown."""
        if not isinstance(self._inner, Page):
            return [state]
        fps = self._stage.fps
        step = next(s for s in reversed(self._inner.steps) if s.start <= state.start + 1e-6)
        times = [n / fps for n in range(round(state.start * fps), round(state.end * fps))]
        shape = step.picture.shape
        boxes = [box for _, box in step.blocks]
        whole = [self._whole(boxes, shape, time) for time in times]
        edges = [0, *(k for k in range(1, len(whole)) if whole[k] != whole[k - 1]), len(whole)]
        runs = list(pairwise(edges))
        full = [run for run in runs if whole[run[0]]]
        best = max(full, key=lambda run: run[1] - run[0], default=None)
        found = []
        for a, b in runs:
            end = times[b] if b < len(times) else state.end
            text = state.text
            if not whole[a]:
                middle = times[(a + b) // 2]
                seen = (lines for lines, box in step.blocks if self._whole([box], shape, middle))
                text = tuple(line for lines in seen for line in lines)
            final = state.final and (a, b) == best
            found.append(replace(state, start=times[a], end=end, text=text, final=final))
        return found

    def _whole(self, boxes: list[Box], shape: tuple[int, ...], time: float) -> bool:
        zoom, x, y = self.view(time)
        half = 0.5 / zoom
        left, right = (x - half) * shape[1], (x + half) * shape[1]
        top, bottom = (y - half) * shape[0], (y + half) * shape[0]
        for x0, y0, x1, y1 in boxes:
            wide = max(0.0, min(x1, right) - max(x0, left))
            tall = max(0.0, min(y1, bottom) - max(y0, top))
            if wide * tall < IN_VIEW * (x1 - x0) * (y1 - y0):
                return False
        return True
