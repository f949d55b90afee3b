"""What a channel puts around its lessons: an intro, a sponsor's card, an end card; all move."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from PIL import Image, ImageDraw
from rendering.draw import Frame, font, frame, mix, rgb
from rendering.shot import Shot, State, Stretch
from rendering.timeline import Timed

from .cues import ease
from .pages import Look, ground
from .produce import Make, Stage
from .textures import clouds


@dataclass(frozen=True)
class Card:
    """A card: its lines from above to below, its colours, and what moves on it."""

    lines: tuple[str, ...]
    ground: str
    to: str
    ink: str = "#ffffff"
    kind: Literal["intro", "sponsor", "end"] = "sponsor"
    face: str = "LiberationSans-Bold.ttf"
    size: float = 0.09


def card(of: Card) -> Make:
    """A part that shows a card; nothing of it teaches."""
    return lambda timed, stage: Moving(of, timed, stage)


class Moving(Shot):
    """A card on which something moves."""

    def __init__(self, of: Card, timed: Timed, stage: Stage) -> None:
        self._of, self._stage, self._start = of, stage, timed.start
        self._dull = [Stretch(timed.start, timed.end)]
        rng = np.random.default_rng(stage.seed + 3)
        ground_ = ground(stage.size, Look(of.ground, of.to)).astype(np.float32)
        light = 1 + 0.1 * clouds(stage.size, rng, 3, 3)
        self._ground = np.clip(ground_ * light[..., None], 0, 255).astype(np.uint8)
        self._sparks = rng.uniform(0, 1, (40, 3))
        self._cache: dict[int, Frame] = {}

    @property
    def states(self) -> list[State]:
        """None."""
        return []

    @property
    def uninformative(self) -> list[Stretch]:
        """All of it."""
        return self._dull

    def draw(self, time: float) -> Frame:
        """The card, with its lines come in one after the other."""
        since = time - self._start
        shown = min(len(self._of.lines), 1 + int(since / 0.7))
        if shown not in self._cache:
            self._cache[shown] = self._written(shown)
        out = self._cache[shown].copy()
        w, h = self._stage.size
        tone = mix(rgb(self._of.ink), rgb(self._of.ground), 0.5)
        for x, y, speed in self._sparks[: 40 if self._of.kind == "intro" else 10]:
            at = (
                round((x + 0.05 * since * speed) % 1 * w),
                round((y - 0.1 * since * speed) % 1 * h),
            )
            cv2.circle(out, at, round(2 + 4 * speed), tone, -1, cv2.LINE_AA)
        if self._of.kind == "intro":
            turn = 360 * ease(since / 2.0)
            middle, r = (w // 2, round(h * 0.3)), round(h * 0.13 * ease(since / 0.8))
            cv2.ellipse(out, middle, (r, r), turn, 0, 280, rgb(self._of.ink), h // 50, cv2.LINE_AA)
            cv2.circle(out, middle, max(1, r // 2), tone, -1, cv2.LINE_AA)
        if self._of.kind == "end":
            pulse = 0.5 + 0.5 * math.sin(4 * since)
            spot = (round(w * 0.5), round(h * 0.86))
            cv2.circle(out, spot, round(h * (0.05 + 0.008 * pulse)), (205, 30, 40), -1, cv2.LINE_AA)
        return out

    def _written(self, shown: int) -> Frame:
        w, h = self._stage.size
        page = Image.fromarray(self._ground)
        pen = ImageDraw.Draw(page)
        y = h * {"intro": 0.52, "sponsor": 0.2, "end": 0.1}[self._of.kind]
        for number, line in enumerate(self._of.lines[:shown]):
            type_ = font(self._of.face, round(h * self._of.size * (1.0 if number == 0 else 0.62)))
            x = (w - type_.getlength(line)) / 2
            pen.text((x, y), line, font=type_, fill=rgb(self._of.ink))
            y += type_.size * 1.6
        if self._of.kind == "end":
            for k in (0, 1):
                box = (w * (0.1 + 0.45 * k), h * 0.44, w * (0.45 + 0.45 * k), h * 0.76)
                pen.rounded_rectangle(box, h * 0.02, fill=mix(rgb(self._of.to), (0, 0, 0), 0.4),
                                      outline=rgb(self._of.ink), width=3)  # fmt: skip
        return frame(page)
