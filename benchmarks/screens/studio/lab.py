"""Experiments without a word on the screen: an apparatus on a bench, filmed, in its phases."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from rendering.draw import Frame, Rgb, mix, rgb
from rendering.shot import Shot, State, Stretch
from rendering.timeline import Timed

from .cues import Cue, when
from .limbs import limb
from .produce import Make, Stage
from .textures import clouds, shaded, wood


@dataclass(frozen=True)
class Phase:
    """From a cue on the apparatus does this; a hand may reach in for its first seconds."""

    name: str
    cue: Cue = None
    hand: float = 0.0


Apparatus = Callable[[Frame, str, float, "Bench"], None]
"""Draws a phase, so many seconds after its beginning, into the picture of a bench."""


@dataclass(frozen=True)
class Bench:
    """The room: a wall above, a table from `edge` (share of the height) on."""

    apparatus: Apparatus
    wall: str = "#8f9a98"
    table: str = "#77503a"
    edge: float = 0.72
    skin: str = "#c99372"
    sleeve: str = "#e8e8ea"
    hand_at: tuple[float, float] = (0.5, 0.5)


def experiment(bench: Bench, phases: tuple[Phase, ...]) -> Make:
    """A part that shows an experiment; each phase is a state without text."""
    return lambda timed, stage: Experiment(bench, phases, timed, stage)


class Experiment(Shot):
    """The bench in its phases."""

    def __init__(self, bench: Bench, phases: tuple[Phase, ...], timed: Timed, stage: Stage) -> None:
        self._bench, self._stage = bench, stage
        rng = np.random.default_rng(stage.seed)
        w, h = stage.size
        room = shaded(bench.wall, 1.05 + 0.07 * clouds(stage.size, rng, 5, 5))
        edge = round(h * bench.edge)
        room[edge:] = wood((w, h - edge), rng, bench.table)
        room[edge : edge + max(2, h // 90)] *= 0.55
        for k in range(4):
            x, wide = round(w * (0.04 + 0.26 * k)), round(w * 0.13)
            tone = rgb(("#6b7480", "#7c6a58", "#5a6e62", "#74606a")[k])
            cv2.rectangle(room, (x, 0), (x + wide, round(h * 0.14)), tone, -1)
        self._room = cv2.GaussianBlur(room, (0, 0), 1.2).astype(np.uint8)
        starts = [max(timed.stable, when(phase.cue, timed, stage.fps)) for phase in phases]
        ends = [*starts[1:], timed.end]
        self._phases = list(zip(starts, ends, phases, strict=True))

    @property
    def states(self) -> list[State]:
        """The phases."""
        return [State(start, end, ()) for start, end, _ in self._phases]

    @property
    def uninformative(self) -> list[Stretch]:
        """None."""
        return []

    def draw(self, time: float) -> Frame:
        """The bench of now."""
        start, _, phase = [p for p in self._phases if p[0] <= time + 1e-6 or p is self._phases[0]][
            -1
        ]
        out = self._room.copy()
        since = max(0.0, time - start)
        self._bench.apparatus(out, phase.name, since, self._bench)
        if since < phase.hand:
            self._reach(out, math.sin(math.pi * since / phase.hand))
        return out

    def _reach(self, out: Frame, share: float) -> None:
        """An arm that comes in from the right lower corner by a share."""
        w, h = self._stage.size
        x = w * (1.15 + (self._bench.hand_at[0] - 1.15) * share)
        y = h * (1.0 + (self._bench.hand_at[1] - 1.0) * share)
        far = (x + 0.55 * w, y + 0.5 * h)
        limb(out, [(x + 0.12 * w, y + 0.11 * h), far], (0.17 * h, 0.2 * h), self._bench.sleeve)
        limb(out, [(x + 0.02 * w, y + 0.02 * h), (x + 0.13 * w, y + 0.12 * h)],
             (0.1 * h, 0.11 * h), self._bench.skin)  # fmt: skip
        for k in range(4):
            tip = (x - 0.05 * w + 0.012 * w * k, y - 0.05 * h + 0.02 * h * k)
            limb(
                out,
                [(x + 0.03 * w, y + 0.015 * h * k), tip],
                (0.04 * h, 0.034 * h),
                self._bench.skin,
            )


def ball(out: Frame, x: float, y: float, radius: float, color: str) -> None:
    """A shaded ball, with its shadow below."""
    base = rgb(color)
    for k in range(8):
        share = k / 7
        tone: Rgb = mix(mix(base, (0, 0, 0), 0.55), mix(base, (255, 255, 255), 0.5), share)
        at = (round((x - 0.3 * radius * share) * 8), round((y - 0.3 * radius * share) * 8))
        cv2.circle(out, at, round(radius * (1 - 0.85 * share) * 8), tone, -1, cv2.LINE_AA, 3)


def bar(out: Frame, points: list[tuple[float, float]], wide: float, color: str) -> None:
    """A beam or a rod with light along it."""
    limb(out, points, (wide, wide), color)


def ramp(out: Frame, name: str, since: float, bench: Bench) -> None:
    """A ball on a ramp: at rest, rolling, two balls, and then a steep ramp."""
    h, w = out.shape[:2]
    floor = h * bench.edge
    steep = 0.52 if name == "steep" else 0.3
    low, high = (0.78 * w, floor - 0.02 * h), (0.16 * w, floor - steep * h - 0.05 * h)
    bar(out, [(high[0] + 0.04 * w, floor), (high[0] + 0.04 * w, high[1])], 0.035 * h, "#6f6a66")
    bar(out, [high, low], 0.04 * h, "#b98d57")
    for k in range(1, 10):
        share = k / 10
        x, y = high[0] + share * (low[0] - high[0]), high[1] + share * (low[1] - high[1])
        cv2.line(out, (round(x), round(y)), (round(x), round(y + 0.018 * h)), (40, 32, 26), 2)
    rolls = {"rest": 0.0, "roll": 0.055, "two": 0.055, "steep": 0.11}[name]
    for k, (radius, color) in enumerate(
        ((0.045, "#b5302c"), (0.07, "#2c5fa8"))[: 2 if name == "two" else 1]
    ):
        share = 0.06 + rolls * ((since - 1.2) % 4.2 if since > 1.2 else 0.0) ** 2
        x = high[0] + min(share, 0.8) * (low[0] - high[0])
        y = high[1] + min(share, 0.8) * (low[1] - high[1])
        ball(
            out,
            x + 0.1 * w * k,
            y + 0.1 * w * k * (low[1] - high[1]) / (low[0] - high[0]) - (0.02 + radius) * h,
            radius * h,
            color,
        )


def beaker(out: Frame, name: str, since: float, bench: Bench) -> None:
    """A beaker below a burette: clear, drops fall and it turns pink, then blue and stirred."""
    h, w = out.shape[:2]
    floor = h * bench.edge + 0.06 * h
    x0, x1 = 0.36 * w, 0.58 * w
    top = floor - 0.42 * h
    fill = {"clear": 0.45, "drops": 0.5, "pink": 0.58, "blue": 0.66}[name]
    tones = {"clear": "#cfdde0", "drops": "#d8d3dc", "pink": "#d6478f", "blue": "#3557b8"}
    tone = rgb(tones[name])
    if name in ("drops", "pink", "blue"):
        before = rgb(tones[{"drops": "clear", "pink": "drops", "blue": "pink"}[name]])
        tone = mix(before, tone, min(1.0, since / 3.0))
    level = floor - fill * (floor - top)
    glass = out.astype(np.float32)
    body = np.s_[round(level) : round(floor), round(x0) : round(x1)]
    rows = np.linspace(1.1, 0.8, body[0].stop - body[0].start, dtype=np.float32)[:, None, None]
    across = np.sin(np.linspace(0.4, 2.8, body[1].stop - body[1].start, dtype=np.float32))
    glass[body] = (
        0.25 * glass[body] + 0.75 * np.array(tone, np.float32) * rows * across[None, :, None]
    )
    out[:] = np.clip(glass, 0, 255).astype(np.uint8)
    for x in (x0, x1):
        bar(out, [(x, top), (x, floor)], 0.012 * h, "#dfe6e6")
    bar(out, [(x0, floor), (x1, floor)], 0.018 * h, "#dfe6e6")
    wave = 0.004 * h * math.sin(5 * since)
    bar(out, [(x0, level - wave), (x1, level + wave)], 0.008 * h, "#eef4f4")
    bar(out, [(0.7 * w, floor), (0.7 * w, 0.04 * h)], 0.02 * h, "#55585c")
    bar(out, [(0.7 * w, 0.2 * h), (0.47 * w, 0.2 * h)], 0.02 * h, "#55585c")
    bar(out, [(0.47 * w, -0.05 * h), (0.47 * w, 0.26 * h)], 0.035 * h, "#c4d2d4")
    if name in ("drops", "pink") and level > 0:
        fall = since % 0.9 / 0.9
        ball(out, 0.47 * w, 0.29 * h + fall * fall * (level - 0.29 * h), 0.012 * h, "#e6eef2")
    if name == "blue":
        swing = 0.05 * w * math.sin(3.2 * since)
        bar(
            out,
            [(0.5 * w + swing, floor - 0.02 * h), (0.53 * w + 0.4 * swing, 0.34 * h)],
            0.016 * h,
            "#e9e2cf",
        )
        for k in range(6):
            rise = (since * 0.5 + 0.17 * k) % 1
            spot = (x0 + (0.2 + 0.12 * k) * (x1 - x0), floor - rise * (floor - level))
            cv2.circle(
                out,
                (round(spot[0]), round(spot[1])),
                round(0.008 * h),
                (190, 205, 240),
                1,
                cv2.LINE_AA,
            )
