"""The window of a program editor: code, cursor, popup, terminal, list of files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from PIL import Image, ImageDraw
from rendering.draw import Frame, Rgb, font, frame, mix, rgb
from rendering.editor import KEYWORDS, TOKEN


@dataclass(frozen=True)
class Window:
    """The editor: colours, font, what stands around the code."""

    name: str
    code: str = ""
    """What is there from the start."""
    ground: str = "#1e1f29"
    face: str = "DejaVuSansMono.ttf"
    size: float = 0.036
    files: tuple[str, ...] = ()
    numbers: bool = True
    prompt: str = "$ "


class View(NamedTuple):
    """All that decides how the window looks."""

    code: tuple[str, ...]
    cursor: tuple[int, int]
    top: float
    terminal: tuple[str, ...] | None
    popup: tuple[str, ...]
    lit: bool


class Painter:
    """Draws a window in a picture of `size` (width, height)."""

    def __init__(self, window: Window, size: tuple[int, int]) -> None:
        self._window, self._size = window, size
        self._face = font(window.face, round(window.size * size[1]))
        self._row = self._face.size * 1.42
        self._cell = self._face.getlength("m")
        self._bar = round(size[1] * 0.055)

    def rows(self, terminal: tuple[str, ...] | None) -> int:
        """How many rows of code there is room for."""
        return int((self._lower(terminal) - self._bar) / self._row)

    def _lower(self, terminal: tuple[str, ...] | None) -> float:
        return self._size[1] * (1.0 if terminal is None else 0.68)

    def page(self, view: View) -> Frame:
        """The picture of a view."""
        w, h = self._size
        ground = rgb(self._window.ground)
        light = sum(ground) > 380
        ink: Rgb = (36, 40, 52) if light else (224, 227, 236)
        page = Image.new("RGB", (w, h), ground)
        pen = ImageDraw.Draw(page)
        left = self._left()
        top = self._bar + self._row * 0.2
        first = int(view.top)
        for row in range(max(0, first - 1), len(view.code)):
            y = top + (row - view.top) * self._row
            if y > h:
                break
            if row == view.cursor[0]:
                pen.rectangle((left, y, w, y + self._row), fill=mix(ground, (128, 128, 140), 0.12))
            if self._window.numbers:
                pen.text((left - 3.4 * self._cell, y), f"{row + 1:3}", font=self._face,
                         fill=mix(ground, ink, 0.4))  # fmt: skip
            self._line(pen, view.code[row], (left + self._cell, y), ink)
        if view.lit:
            x = left + self._cell * (1 + view.cursor[1])
            y = top + (view.cursor[0] - view.top) * self._row
            pen.rectangle((x, y, x + self._cell * 0.14, y + self._row * 0.85), fill=ink)
        self._popup(pen, view, (left, top), ink)
        self._terminal(pen, view, ink)
        self._frame(pen, ground, ink)
        return frame(page)

    def _left(self) -> float:
        wide = 0.16 * self._size[0] if self._window.files else 0.01 * self._size[0]
        return wide + (4 * self._cell if self._window.numbers else 0)

    def _frame(self, pen: ImageDraw.ImageDraw, ground: Rgb, ink: Rgb) -> None:
        w, h = self._size
        tone = mix(ground, (128, 128, 140), 0.25)
        pen.rectangle((0, 0, w, self._bar), fill=tone)
        small = font("DejaVuSans.ttf", round(h * 0.026))
        pen.text((w * 0.18, self._bar * 0.25), self._window.name, font=small, fill=ink)
        if self._window.files:
            pen.rectangle((0, self._bar, w * 0.15, h), fill=mix(ground, (128, 128, 140), 0.14))
            for k, name in enumerate(self._window.files):
                pen.text((w * 0.015, self._bar + h * 0.05 * (k + 0.5)), name, font=small,
                         fill=mix(ground, ink, 0.7))  # fmt: skip

    def _popup(
        self, pen: ImageDraw.ImageDraw, view: View, at: tuple[float, float], ink: Rgb
    ) -> None:
        if not view.popup:
            return
        ground = rgb(self._window.ground)
        x = at[0] + self._cell * (1 + view.cursor[1])
        y = at[1] + (view.cursor[0] - view.top + 1) * self._row
        wide = self._cell * (max(len(entry) for entry in view.popup) + 3)
        x = min(x, self._size[0] - wide - 4)
        tall = self._row * len(view.popup)
        if y + tall > self._size[1]:
            y -= tall + self._row
        pen.rectangle((x, y, x + wide, y + tall), fill=mix(ground, (128, 128, 140), 0.3),
                      outline=mix(ground, ink, 0.5))  # fmt: skip
        for k, entry in enumerate(view.popup):
            if k == 0:
                pen.rectangle((x + 1, y + 1, x + wide - 1, y + self._row), fill=(46, 92, 150))
            pen.text((x + self._cell, y + k * self._row), entry, font=self._face, fill=ink)

    def _terminal(self, pen: ImageDraw.ImageDraw, view: View, ink: Rgb) -> None:
        if view.terminal is None:
            return
        w, h = self._size
        ground = rgb(self._window.ground)
        y = self._lower(view.terminal)
        pen.rectangle((0, y, w, h), fill=(22, 23, 30))
        pen.line((0, y, w, y), fill=mix(ground, ink, 0.4))
        tone = (226, 229, 236)
        for k, line in enumerate(view.terminal):
            spot = (w * 0.17, y + self._row * (0.3 + k))
            pen.text(spot, line, font=self._face, fill=tone)

    def _line(self, pen: ImageDraw.ImageDraw, text: str, at: tuple[float, float], ink: Rgb) -> None:
        column = 0
        for token in re.findall(TOKEN, text):
            tone = ink
            if token.startswith("#"):
                tone = mix(ink, (110, 160, 110), 0.7)
            elif token in KEYWORDS:
                tone = mix(ink, (214, 110, 190), 0.75)
            elif token[0] in "\"'" or token[0].isdigit():
                tone = mix(ink, (225, 160, 80), 0.75)
            pen.text((at[0] + column * self._cell, at[1]), token, font=self._face, fill=tone)
            column += len(token)
