"""Drawing a person: a shaded face with eyes, nose and mouth, hair, shoulders, a room behind.

The face is a lit ellipsoid with soft dark and bright spots where eyes, nose and lips throw them;
OpenCV's frontal face cascade finds it. Coordinates run from -1 to 1 over the head's square.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from .draw import Frame, Rgb, mix, rgb
from .script import Look

Plane = npt.NDArray[np.floating[Any]]
Canvas = npt.NDArray[np.float32]
"""Height x width x 4: premultiplied RGB from 0 to 255, and alpha from 0 to 1."""
Sprite = npt.NDArray[np.uint8]
"""The same in bytes, alpha from 0 to 255, which OpenCV lays down ten times faster."""

EYE_X, EYE_Y, MOUTH_Y = 0.19, -0.07, 0.36


def head(look: Look, side: int, opening: float, shut: bool) -> Sprite:
    """A head of `side` pixels; the mouth open by `opening` (0 to 1), the eyes shut or not."""
    y, x = (np.mgrid[0:side, 0:side].astype(np.float32) + 0.5) / (side / 2) - 1
    canvas = np.zeros((side, side, 4), np.float32)
    skin, hair = rgb(look.skin), rgb(look.hair)
    strands = 1 + 0.18 * np.sin(60 * x + 9 * np.sin(3 * y)) * np.exp(-((y + 0.5) ** 2))
    back = _oval(x, y, 0, -0.12, 0.55, 0.66)
    if look.hair_style == "long":
        back = np.maximum(back, _oval(x, y, 0, 0.2, 0.6, 0.82))
    _over(canvas, back, hair, 0.62 * strands)
    if look.hair_style == "long":
        neck = _soft(0.2 - np.abs(x), 0.02) * _soft(y - 0.3, 0.05)
        _over(canvas, neck * back, skin, 0.62 - 0.25 * x)
    for sign in (-1, 1):
        _over(canvas, _oval(x, y, sign * 0.455, 0.04, 0.07, 0.13), skin, 0.8 + 0 * x)
    shape, shade = _relief(x, y)
    _over(canvas, shape, skin, shade)
    _blush(canvas, x, y)
    for sign in (-1, 1):
        _eye(canvas, x, y, sign, skin, shut)
        bow = y - (-0.2 + 0.9 * (np.abs(x) - EYE_X) ** 2 * 3)
        brow = _soft(0.022 - np.abs(bow), 0.012) * _soft(0.105 - np.abs(x - sign * EYE_X), 0.02)
        _over(canvas, 0.85 * brow, hair, 0.75 + 0 * x)
    _mouth(canvas, x, y, skin, opening)
    fringe = _oval(x, y, 0, -0.1, 0.545, 0.66) * _soft(-0.36 + 0.5 * x * x + 0.12 * x - y, 0.03)
    if look.hair_style == "long":
        sides = _soft(np.abs(x) - 0.43 + 0.1 * np.maximum(y, 0), 0.02) * back
        fringe = np.maximum(fringe, sides * _soft(0.95 - y, 0.1))
    _over(canvas, fringe, hair, 0.8 * strands + 0.25 * _spot(x, y, -0.2, -0.55, 0.25, 0.1))
    return _sprite(canvas)


def _relief(x: Plane, y: Plane) -> tuple[Plane, Plane]:
    """The face's outline and its light: an ellipsoid lit from the upper left, with features."""
    jaw = 0.46 * (1 - 0.24 * np.clip((y - 0.05) / 0.62, 0, 1) ** 1.6)
    u, v = x / jaw, (y - 0.03) / 0.64
    radius = u * u + v * v
    z = np.sqrt(np.clip(1 - radius, 0, 1))
    shade = 0.5 + 0.52 * np.clip(-0.28 * u - 0.38 * v + 0.88 * z, 0, 1.1)
    for sign in (-1, 1):
        shade -= 0.3 * _spot(x, y, sign * EYE_X, EYE_Y - 0.015, 0.1, 0.06)
        shade -= 0.3 * _spot(x, y, sign * 0.05, 0.245, 0.02, 0.014)
        shade += 0.09 * _spot(x, y, sign * 0.25, 0.13, 0.11, 0.09)
    shade += 0.13 * _spot(x, y, -0.005, 0.06, 0.035, 0.16) + 0.1 * _spot(x, y, 0, 0.2, 0.045, 0.04)
    shade -= 0.14 * _spot(x, y, 0.075, 0.14, 0.03, 0.11)
    shade -= 0.16 * _spot(x, y, 0.02, 0.275, 0.08, 0.025)
    shade -= 0.14 * _spot(x, y, 0, 0.47, 0.11, 0.025)
    shade += 0.07 * _spot(x, y, 0, 0.57, 0.08, 0.06) + 0.07 * _spot(x, y, -0.05, -0.3, 0.25, 0.1)
    return _soft(1 - radius, 0.03), shade


def _blush(canvas: Canvas, x: Plane, y: Plane) -> None:
    for sign in (-1, 1):
        _over(canvas, 0.22 * _spot(x, y, sign * 0.26, 0.17, 0.1, 0.08), (205, 95, 80), 1 + 0 * x)


def _eye(canvas: Canvas, x: Plane, y: Plane, sign: int, skin: Rgb, shut: bool) -> None:
    ex, flat = sign * EYE_X, 0 * x
    almond = _oval(x, y, ex, EYE_Y, 0.09, 0.043)
    if shut:
        _over(canvas, almond, skin, 0.72 + flat)
        lash = _soft(0.008 - np.abs(y - EYE_Y - 0.025 + 2.2 * (x - ex) ** 2), 0.006)
    else:
        _over(canvas, almond, (238, 234, 228), 0.95 + flat)
        _over(canvas, almond * _oval(x, y, ex, EYE_Y, 0.042, 0.042), (88, 62, 40), 0.95 + flat)
        _over(canvas, almond * _oval(x, y, ex, EYE_Y, 0.02, 0.02), (12, 10, 10), 1 + flat)
        _over(
            canvas, _oval(x, y, ex - 0.014, EYE_Y - 0.015, 0.009, 0.009), (255, 255, 255), 1 + flat
        )
        lash = _soft(0.009 - np.abs(y - EYE_Y + 0.043 - 4.2 * (x - ex) ** 2), 0.006)
    _over(canvas, 0.85 * lash * _soft(0.092 - np.abs(x - ex), 0.01), (40, 26, 22), 1 + flat)


def _mouth(canvas: Canvas, x: Plane, y: Plane, skin: Rgb, opening: float) -> None:
    flat = 0 * x
    lips = mix(skin, (170, 60, 66), 0.5)
    drop = 0.05 * opening
    wide = 0.15 - 0.025 * opening
    _over(
        canvas,
        _oval(x, y, 0, MOUTH_Y + drop, wide, 0.034 + 0.06 * opening),
        lips,
        0.95 - 0.12 * _soft(MOUTH_Y + drop - y, 0.02),
    )
    gap = _oval(x, y, 0, MOUTH_Y + drop, wide * 0.82, 0.005 + 0.055 * opening)
    _over(canvas, gap, (58, 18, 20), 1 + flat)
    if opening > 0.3:
        teeth = gap * _soft(MOUTH_Y + drop - 0.03 * opening - y, 0.008)
        _over(canvas, teeth, (236, 230, 220), 1 + flat)


def body(look: Look, size: tuple[int, int]) -> Sprite:
    """Neck and shoulders as wide as the frame, for a head in its middle."""
    width, height = size
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (columns - width / 2) / (height / 2), rows / (height / 2) - 1
    canvas = np.zeros((height, width, 4), np.float32)
    neck = _soft(0.17 + 0.12 * np.clip(y - 0.5, 0, 1) - np.abs(x), 0.02) * _soft(y - 0.1, 0.05)
    shadow = 0.78 - 0.35 * _spot(x, y, 0.03, 0.42, 0.22, 0.12) - 0.25 * x
    _over(canvas, neck, rgb(look.skin), shadow)
    rise = 0.62 + 0.36 * np.abs(x) ** 1.9
    shirt = _soft(y - rise, 0.02) * _soft(0.86 + 0.1 * y - np.abs(x), 0.03)
    collar = _soft(np.abs(x) * 1.5 - (0.86 - y) * 0.75, 0.015)
    folds = 0.9 - 0.22 * x + 0.06 * np.sin(9 * x + 4 * y) - 0.2 * np.clip(np.abs(x) - 0.5, 0, 1)
    _over(canvas, shirt * collar, rgb(look.shirt), folds)
    return _sprite(canvas)


def room(look: Look, size: tuple[int, int], rng: np.random.Generator) -> Frame:
    """A wall with a shelf and a window, out of focus."""
    width, height = size
    wall = np.empty((height, width, 3), np.float32)
    wall[:] = rgb(look.room)
    wall *= np.linspace(1.12, 0.8, height, dtype=np.float32)[:, None, None]
    for shelf in (0.18, 0.45):
        y, x = height * shelf, width * 0.02
        while x < width * 0.27:
            w, h = width * rng.uniform(0.012, 0.03), height * rng.uniform(0.12, 0.2)
            tone = tuple(float(c) for c in rng.uniform(40, 150) + rng.uniform(0, 45, 3))
            cv2.rectangle(wall, (int(x), int(y)), (int(x + w), int(y + h)), tone, -1)
            x += w * 1.1
        cv2.rectangle(
            wall,
            (0, int(y + height * 0.2)),
            (int(width * 0.28), int(y + height * 0.22)),
            (96.0, 66.0, 44.0),
            -1,
        )
    cv2.rectangle(
        wall,
        (int(width * 0.76), int(height * 0.1)),
        (int(width * 0.95), int(height * 0.55)),
        (214.0, 226.0, 236.0),
        -1,
    )
    soft = cv2.GaussianBlur(wall, (0, 0), height * 0.022)
    return np.clip(soft, 0, 255).astype(np.uint8)


def _spot(x: Plane, y: Plane, cx: float, cy: float, sx: float, sy: float) -> Plane:
    return np.asarray(np.exp(-(((x - cx) / sx) ** 2 + ((y - cy) / sy) ** 2)))


def _soft(value: Plane, edge: float) -> Plane:
    """0 below -edge, 1 above it, smooth between."""
    t = np.clip((value + edge) / (2 * edge), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def _oval(x: Plane, y: Plane, cx: float, cy: float, a: float, b: float) -> Plane:
    inside = 1 - ((x - cx) / a) ** 2 - ((y - cy) / b) ** 2
    return _soft(inside, min(0.5, 0.012 / min(a, b)))


def _sprite(canvas: Canvas) -> Sprite:
    scaled = canvas * np.array((1, 1, 1, 255), np.float32)
    return np.clip(scaled, 0, 255).astype(np.uint8)


def _over(canvas: Canvas, alpha: Plane, color: Rgb, shade: Plane) -> None:
    """Lay a shaded colour over the canvas."""
    tone = np.clip(shade[..., None] * np.array(color, np.float32), 0, 255)
    a = alpha[..., None]
    canvas[..., :3] = canvas[..., :3] * (1 - a) + tone * a
    canvas[..., 3:] = canvas[..., 3:] * (1 - a) + a
