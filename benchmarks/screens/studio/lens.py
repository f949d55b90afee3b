"""Cameras: hands that shake, focus that breathes, grain, lamps that flicker, dark corners."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from rendering.draw import Frame
from rendering.film import Lens
from rendering.overlay import Camera
from rendering.script import Noise

from .produce import Aim, Stage


@dataclass(frozen=True)
class Held:
    """A camera: `shake` in pixels, `breathe` as share of the size, `sway` seconds a wave."""

    sigma: float = 3.0
    flicker: float = 0.006
    vignette: float = 0.2
    shake: float = 0.0
    breathe: float = 0.0
    sway: float = 4.0
    blur: float = 0.0


def filmed(held: Held) -> Aim:
    """The camera for a part."""
    return lambda stage: Filmed(held, stage)


class Filmed(Lens):
    """A picture as a held camera sees it."""

    def __init__(self, held: Held, stage: Stage) -> None:
        self._held, self._size, self._fps = held, stage.size, stage.fps
        noise = Noise(held.sigma, held.flicker, held.vignette)
        self._camera = Camera(noise, stage.size, stage.seed)
        self._phase = np.random.default_rng(stage.seed).uniform(0, 6, 6)
        self._number = 0

    def film(self, frame: Frame) -> Frame:
        """The picture, moved, blurred and with grain."""
        held, p = self._held, self._phase
        if held.shake or held.breathe:
            t = self._number / self._fps * 2 * math.pi / held.sway
            dx = held.shake * (math.sin(t + p[0]) + 0.5 * math.sin(2.7 * t + p[1]))
            dy = held.shake * (math.sin(0.8 * t + p[2]) + 0.5 * math.sin(2.2 * t + p[3]))
            middle = (self._size[0] / 2, self._size[1] / 2)
            grow = 1 + held.breathe * (1.2 + math.sin(0.6 * t + p[4]))
            move = cv2.getRotationMatrix2D(middle, 0.03 * held.shake * math.sin(t), grow)
            move[:, 2] += dx, dy
            frame = cv2.warpAffine(frame, move, self._size, borderMode=cv2.BORDER_REFLECT)
        if held.blur:
            frame = cv2.GaussianBlur(frame, (0, 0), held.blur)
        self._number += 1
        return self._camera.film(frame)
