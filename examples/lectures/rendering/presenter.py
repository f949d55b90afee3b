"""The talking head in motion: it sways, nods, blinks, and its mouth follows the voice."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from .draw import Frame
from .face import Sprite, body, head, room
from .script import Look

MOUTHS = 6
"""How many openings of the mouth are drawn beforehand."""


class Presenter:
    """A person before a blurred room, in a frame of `size` (width, height)."""

    def __init__(
        self,
        look: Look,
        size: tuple[int, int],
        loudness: npt.NDArray[np.float32],
        fps: int,
        seed: int,
    ) -> None:
        rng = np.random.default_rng(seed)
        self._width, self._height = size
        self._loudness, self._fps = loudness, fps
        self._room = room(look, size, rng)
        self._body = body(look, size)
        side = round(self._height * 0.86)
        self._heads = [
            [head(look, side, mouth / (MOUTHS - 1), shut) for mouth in range(MOUTHS)]
            for shut in (False, True)
        ]
        self._phase = rng.uniform(0, 2 * math.pi, 6)
        self._blinks = np.cumsum(rng.uniform(2.2, 5.5, 4000))

    def draw(self, time: float) -> Frame:
        """The picture at a time of the lecture."""
        frame = round(time * self._fps)
        loud = float(self._loudness[min(frame, len(self._loudness) - 1)])
        near = self._blinks[np.searchsorted(self._blinks, time) - 1]
        shut = 0 <= time - near < 0.14
        dx, dy, turn = self._pose(time, loud)
        out = self._room.copy()
        paste(out, self._body, (self._width / 2 + dx * 0.4, self._height * 0.5 + dy * 0.3), 0.0)
        face = self._heads[int(shut)][round(loud * (MOUTHS - 1))]
        paste(out, face, (self._width / 2 + dx, self._height * 0.45 + dy), turn)
        return out

    def _pose(self, time: float, loud: float) -> tuple[float, float, float]:
        """Shift in pixels and turn in degrees: slow waves that do not repeat together."""
        p, unit = self._phase, self._height
        dx = unit * (0.022 * math.sin(0.9 * time + p[0]) + 0.012 * math.sin(2.3 * time + p[1]))
        dy = unit * (0.008 * math.sin(1.7 * time + p[2]) + 0.006 * loud)
        turn = 2.6 * math.sin(0.8 * time + p[3]) + 1.2 * math.sin(2.1 * time + p[4])
        return dx, dy, turn


def paste(out: Frame, sprite: Sprite, middle: tuple[float, float], turn: float) -> None:
    """Lay a sprite over a picture, to the fraction of a pixel, turned about its neck."""
    height, width = sprite.shape[:2]
    left, top = math.floor(middle[0] - width / 2), math.floor(middle[1] - height / 2)
    move = cv2.getRotationMatrix2D((width / 2, height * 0.8), turn, 1.0)
    move[:, 2] += (middle[0] - width / 2 - left, middle[1] - height / 2 - top)
    moved = cv2.warpAffine(sprite, move, (width, height), flags=cv2.INTER_LINEAR)
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + width, out.shape[1]), min(top + height, out.shape[0])
    part = moved[y0 - top : y1 - top, x0 - left : x1 - left]
    clear = cv2.cvtColor(255 - part[..., 3], cv2.COLOR_GRAY2RGB)
    under = cv2.multiply(out[y0:y1, x0:x1], clear, scale=1 / 255)
    out[y0:y1, x0:x1] = cv2.add(under, cv2.cvtColor(part, cv2.COLOR_RGBA2RGB))
