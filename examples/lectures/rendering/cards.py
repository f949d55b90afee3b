"""Pictures that teach nothing: the talking head, the sponsor's card, the end card."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from .draw import Frame, Rgb, centred, font, frame, mix, rgb
from .presenter import Presenter
from .script import Theme
from .shot import State, Stretch
from .timeline import Timed


class TalkingHead:
    """The presenter, full frame."""

    def __init__(self, timed: Timed, presenter: Presenter) -> None:
        self._presenter = presenter
        self.states: list[State] = []
        self.uninformative = [Stretch(timed.start, timed.end)]

    def draw(self, time: float) -> Frame:
        """The presenter as of now."""
        return self._presenter.draw(time)


class Card:
    """A sponsor's or end card: a heading and lines in the middle of a coloured ground."""

    def __init__(self, timed: Timed, theme: Theme, size: tuple[int, int]) -> None:
        scene = timed.scene
        width, height = size
        accent = rgb(theme.accent)
        deep = mix(accent, (0, 0, 0), 0.65)
        # A sponsor brings colours of its own, which is how viewers know it.
        pair = ((255, 122, 60), (120, 40, 140)) if scene.kind == "sponsor" else (accent, deep)
        page = Image.fromarray(_gradient(size, *pair))
        draw = ImageDraw.Draw(page)
        big = font(theme.bold, round(theme.title_size * 1.4 * height))
        small = font(theme.bold, round(theme.text_size * 1.05 * height))
        y = centred(draw, height * 0.2, scene.title, big, (255, 255, 255), width)
        for item in scene.items:
            y = centred(draw, y + height * 0.045, item.text, small, (255, 244, 214), width)
        if scene.kind == "end":
            for k in (0, 1):
                x = width * (0.16 + 0.38 * k)
                box = (x, height * 0.64, x + width * 0.3, height * 0.9)
                draw.rounded_rectangle(
                    box,
                    height * 0.02,
                    fill=mix(deep, (0, 0, 0), 0.4),
                    outline=(255, 255, 255),
                    width=3,
                )
        self._frame = frame(page)
        self.states: list[State] = []
        self.uninformative = [Stretch(timed.start, timed.end)]

    def draw(self, time: float) -> Frame:
        """The same card always."""
        return self._frame


def _gradient(size: tuple[int, int], one: Rgb, other: Rgb) -> Frame:
    ramp = np.linspace(0, 1, size[1])[:, None, None]
    column = np.array(one) * (1 - ramp) + np.array(other) * ramp
    return np.repeat(column.astype(np.uint8), size[0], axis=1)
