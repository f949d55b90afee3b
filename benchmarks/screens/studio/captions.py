"""What a channel lays over its picture: burned-in captions, a logo, a pointer that wanders."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw
from rendering.draw import Frame, font, rgb
from rendering.film import Overlay
from rendering.timeline import Spoken, Timed

from .produce import Lay, Stage


@dataclass(frozen=True)
class Style:
    """Captions: so many words at a time, on a box or with an outline."""

    words: int = 7
    size: float = 0.05
    y: float = 0.88
    boxed: bool = True
    color: str = "#ffffff"
    face: str = "LiberationSans-Bold.ttf"
    karaoke: str = ""
    """A colour for the word that is being said, if one is marked."""


def captions(style: Style) -> Lay:
    """Captions of all that is said."""
    return lambda timed, stage: Captions(style, stage)


class Captions(Overlay):
    """The words of now at the bottom of the picture."""

    def __init__(self, style: Style, stage: Stage) -> None:
        self._style, self._size = style, stage.size
        self._pieces = [piece for said in stage.spoken for piece in self._cut(said)]
        self._cache: dict[tuple[int, int], Image.Image] = {}

    def draw(self, frame: Frame, time: float) -> None:
        """Draw in place."""
        for number, (start, end, words) in enumerate(self._pieces):
            if start <= time < end:
                said = (
                    int((time - start) / (end - start) * len(words)) if self._style.karaoke else -1
                )
                key = (number, said)
                if key not in self._cache:
                    self._cache = {key: self._drawn(words, said)}
                image = self._cache[key]
                x = (self._size[0] - image.width) // 2
                y = round(self._size[1] * self._style.y) - image.height // 2
                part = np.asarray(image, np.float32)
                spot = frame[y : y + image.height, x : x + image.width]
                alpha = part[..., 3:] / 255
                spot[:] = spot * (1 - alpha) + part[..., :3] * alpha

    def _cut(self, said: Spoken) -> list[tuple[float, float, list[str]]]:
        words = said.sentence.text.split()
        parts = max(1, round(len(words) / self._style.words))
        size = math.ceil(len(words) / parts)
        span = (said.end - said.start) / len(words)
        return [
            (
                said.start + k * span,
                said.start + min(k + size, len(words)) * span,
                words[k : k + size],
            )
            for k in range(0, len(words), size)
        ]

    def _drawn(self, words: list[str], said: int) -> Image.Image:
        type_ = font(self._style.face, round(self._style.size * self._size[1]))
        pad = type_.size // 3
        wide = min(self._size[0], round(type_.getlength(" ".join(words))) + 2 * pad)
        image = Image.new("RGBA", (wide, round(type_.size * 1.5)))
        pen = ImageDraw.Draw(image)
        if self._style.boxed:
            pen.rectangle((0, 0, *image.size), fill=(0, 0, 0, 175))
        x = float(pad)
        for number, word in enumerate(words):
            tone = self._style.karaoke if number == said else self._style.color
            outline = 0 if self._style.boxed else max(1, type_.size // 12)
            pen.text((x, type_.size * 0.12), word, font=type_, fill=rgb(tone),
                     stroke_width=outline, stroke_fill=(0, 0, 0))  # fmt: skip
            x += type_.getlength(word + " ")
        return image


@dataclass(frozen=True)
class Mark:
    """A logo in a corner: a disc and a name, half transparent."""

    name: str
    at: tuple[float, float]
    color: str = "#ffffff"
    disc: str = "#e0433a"
    size: float = 0.035
    strength: float = 0.6
    face: str = "LiberationSans-Bold.ttf"


def logo(mark: Mark) -> Lay:
    """The channel's logo."""
    return lambda timed, stage: Logo(mark, stage)


class Logo(Overlay):
    """A picture in the corner, always the same."""

    def __init__(self, mark: Mark, stage: Stage) -> None:
        type_ = font(mark.face, round(mark.size * stage.size[1]))
        image = Image.new(
            "RGBA", (round(type_.getlength(mark.name)) + type_.size * 2, type_.size * 2)
        )
        pen = ImageDraw.Draw(image)
        pen.ellipse((2, type_.size * 0.4, 2 + type_.size * 1.2, type_.size * 1.6), fill=mark.disc)
        pen.text((type_.size * 1.5, type_.size * 0.35), mark.name, font=type_, fill=mark.color)
        self._part = np.asarray(image, np.float32)
        self._alpha = self._part[..., 3:] / 255 * mark.strength
        self._at = (round(mark.at[0] * stage.size[0]), round(mark.at[1] * stage.size[1]))

    def draw(self, frame: Frame, time: float) -> None:
        """Draw in place."""
        x, y = self._at
        spot = frame[y : y + self._part.shape[0], x : x + self._part.shape[1]]
        spot[:] = spot * (1 - self._alpha) + self._part[..., :3] * self._alpha


def pointer(kind: str = "arrow") -> Lay:
    """A mouse arrow or laser dot that wanders."""

    def lay(timed: Timed, stage: Stage) -> Overlay:
        from rendering.overlay import Pointer

        return Pointer(kind, stage.size, stage.seed)

    return lay


@dataclass(frozen=True)
class Toast:
    """A notification that slides in at the right upper corner, `cue` seconds into the part."""

    title: str
    text: str
    cue: float
    seconds: float = 4.0


def toast(note: Toast) -> Lay:
    """A notification over a part."""
    return lambda timed, stage: Notice(note, timed, stage)


class Notice(Overlay):
    """A notification."""

    def __init__(self, note: Toast, timed: Timed, stage: Stage) -> None:
        self._note, self._start = note, timed.start + note.cue
        w, h = round(stage.size[0] * 0.25), round(stage.size[1] * 0.11)
        image = Image.new("RGB", (w, h), (250, 250, 250))
        pen = ImageDraw.Draw(image)
        pen.rectangle((0, 0, w - 1, h - 1), outline=(170, 170, 170))
        pen.ellipse((h * 0.2, h * 0.2, h * 0.8, h * 0.8), fill=(70, 110, 200))
        for text, y, face in (
            (note.title, 0.12, "LiberationSans-Bold.ttf"),
            (note.text, 0.52, "LiberationSans-Regular.ttf"),
        ):
            pen.text((h, h * y), text, font=font(face, round(h * 0.27)), fill=(30, 30, 34))
        self._image = np.asarray(image)

    def draw(self, frame: Frame, time: float) -> None:
        """Draw in place."""
        since = time - self._start
        if not 0 <= since < self._note.seconds:
            return
        h, w = self._image.shape[:2]
        inside = round(w * min(1.0, since / 0.3, (self._note.seconds - since) / 0.3))
        if inside > 0:
            y = round(frame.shape[0] * 0.03)
            frame[y : y + h, frame.shape[1] - inside :] = self._image[:, :inside]
            cv2.line(
                frame, (frame.shape[1] - inside, y + h), (frame.shape[1], y + h), (90, 90, 90), 1
            )
