"""Slides made of blocks: text, tables, bars, curves, photographs; each comes with its cue."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from PIL import Image, ImageDraw
from rendering.draw import Frame, font, frame, rgb, wrap
from rendering.pictures import picture
from rendering.shot import Shot, State, Stretch
from rendering.timeline import Timed

from .cues import Cue, ease, snap, when
from .ink import Box
from .produce import Make, Stage


class Block(Protocol):
    """Something on a slide. Places and sizes are shares of the width and of the height."""

    @property
    def cue(self) -> Cue:
        """When it comes."""
        ...

    def draw(self, page: Image.Image, look: Look) -> tuple[list[str], Box]:
        """Draw on the page; returns the lines to be read and where it lies, in pixels."""
        ...


@dataclass(frozen=True)
class Look:
    """The design of slides."""

    ground: str = "#ffffff"
    to: str = ""
    """The ground's colour at the bottom, if it changes."""
    ink: str = "#20242e"
    accent: str = "#0b5fa5"
    face: str = "DejaVuSans.ttf"
    bold: str = "DejaVuSans-Bold.ttf"


@dataclass(frozen=True)
class Text:
    """Text that breaks at `width`; `mark` stands before it."""

    text: str
    at: tuple[float, float]
    size: float = 0.05
    cue: Cue = None
    color: str = ""
    bold: bool = False
    width: float = 0.86
    mark: str = ""
    face: str = ""

    def draw(self, page: Image.Image, look: Look) -> tuple[list[str], Box]:
        """Draw on the page."""
        pen, (w, h) = ImageDraw.Draw(page), page.size
        name = self.face or (look.bold if self.bold else look.face)
        type_ = font(name, round(self.size * h))
        x, y = self.at[0] * w, self.at[1] * h
        tone = rgb(self.color or (look.accent if self.bold else look.ink))
        left, top = x, y
        if self.mark:
            pen.text((x, y), self.mark, font=type_, fill=rgb(look.accent))
            x += type_.getlength(self.mark + "  ")
        lines = wrap(self.text, type_, self.width * w - (x - left))
        for line in lines:
            pen.text((x, y), line, font=type_, fill=tone)
            y += type_.size * 1.32
        right = x + max(type_.getlength(line) for line in lines)
        return [self.text], (left, top, right, y)


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first is the head."""

    rows: tuple[tuple[str, ...], ...]
    box: tuple[float, float, float, float]
    size: float = 0.04
    cue: Cue = None

    def draw(self, page: Image.Image, look: Look) -> tuple[list[str], Box]:
        """Draw on the page."""
        pen, (w, h) = ImageDraw.Draw(page), page.size
        x0, y0, x1, y1 = (v * s for v, s in zip(self.box, (w, h, w, h), strict=True))
        tall, wide = (y1 - y0) / len(self.rows), (x1 - x0) / len(self.rows[0])
        for r, row in enumerate(self.rows):
            y = y0 + r * tall
            if r == 0:
                pen.rectangle((x0, y, x1, y + tall), fill=rgb(look.accent))
            type_ = font(look.face if r else look.bold, round(self.size * h))
            for c, cell in enumerate(row):
                tone = rgb(look.ink if r else look.ground)
                pen.text((x0 + c * wide + 0.3 * type_.size, y + (tall - type_.size * 1.2) / 2),
                         cell, font=type_, fill=tone)  # fmt: skip
            pen.line(
                (x0, y + tall, x1, y + tall), fill=rgb(look.accent), width=max(1, round(h / 400))
            )
        return [" ".join(filter(None, row)) for row in self.rows], (x0, y0, x1, y1)


@dataclass(frozen=True)
class Bars:
    """A bar chart with its names below."""

    values: tuple[float, ...]
    names: tuple[str, ...]
    box: tuple[float, float, float, float]
    colors: tuple[str, ...] = ("#3a7ca5", "#d17a22", "#5b8c5a", "#9b5094")
    size: float = 0.034
    cue: Cue = None

    def draw(self, page: Image.Image, look: Look) -> tuple[list[str], Box]:
        """Draw on the page."""
        pen, (w, h) = ImageDraw.Draw(page), page.size
        x0, y0, x1, y1 = (v * s for v, s in zip(self.box, (w, h, w, h), strict=True))
        type_ = font(look.face, round(self.size * h))
        wide, base = (x1 - x0) / len(self.values), y1 - type_.size * 1.5
        for k, (value, name) in enumerate(zip(self.values, self.names, strict=True)):
            left = x0 + wide * (k + 0.15)
            top = base - (base - y0) * value / max(self.values)
            pen.rectangle(
                (left, top, left + wide * 0.7, base), fill=self.colors[k % len(self.colors)]
            )
            x = left + wide * 0.35 - type_.getlength(name) / 2
            pen.text((x, base + type_.size * 0.2), name, font=type_, fill=rgb(look.ink))
        pen.line((x0, base, x1, base), fill=rgb(look.ink), width=max(1, round(h / 300)))
        return list(self.names), (x0, y0, x1, y1)


@dataclass(frozen=True)
class Curve:
    """Axes with a curve y = f(x) for x from 0 to 1, y within 0 to 1."""

    of: Callable[[float], float]
    box: tuple[float, float, float, float]
    color: str = "#c8452f"
    cue: Cue = None

    def draw(self, page: Image.Image, look: Look) -> tuple[list[str], Box]:
        """Draw on the page."""
        pen, (w, h) = ImageDraw.Draw(page), page.size
        x0, y0, x1, y1 = (v * s for v, s in zip(self.box, (w, h, w, h), strict=True))
        wide = max(2, round(h / 240))
        pen.line((x0, y0, x0, y1, x1, y1), fill=rgb(look.ink), width=wide)
        points = [(x0 + (x1 - x0) * k / 160, y1 - (y1 - y0) * self.of(k / 160)) for k in range(161)]
        pen.line(points, fill=self.color, width=wide + 1, joint="curve")
        return [], (x0, y0, x1, y1)


@dataclass(frozen=True)
class Art:
    """A drawing of `rendering.pictures`, or a photograph (an array)."""

    what: str | Callable[[tuple[int, int]], Frame]
    box: tuple[float, float, float, float]
    cue: Cue = None

    def draw(self, page: Image.Image, look: Look) -> tuple[list[str], Box]:
        """Draw on the page."""
        w, h = page.size
        x0, y0, x1, y1 = (round(v * s) for v, s in zip(self.box, (w, h, w, h), strict=True))
        if isinstance(self.what, str):
            side = min(x1 - x0, y1 - y0)
            page.paste(picture(self.what, side, rgb(look.ground), rgb(look.accent)), (x0, y0))
        else:
            page.paste(Image.fromarray(self.what((x1 - x0, y1 - y0))), (x0, y0))
        return [], (x0, y0, x1, y1)


@dataclass(frozen=True)
class Fill:
    """A coloured box that belongs to the design."""

    box: tuple[float, float, float, float]
    color: str
    cue: Cue = None

    def draw(self, page: Image.Image, look: Look) -> tuple[list[str], Box]:
        """Draw on the page."""
        w, h = page.size
        box = tuple(round(v * s) for v, s in zip(self.box, (w, h, w, h), strict=True))
        ImageDraw.Draw(page).rectangle(box, fill=rgb(self.color))
        return [], (0, 0, 0, 0)


def bullets(
    lines: tuple[tuple[str, Cue], ...],
    at: tuple[float, float],
    size: float = 0.05,
    step: float = 0.12,
    mark: str = "•",
    width: float = 0.84,
    face: str = "",
) -> tuple[Text, ...]:
    """Bullets, one below the other."""
    return tuple(
        Text(text, (at[0], at[1] + k * step), size, cue, mark=mark, width=width, face=face)
        for k, (text, cue) in enumerate(lines)
    )


@dataclass
class Step:
    """The slide from a time on."""

    start: float
    picture: Frame
    blocks: list[tuple[list[str], Box]]
    """The lines of each block that has any, and where it lies in the picture."""

    @property
    def lines(self) -> list[str]:
        """All that is to be read."""
        return [line for lines, _ in self.blocks for line in lines]


def page(blocks: tuple[Block, ...], look: Look, fade: float = 0.0, scale: float = 1.0) -> Make:
    """A part that shows a slide; what is new fades in, and `scale` draws it larger, to zoom in."""
    return lambda timed, stage: Page(blocks, look, fade, scale, timed, stage)


class Page(Shot):
    """A slide in its steps; the last one is the final state."""

    def __init__(
        self,
        blocks: tuple[Block, ...],
        look: Look,
        fade: float,
        scale: float,
        timed: Timed,
        stage: Stage,
    ) -> None:
        self.fade = fade
        size = (round(stage.size[0] * scale), round(stage.size[1] * scale))
        cues = [max(timed.stable, when(block.cue, timed, stage.fps)) for block in blocks]
        self.steps = [
            self._step(
                start, [b for b, at in zip(blocks, cues, strict=True) if at <= start], look, size
            )
            for start in sorted({timed.stable, *cues})
        ]
        ends = [step.start for step in self.steps[1:]] + [timed.end]
        self._states = []
        for number, (step, end) in enumerate(zip(self.steps, ends, strict=True)):
            last = number + 1 == len(self.steps)
            start = snap(step.start + (fade if number else 0.0), stage.fps)
            if start < end and (step.lines or last):
                self._states.append(State(start, end, tuple(step.lines), last))

    @property
    def states(self) -> list[State]:
        """Every step; optional but for the last."""
        return self._states

    @property
    def uninformative(self) -> list[Stretch]:
        """None."""
        return []

    def draw(self, time: float) -> Frame:
        """The step of now, or between two."""
        number = max(0, bisect_right([s.start for s in self.steps], time + 1e-6) - 1)
        step = self.steps[number]
        share = (time - step.start) / self.fade if self.fade else 1.0
        if number == 0 or share >= 1:
            return step.picture
        before = self.steps[number - 1].picture
        return np.asarray(cv2.addWeighted(before, 1 - ease(share), step.picture, ease(share), 0))

    @staticmethod
    def _step(start: float, blocks: list[Block], look: Look, size: tuple[int, int]) -> Step:
        sheet = Image.fromarray(ground(size, look))
        drawn = [block.draw(sheet, look) for block in blocks]
        return Step(start, frame(sheet), [one for one in drawn if one[0]])


def ground(size: tuple[int, int], look: Look) -> Frame:
    """The bare slide."""
    ramp = np.linspace(0, 1, size[1])[:, None, None]
    ends = np.array(rgb(look.ground)), np.array(rgb(look.to or look.ground))
    column = ends[0] * (1 - ramp) + ends[1] * ramp
    return np.repeat(column.astype(np.uint8), size[0], axis=1)
