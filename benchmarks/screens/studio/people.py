"""Faces beside and over what is shown: an inset that moves, a gallery, a full frame."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from PIL import Image, ImageDraw
from rendering.draw import Frame, font, frame
from rendering.film import Overlay
from rendering.presenter import Presenter
from rendering.script import Look
from rendering.shot import Shot, State, Stretch
from rendering.timeline import Timed

from .cues import Cue, clear_of, ease, when
from .ink import Box
from .produce import Lay, Make, Stage

GLIDE = 0.6
"""Seconds that an inset takes to move."""


@dataclass(frozen=True)
class Place:
    """From a cue on the inset's middle is there; shares of width and height. `x < 0` hides it."""

    cue: Cue
    x: float
    y: float


@dataclass(frozen=True)
class Inset:
    """A small camera picture over the screen: its height as share, and its form."""

    look: Look
    places: tuple[Place, ...]
    tall: float = 0.26
    wide: float = 1.2
    form: Literal["box", "circle"] = "box"
    rim: tuple[int, int, int] = (240, 240, 240)
    sigma: float = 3.0


def inset(of: Inset) -> Lay:
    """The inset, to be laid over a part."""
    return lambda timed, stage: Floating(of, timed, stage)


class Floating(Overlay):
    """An inset that goes from place to place."""

    def __init__(self, of: Inset, timed: Timed, stage: Stage) -> None:
        tall = round(of.tall * stage.size[1]) // 2 * 2
        self._of, self._size = of, (round(tall * of.wide) // 2 * 2, tall)
        if of.form == "circle":
            self._size = (tall, tall)
        self._stage = stage
        self._person = Presenter(of.look, self._size, stage.loud, stage.fps, stage.seed)
        self._places = [(when(place.cue, timed, stage.fps), place) for place in of.places]
        grain = np.random.default_rng(stage.seed).normal(0, of.sigma, (tall + 64, tall * 3))
        self._grain = grain.astype(np.float32)
        mask = np.zeros((tall, self._size[0]), np.uint8)
        cv2.ellipse(mask, (self._size[0] // 2, tall // 2), (self._size[0] // 2 - 1, tall // 2 - 1),
                    0, 0, 360, 255, -1, cv2.LINE_AA)  # fmt: skip
        self._mask = mask.astype(np.float32)[..., None] / 255

    def draw(self, frame: Frame, time: float) -> None:
        """Draw in place."""
        box = self.box(time)
        if box is None:
            return
        x, y = round(box[0]), round(box[1])
        w, h = self._size
        face = self._person.draw(time).astype(np.float32)
        shift = round(time * self._stage.fps) * 7 % 60
        face = np.clip(face + self._grain[shift : shift + h, shift : shift + w, None], 0, 255)
        spot = frame[y : y + h, x : x + w]
        if self._of.form == "circle":
            spot[:] = spot * (1 - self._mask) + face * self._mask
            middle = (x + w // 2, y + h // 2)
            cv2.circle(frame, middle, w // 2, self._of.rim, 3, cv2.LINE_AA)
        else:
            spot[:] = face
            cv2.rectangle(frame, (x, y), (x + w - 1, y + h - 1), self._of.rim, 2)

    def box(self, time: float) -> Box | None:
        """Where it lies, in pixels."""
        number = max(0, bisect_right([at for at, _ in self._places], time) - 1)
        at, place = self._places[number]
        if place.x < 0:
            return None
        before = self._places[number - 1][1] if number else place
        share = ease((time - at) / GLIDE) if before.x >= 0 else 1.0
        x = before.x + (place.x - before.x) * share
        y = before.y + (place.y - before.y) * share
        w, h = self._size
        left = min(max(x * self._stage.size[0] - w / 2, 0), self._stage.size[0] - w)
        top = min(max(y * self._stage.size[1] - h / 2, 0), self._stage.size[1] - h)
        return left, top, left + w, top + h


def under(make: Make, of: Inset, boxes: tuple[Box, ...]) -> Make:
    """A part whose states say when the inset covers none of `boxes` (shares of the screen)."""

    def build(timed: Timed, stage: Stage) -> Shot:
        floating = Floating(of, timed, stage)
        w, h = stage.size
        pixels = [(b[0] * w, b[1] * h, b[2] * w, b[3] * h) for b in boxes]

        def covered(time: float) -> bool:
            over = floating.box(time)
            return over is not None and any(_meet(over, box) for box in pixels)

        shot = make(timed, stage)
        states = [
            replace(s, clear=clear_of(s.start, s.end, stage.fps, covered)) for s in shot.states
        ]
        return Told(shot, states)

    return build


def _meet(one: Box, other: Box) -> bool:
    return min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(
        one[1], other[1]
    )


class Told(Shot):
    """A shot of which something else is true than what it says itself."""

    def __init__(self, shot: Shot, states: list[State], dull: list[Stretch] | None = None) -> None:
        self._shot, self._states = shot, states
        self._dull = shot.uninformative if dull is None else dull

    @property
    def states(self) -> list[State]:
        """What is true."""
        return self._states

    @property
    def uninformative(self) -> list[Stretch]:
        """What is true."""
        return self._dull

    def draw(self, time: float) -> Frame:
        """The shot's picture."""
        return self._shot.draw(time)


def head(look: Look) -> Make:
    """A part with the presenter in full frame."""
    return lambda timed, stage: Head(look, timed, stage)


class Head(Shot):
    """The talking head."""

    def __init__(self, look: Look, timed: Timed, stage: Stage) -> None:
        self._person = Presenter(look, stage.size, stage.loud, stage.fps, stage.seed)
        self._dull = [Stretch(timed.start, timed.end)]

    @property
    def states(self) -> list[State]:
        """None."""
        return []

    @property
    def uninformative(self) -> list[Stretch]:
        """All of it."""
        return self._dull

    def draw(self, time: float) -> Frame:
        """The person."""
        return self._person.draw(time)


@dataclass(frozen=True)
class Guest:
    """Somebody in a meeting. `at` is the middle of the tile in shares."""

    name: str
    look: Look
    at: tuple[float, float]
    quiet: float = 0.0
    """Share of the loudness that this person's mouth shows less: 1 only listens."""


@dataclass(frozen=True)
class Room:
    """A meeting's window: tiles of a height, the shared window's box, colours."""

    guests: tuple[Guest, ...]
    tall: float = 0.2
    share: tuple[float, float, float, float] = (0.01, 0.07, 0.79, 0.93)
    ground: str = "#202124"
    bar: bool = True
    face: str = "LiberationSans-Regular.ttf"


def meeting(room: Room, shared: Make | None) -> Make:
    """A part of a meeting: faces, and what is shared, drawn for the whole screen and shrunk."""
    return lambda timed, stage: Meeting(room, shared, timed, stage)


class Meeting(Shot):
    """A gallery of faces beside a shared window."""

    def __init__(self, room: Room, shared: Make | None, timed: Timed, stage: Stage) -> None:
        self._room, self._stage = room, stage
        self._shared = shared(timed, stage) if shared else None
        tall = round(room.tall * stage.size[1]) // 2 * 2
        self._tile = (round(tall * 16 / 9) // 2 * 2, tall)
        self._people = [
            Presenter(g.look, self._tile, stage.loud * (1 - g.quiet), stage.fps, stage.seed + k)
            for k, g in enumerate(room.guests)
        ]
        grain = np.random.default_rng(stage.seed).normal(0, 3.5, (tall + 64, tall * 3))
        self._grain = grain.astype(np.float32)
        self._window = Image.new("RGB", stage.size, room.ground)
        if room.bar:
            self._toolbar(self._window)
        self._dull = [] if shared else [Stretch(timed.start, timed.end)]

    @property
    def states(self) -> list[State]:
        """Those of what is shared."""
        return self._shared.states if self._shared else []

    @property
    def uninformative(self) -> list[Stretch]:
        """The gallery alone."""
        return self._shared.uninformative if self._shared else self._dull

    def draw(self, time: float) -> Frame:
        """The window of the meeting."""
        out = frame(self._window).copy()
        w, h = self._stage.size
        if self._shared:
            x0, y0, x1, y1 = (
                round(v * s) for v, s in zip(self._room.share, (w, h, w, h), strict=True)
            )
            picture = self._shared.draw(time)
            out[y0:y1, x0:x1] = cv2.resize(
                picture, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA
            )
        loud = float(
            self._stage.loud[min(round(time * self._stage.fps), len(self._stage.loud) - 1)]
        )
        for k, (guest, person) in enumerate(zip(self._room.guests, self._people, strict=True)):
            self._lay(out, guest, person, time + 3.7 * k, loud, k)
        return out

    def _lay(
        self, out: Frame, guest: Guest, person: Presenter, time: float, loud: float, k: int
    ) -> None:
        w, h = self._tile
        x = round(guest.at[0] * self._stage.size[0] - w / 2)
        y = round(guest.at[1] * self._stage.size[1] - h / 2)
        # The mouth follows the speech of now, while each body has a clock of its own.
        face = person.draw(time if guest.quiet else time - 3.7 * k).astype(np.float32)
        shift = (round(time * self._stage.fps) * 11 + 5 * k) % 60
        out[y : y + h, x : x + w] = np.clip(
            face + self._grain[shift : shift + h, shift : shift + w, None], 0, 255
        )
        speaks = guest.quiet < 0.5 and loud > 0.15
        rim = (90, 200, 120) if speaks else (60, 62, 66)
        cv2.rectangle(out, (x, y), (x + w - 1, y + h - 1), rim, 2)
        tag = Image.fromarray(out[y + h - 18 : y + h, x : x + w])
        pen = ImageDraw.Draw(tag)
        pen.rectangle((3, 2, 8 + 7 * len(guest.name), 16), fill=(20, 20, 22))
        pen.text((6, 2), guest.name, font=font(self._room.face, 12), fill=(235, 235, 235))
        out[y + h - 18 : y + h, x : x + w] = np.asarray(tag)

    def _toolbar(self, window: Image.Image) -> None:
        pen, (w, h) = ImageDraw.Draw(window), window.size
        for k in range(7):
            x = w * (0.32 + 0.05 * k)
            tone = (200, 60, 55) if k == 6 else (62, 64, 68)
            pen.ellipse((x, h * 0.95, x + h * 0.04, h * 0.99), fill=tone)
