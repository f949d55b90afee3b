"""What lies over a scene: the presenter in a corner, a pointer, a camera's noise."""

from __future__ import annotations

import math

import cv2
import numpy as np

from .draw import Frame
from .presenter import Presenter
from .script import Noise


def inset(frame: Frame, person: Frame) -> None:
    """Lay the presenter's small picture into the lower right corner, in place."""
    height, width = person.shape[:2]
    gap = round(frame.shape[0] * 0.025)
    bottom, right = frame.shape[0] - gap, frame.shape[1] - gap
    frame[bottom - height : bottom, right - width : right] = person
    cv2.rectangle(frame, (right - width, bottom - height), (right, bottom), (235, 235, 235), 2)


def inset_size(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of the presenter's corner for a picture of `size`."""
    return round(size[0] * 0.17) // 2 * 2, round(size[1] * 0.22) // 2 * 2


class Corner:
    """The presenter in a corner of the picture."""

    def __init__(self, presenter: Presenter) -> None:
        self._presenter = presenter

    def draw(self, frame: Frame, time: float) -> None:
        """Draw in place."""
        inset(frame, self._presenter.draw(time))


class Pointer:
    """A mouse arrow or laser dot that goes from place to place, rests, and trembles if a laser."""

    def __init__(self, kind: str, size: tuple[int, int], seed: int) -> None:
        self._kind, self._size = kind, size
        rng = np.random.default_rng(seed)
        self._places = rng.uniform((0.12, 0.2), (0.72, 0.85), (1000, 2))
        self._leaves = np.cumsum(rng.uniform(1.2, 5.0, 1000))
        self._tremble = 0.0025 if kind == "laser" else 0.0

    def draw(self, frame: Frame, time: float) -> None:
        """Draw in place."""
        x, y = self._at(time)
        if self._kind == "laser":
            radius = max(3, round(self._size[1] * 0.009))
            cv2.circle(frame, (x, y), radius + 3, (255, 120, 110), 1, cv2.LINE_AA)
            cv2.circle(frame, (x, y), radius, (235, 20, 20), -1, cv2.LINE_AA)
            return
        unit = self._size[1] * 0.03
        outline = np.array(
            [(0, 0), (0, 1), (0.23, 0.78), (0.4, 1.15), (0.55, 1.08), (0.38, 0.72), (0.68, 0.7)]
        )
        points = np.round(outline * unit + (x, y)).astype(np.int32)
        cv2.fillPoly(frame, [points], (250, 250, 250), cv2.LINE_AA)
        cv2.polylines(frame, [points], True, (20, 20, 20), 1, cv2.LINE_AA)

    def _at(self, time: float) -> tuple[int, int]:
        number = int(np.searchsorted(self._leaves, time))
        here = self._places[number]
        since = time - (self._leaves[number - 1] if number else -1.0)
        share = min(1.0, since / 0.7)
        ease = share * share * (3 - 2 * share)
        before = self._places[number - 1] if number else here
        x, y = before + (here - before) * ease
        x += self._tremble * math.sin(13 * time)
        y += self._tremble * math.cos(17 * time)
        return round(x * self._size[0]), round(y * self._size[1])


class Camera:
    """Grain of a sensor, light that flickers, corners that darken."""

    def __init__(self, noise: Noise, size: tuple[int, int], seed: int) -> None:
        self._noise = noise
        self._rng = np.random.default_rng(seed)
        width, height = size
        # One large sheet of grain, cut anew for each frame: drawing fresh numbers is ten times
        # slower and looks the same.
        sheet = self._rng.normal(0, noise.sigma, (height + 256, width + 256))
        self._grain = np.repeat(sheet[..., None].astype(np.float32), 3, axis=2)
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
        light = 1 - noise.vignette * (x * x + y * y) / 2
        self._light = np.repeat(light[..., None], 3, axis=2)

    def film(self, frame: Frame) -> Frame:
        """The picture as the camera sees it."""
        height, width = frame.shape[:2]
        top, left = self._rng.integers(0, 256, 2)
        grain = self._grain[top : top + height, left : left + width]
        gain = 1 + self._noise.flicker * float(self._rng.normal())
        lit = cv2.multiply(frame, self._light, scale=gain, dtype=cv2.CV_32F)
        return np.asarray(cv2.add(lit, grain, dtype=cv2.CV_8U), np.uint8)
