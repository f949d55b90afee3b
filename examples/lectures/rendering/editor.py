"""A program that is typed character by character, with a blinking cursor."""

from __future__ import annotations

import re

from PIL import Image, ImageDraw

from .draw import Frame, Rgb, font, frame, mix, rgb
from .script import Theme
from .shot import State, Stretch
from .timeline import Timed

KEYWORDS = {
    "and",
    "as",
    "assert",
    "class",
    "def",
    "elif",
    "else",
    "False",
    "for",
    "from",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "None",
    "not",
    "or",
    "print",
    "range",
    "return",
    "True",
    "while",
    "with",
}
TOKEN = re.compile(r"#.*|\"[^\"]*\"?|'[^']*'?|\w+|\s+|.")


class Editor:
    """A code scene; its state is the stretch in which the whole program stands."""

    def __init__(self, timed: Timed, theme: Theme, size: tuple[int, int]) -> None:
        self._timed, self._theme, self._size = timed, theme, size
        self._seen: tuple[tuple[int, int, bool], Frame] | None = None
        lines = [item.text for item in timed.scene.items]
        title = (timed.scene.title,) if timed.scene.title else ()
        done = max((end for _, end in timed.steps), default=timed.stable)
        begin = min((start for start, _ in timed.steps), default=timed.end)
        self.states = [State(done, timed.end, (*title, *(line for line in lines if line)))]
        self.uninformative: list[Stretch] = []
        if begin > timed.stable:
            self.uninformative.append(Stretch(timed.stable, begin))

    def draw(self, time: float) -> Frame:
        """The editor at a time."""
        shown, typed = 0, -1
        for number, (start, end) in enumerate(self._timed.steps):
            if time + 1e-6 >= end:
                shown = number + 1
            elif time + 1e-6 >= start:
                text = self._timed.scene.items[number].text
                typed = self._typed(text, (time - start) / (end - start))
        key = (shown, typed, time % 1.06 < 0.53)
        if self._seen is None or self._seen[0] != key:
            self._seen = (key, self._page(*key))
        return self._seen[1]

    @staticmethod
    def _typed(text: str, share: float) -> int:
        """How much of a line stands: an editor indents by itself, the rest is typed."""
        indent = len(text) - len(text.lstrip())
        return indent + int(share * (len(text) - indent))

    def _page(self, shown: int, typed: int, lit: bool) -> Frame:
        width, height = self._size
        ground = rgb(self._theme.editor)
        page = Image.new("RGB", self._size, ground)
        draw = ImageDraw.Draw(page)
        bar = round(height * 0.065)
        draw.rectangle((0, 0, width, bar), fill=mix(ground, (128, 128, 128), 0.3))
        small = font(self._theme.mono, round(height * 0.03))
        ink = self._ink(ground)
        draw.text((width * 0.06, bar * 0.25), self._timed.scene.title, font=small, fill=ink)
        face = font(self._theme.mono, round(self._theme.mono_size * height))
        step, cell = face.size * 1.42, face.getlength("m")
        left, top = width * 0.06, bar + face.size * 0.7
        items = self._timed.scene.items
        texts = [item.text for item in items[:shown]]
        if typed >= 0:
            texts.append(items[shown].text[:typed])
        for number, text in enumerate(texts):
            self._line(draw, text, (left, top + number * step), cell)
        row = max(len(texts) - 1, 0)
        if lit:
            x = left + cell * (len(texts[row]) if texts else 0)
            y = top + row * step
            draw.rectangle((x, y, x + cell * 0.14, y + face.size * 1.15), fill=ink)
        return frame(page)

    def _line(
        self, draw: ImageDraw.ImageDraw, text: str, at: tuple[float, float], cell: float
    ) -> None:
        face = font(self._theme.mono, round(self._theme.mono_size * self._size[1]))
        column = 0
        for token in TOKEN.findall(text):
            spot = (at[0] + column * cell, at[1])
            draw.text(spot, token, font=face, fill=self._tone(token))
            column += len(token)

    def _ink(self, ground: Rgb) -> Rgb:
        return (226, 229, 238) if sum(ground) < 380 else (36, 40, 52)

    def _tone(self, token: str) -> Rgb:
        ground = rgb(self._theme.editor)
        ink = self._ink(ground)
        if token.startswith("#"):
            return mix(ink, (110, 160, 110), 0.7)
        if token in KEYWORDS:
            return mix(ink, (214, 110, 190), 0.75)
        if token[0] in "\"'" or token[0].isdigit():
            return mix(ink, (225, 160, 80), 0.75)
        return ink
