"""Slides that build up bullet by bullet, title slides, and pictures without text."""

from __future__ import annotations

from bisect import bisect_right

from PIL import Image, ImageDraw

from .draw import Frame, centred, font, frame, mix, rgb, wrap
from .pictures import picture
from .script import Item, Scene, Theme
from .shot import State, Stretch
from .timeline import Timed


class Slide:
    """A slide; each bullet with a cue makes a new step, and the last step is the final state."""

    def __init__(self, timed: Timed, theme: Theme, size: tuple[int, int]) -> None:
        items = timed.scene.items
        starts = [timed.stable, *(start for start, _ in timed.steps)]
        self._times = sorted(set(starts))
        self._frames: list[Frame] = []
        self.states: list[State] = []
        self.uninformative: list[Stretch] = []
        for step, start in enumerate(self._times):
            cues = zip(items, timed.steps, strict=True)
            shown = [item for item, (at, _) in cues if at <= start]
            self._frames.append(_slide(timed.scene, shown, theme, size))
            last = step + 1 == len(self._times)
            end = timed.end if last else self._times[step + 1]
            scene = timed.scene
            heads = [line for line in (scene.title, scene.subtitle) if line]
            text = (*heads, *(item.text for item in shown))
            self.states.append(State(start, end, text, last))

    def draw(self, time: float) -> Frame:
        """The step that stands at a time."""
        return self._frames[max(0, bisect_right(self._times, time + 1e-6) - 1)]


class Diagram:
    """A drawing without a word on it, which stands for the whole scene."""

    def __init__(self, timed: Timed, theme: Theme, size: tuple[int, int]) -> None:
        page = Image.new("RGB", size, rgb(theme.background))
        side = round(size[1] * 0.9)
        drawing = picture(timed.scene.picture, side, rgb(theme.background), rgb(theme.accent))
        page.paste(drawing, ((size[0] - side) // 2, (size[1] - side) // 2))
        self._frame = frame(page)
        self.states = [State(timed.stable, timed.end, ())]
        self.uninformative: list[Stretch] = []

    def draw(self, time: float) -> Frame:
        """The same picture always."""
        return self._frame


def _slide(scene: Scene, shown: list[Item], theme: Theme, size: tuple[int, int]) -> Frame:
    width, height = size
    page = Image.new("RGB", size, rgb(theme.background))
    draw = ImageDraw.Draw(page)
    if scene.subtitle:
        _title_page(draw, scene, theme, size)
        return frame(page)
    top = _heading(draw, scene.title, theme, size)
    right = width * (1 - theme.margin)
    if scene.picture:
        side = round(height * 0.62)
        drawing = picture(scene.picture, side, rgb(theme.background), rgb(theme.accent))
        page.paste(drawing, (width - side - round(width * 0.03), round(height * 0.22)))
        right = width - side - width * 0.05
    _bullets(draw, shown, theme, (theme.margin * width, top, right), height)
    _footer(draw, theme, size)
    return frame(page)


def _heading(draw: ImageDraw.ImageDraw, title: str, theme: Theme, size: tuple[int, int]) -> float:
    """Draw the title as the layout wants it; returns where the text may begin."""
    width, height = size
    face = font(theme.bold, round(theme.title_size * height))
    left, accent = theme.margin * width, rgb(theme.accent)
    if theme.layout == "band":
        draw.rectangle((0, 0, width, height * 0.16), fill=accent)
        y = height * 0.08 - face.size * 0.6
        draw.text((left, y), title, font=face, fill=rgb(theme.background))
        return height * 0.23
    if theme.layout == "side":
        draw.rectangle((0, 0, width * 0.03, height), fill=accent)
        draw.text((left, height * 0.07), title, font=face, fill=accent)
        return height * 0.22
    draw.text((left, height * 0.06), title, font=face, fill=rgb(theme.ink))
    y = height * 0.06 + face.size * 1.35
    draw.rectangle((left, y, width * (1 - theme.margin), y + height * 0.006), fill=accent)
    return y + height * 0.06


def _bullets(
    draw: ImageDraw.ImageDraw,
    shown: list[Item],
    theme: Theme,
    box: tuple[float, float, float],
    height: int,
) -> None:
    left, y, right = box
    for item in shown:
        size = theme.text_size * (0.88 if item.indent else 1) * item.scale
        face = font(theme.font, round(size * height))
        x = left + item.indent * height * 0.06
        dot, middle = face.size * 0.13, y + face.size * 0.62
        draw.ellipse((x, middle - dot, x + 2 * dot, middle + dot), fill=rgb(theme.accent))
        x += face.size * 0.8
        color = rgb(theme.accent) if item.color else rgb(theme.ink)
        for line in wrap(item.text, face, right - x):
            draw.text((x, y), line, font=face, fill=color)
            y += face.size * 1.32
        y += face.size * 0.4


def _title_page(
    draw: ImageDraw.ImageDraw, scene: Scene, theme: Theme, size: tuple[int, int]
) -> None:
    width, height = size
    accent = rgb(theme.accent)
    draw.rectangle((0, 0, width, height * 0.05), fill=accent)
    draw.rectangle((0, height * 0.95, width, height), fill=accent)
    big = font(theme.bold, round(theme.title_size * 1.25 * height))
    y = centred(draw, height * 0.33, scene.title, big, rgb(theme.ink), width)
    small = font(theme.font, round(theme.text_size * height))
    centred(draw, y + height * 0.05, scene.subtitle, small, accent, width)


def _footer(draw: ImageDraw.ImageDraw, theme: Theme, size: tuple[int, int]) -> None:
    face = font(theme.font, round(0.026 * size[1]))
    grey = mix(rgb(theme.background), rgb(theme.ink), 0.5)
    draw.text((theme.margin * size[0], size[1] * 0.945), theme.footer, font=face, fill=grey)
