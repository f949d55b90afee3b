"""A map that is zoomed and panned: land and sea of made-up heights, rivers, towns as dots."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from PIL import Image, ImageDraw
from rendering.draw import Frame, font, rgb
from rendering.shot import Shot, State, Stretch
from rendering.timeline import Timed

from .cues import Cue, ease, snap, when
from .produce import Make, Stage
from .textures import clouds

SCALE = 3
"""How many times larger than the screen the map is drawn."""


@dataclass(frozen=True)
class Town:
    """A dot with a name, shown from a zoom on; its place in shares of the map."""

    name: str
    at: tuple[float, float]
    zoom: float


@dataclass(frozen=True)
class Stop:
    """The view rests here from the moment at which it arrives until the next cue."""

    cue: Cue
    zoom: float
    at: tuple[float, float]
    seconds: float = 2.0
    """How long it takes to get here."""


@dataclass(frozen=True)
class Atlas:
    """The map: the colours of sea, low land, high land, peaks; and its towns."""

    tones: tuple[str, str, str, str] = ("#7fb2d6", "#b9cf94", "#c9a86a", "#f2eee6")
    towns: tuple[Town, ...] = ()
    sea: float = 0.0
    face: str = "LiberationSans-Regular.ttf"
    ring: str = ""
    """A colour in which the place that the view rests on is ringed."""


def zooming(atlas: Atlas, stops: tuple[Stop, ...]) -> Make:
    """A part in which a map is zoomed from stop to stop."""
    return lambda timed, stage: Map(atlas, stops, timed, stage)


class Map(Shot):
    """The map under its moving view; each rest is a state."""

    def __init__(self, atlas: Atlas, stops: tuple[Stop, ...], timed: Timed, stage: Stage) -> None:
        self._atlas, self._stage = atlas, stage
        self._picture = self._drawn(np.random.default_rng(stage.seed))
        first = replace(stops[0], seconds=0.0)
        self._stops = [
            (max(timed.stable, when(stop.cue, timed, stage.fps)), stop)
            for stop in (first, *stops[1:])
        ]
        ends = [at for at, _ in self._stops[1:]] + [timed.end]
        self._states = [
            State(snap(at + stop.seconds, stage.fps), end, self._names(stop))
            for (at, stop), end in zip(self._stops, ends, strict=True)
        ]

    @property
    def states(self) -> list[State]:
        """The rests."""
        return self._states

    @property
    def uninformative(self) -> list[Stretch]:
        """None."""
        return []

    def draw(self, time: float) -> Frame:
        """The view of now."""
        zoom, x, y = self._view(time)
        w, h = self._stage.size
        grow = zoom / SCALE
        wide, tall = self._picture.shape[1], self._picture.shape[0]
        move = np.array(
            [[grow, 0, w / 2 - grow * x * wide], [0, grow, h / 2 - grow * y * tall]], np.float32
        )
        how = cv2.INTER_AREA if grow < 0.7 else cv2.INTER_LINEAR
        out = cv2.warpAffine(self._picture, move, (w, h), flags=how, borderMode=cv2.BORDER_REFLECT)
        page = Image.fromarray(out)
        pen = ImageDraw.Draw(page)
        type_ = font(self._atlas.face, round(h * 0.038))
        for town in self._atlas.towns:
            at = self._place(town.at, zoom, x, y)
            if zoom >= town.zoom * 0.98 and -50 < at[0] < w and 0 < at[1] < h:
                r = h * 0.009
                pen.ellipse(
                    (at[0] - r, at[1] - r, at[0] + r, at[1] + r), fill="#b02020", outline="#ffffff"
                )
                pen.text((at[0] + 2 * r, at[1] - type_.size * 0.6), town.name, font=type_,
                         fill="#1b1b1b", stroke_width=2, stroke_fill="#ffffff")  # fmt: skip
        out = np.asarray(page)
        resting = any(s.start <= time < s.end for s in self._states[1:])
        if self._atlas.ring and resting:
            out = out.copy()
            r = round(h * (0.2 + 0.01 * math.sin(4 * time)))
            cv2.circle(out, (w // 2, h // 2), r, rgb(self._atlas.ring), 3, cv2.LINE_AA)
        return out

    def _view(self, time: float) -> tuple[float, float, float]:
        done = [k for k, (at, _) in enumerate(self._stops) if at <= time + 1e-6]
        k = done[-1] if done else 0
        at, stop = self._stops[k]
        before = self._stops[max(0, k - 1)][1]
        share = ease((time - at) / stop.seconds) if stop.seconds else 1.0
        zoom = math.exp(math.log(before.zoom) * (1 - share) + math.log(stop.zoom) * share)
        x = before.at[0] + (stop.at[0] - before.at[0]) * share
        y = before.at[1] + (stop.at[1] - before.at[1]) * share
        return zoom, x, y

    def _place(
        self, at: tuple[float, float], zoom: float, x: float, y: float
    ) -> tuple[float, float]:
        w, h = self._stage.size
        return w / 2 + (at[0] - x) * w * zoom, h / 2 + (at[1] - y) * h * zoom

    def _names(self, stop: Stop) -> tuple[str, ...]:
        w, h = self._stage.size
        type_ = font(self._atlas.face, round(h * 0.038))
        found = []
        for town in self._atlas.towns:
            x, y = self._place(town.at, stop.zoom, *stop.at)
            right = x + 0.02 * h + type_.getlength(town.name)
            if stop.zoom >= town.zoom * 0.98 and x > 0 and right < w and 0.03 * h < y < 0.97 * h:
                found.append(town.name)
        return tuple(found)

    def _drawn(self, rng: np.random.Generator) -> Frame:
        w, h = self._stage.size
        size = (w * SCALE, h * SCALE)
        height = clouds(size, rng, 3.2, 8) + self._atlas.sea
        knots = np.array([-1.0, -0.02, 0.0, 0.25, 0.55, 1.2], np.float32)
        sea, low, high, peak = (np.array(rgb(tone), np.float32) for tone in self._atlas.tones)
        tones = np.array([sea * 0.72, sea, low * 1.04, low * 0.92, high, peak])
        out = np.dstack([np.interp(height, knots, tones[:, c]) for c in range(3)]).astype(
            np.float32
        )
        smooth = cv2.GaussianBlur(height, (0, 0), 2.5)
        slope = cv2.Sobel(smooth, cv2.CV_32F, 1, 0) + cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
        light = np.where(height > 0, 1 - np.clip(slope * 4, -0.25, 0.25), 1.0)
        coast = cv2.morphologyEx((height > 0).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3)))
        out = np.where(
            coast[..., None] > 0, np.array((70, 95, 120), np.float32), out * light[..., None]
        )
        return np.clip(out, 0, 255).astype(np.uint8)
