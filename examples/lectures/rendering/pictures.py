"""Drawings without text: a pendulum, an animal cell, a circuit, a wave."""

from __future__ import annotations

import math
from collections.abc import Callable

from PIL import Image, ImageDraw

from .draw import Rgb, mix

Pen = ImageDraw.ImageDraw
OVER = 2
"""Drawn this many times too large and shrunk, which smooths the edges."""


def picture(name: str, side: int, background: Rgb, accent: Rgb) -> Image.Image:
    """A square drawing by its name.

    Raises:
        ValueError: there is no drawing of that name.
    """
    if name not in PICTURES:
        raise ValueError(f"no picture {name!r}; there are {', '.join(PICTURES)}")
    image = Image.new("RGB", (side * OVER, side * OVER), background)
    light = sum(background) > 380
    PICTURES[name](
        ImageDraw.Draw(image), side * OVER, (40, 44, 56) if light else (225, 228, 235), accent
    )
    return image.resize((side, side), Image.Resampling.LANCZOS)


def _ball(pen: Pen, x: float, y: float, radius: float, color: Rgb) -> None:
    """A shaded ball, lit from the upper left."""
    for ring in range(24):
        share = ring / 24
        r = radius * (1 - share)
        tone = mix(mix(color, (0, 0, 0), 0.35), mix(color, (255, 255, 255), 0.55), share)
        dx = -radius * 0.3 * share
        pen.ellipse((x + dx - r, y + dx - r, x + dx + r, y + dx + r), fill=tone)


def _pendulum(pen: Pen, s: int, ink: Rgb, accent: Rgb) -> None:
    line = round(s * 0.008)
    pen.rectangle((s * 0.2, s * 0.06, s * 0.8, s * 0.1), fill=mix(ink, (140, 140, 140), 0.5))
    for k in range(9):
        x = s * (0.22 + 0.07 * k)
        pen.line((x, s * 0.06, x + s * 0.04, s * 0.02), fill=ink, width=line)
    top, length, angle = (s * 0.5, s * 0.1), s * 0.68, math.radians(26)
    for k in range(14):
        pen.line(
            (s * 0.5, s * (0.1 + 0.055 * k), s * 0.5, s * (0.13 + 0.055 * k)),
            fill=mix(ink, (150, 150, 150), 0.6),
            width=line // 2,
        )
    x, y = top[0] + length * math.sin(angle), top[1] + length * math.cos(angle)
    reach = (s * 0.5 - length, top[1] - length, s * 0.5 + length, top[1] + length)
    pen.arc(reach, 64, 116, fill=mix(accent, (200, 200, 200), 0.4), width=line)
    pen.arc((s * 0.34, s * -0.06, s * 0.66, s * 0.26), 64, 90, fill=accent, width=line)
    pen.line((*top, x, y), fill=ink, width=line)
    _ball(pen, x, y, s * 0.07, accent)
    _arrow(pen, (x, y + s * 0.07), (x, y + s * 0.2), (200, 60, 50), line)


def _arrow(
    pen: Pen, start: tuple[float, float], end: tuple[float, float], color: Rgb, width: int
) -> None:
    pen.line((*start, *end), fill=color, width=width)
    turn = math.atan2(end[1] - start[1], end[0] - start[0])
    tips = [
        (end[0] - 5 * width * math.cos(turn + side), end[1] - 5 * width * math.sin(turn + side))
        for side in (0.45, -0.45)
    ]
    pen.polygon([end, *tips], fill=color)


def _cell(pen: Pen, s: int, ink: Rgb, accent: Rgb) -> None:
    membrane = [
        (
            s * (0.5 + (0.45 + 0.012 * math.sin(7 * a)) * math.cos(a)),
            s * (0.5 + (0.38 + 0.012 * math.sin(5 * a)) * math.sin(a)),
        )
        for a in (2 * math.pi * k / 240 for k in range(240))
    ]
    pen.polygon(membrane, fill=(247, 226, 190))
    pen.line([*membrane, membrane[0]], fill=(176, 118, 60), width=round(s * 0.014))
    for k in range(4):
        r = s * (0.2 + 0.028 * k)
        pen.arc(
            (s * 0.42 - r, s * 0.46 - r, s * 0.42 + r, s * 0.46 + r),
            20 + 12 * k,
            140,
            fill=(120, 150, 90),
            width=round(s * 0.012),
        )
    _ball(pen, s * 0.42, s * 0.46, s * 0.155, (150, 120, 190))
    _ball(pen, s * 0.45, s * 0.48, s * 0.05, (96, 66, 140))
    for x, y, tilt in ((0.72, 0.36, 0.5), (0.74, 0.62, -0.4), (0.24, 0.3, -0.7), (0.3, 0.74, 0.2)):
        _mitochondrion(pen, s, (s * x, s * y), tilt)
    for k in range(5):
        y = s * (0.68 + 0.026 * k)
        pen.arc(
            (s * 0.5, y - s * 0.05, s * 0.66, y + s * 0.03),
            20,
            160,
            fill=(205, 120, 150),
            width=round(s * 0.012),
        )
    for k in range(26):
        x, y = s * (0.2 + 0.6 * (k * 0.618 % 1)), s * (0.22 + 0.56 * (k * 0.414 % 1))
        pen.ellipse((x, y, x + s * 0.012, y + s * 0.012), fill=(90, 90, 80))


def _mitochondrion(pen: Pen, s: int, middle: tuple[float, float], tilt: float) -> None:
    def at(u: float, v: float) -> tuple[float, float]:
        return (
            middle[0] + u * math.cos(tilt) - v * math.sin(tilt),
            middle[1] + u * math.sin(tilt) + v * math.cos(tilt),
        )

    ring = [
        at(s * 0.085 * math.cos(a), s * 0.042 * math.sin(a))
        for a in (2 * math.pi * k / 60 for k in range(60))
    ]
    pen.polygon(ring, fill=(226, 122, 84))
    pen.line([*ring, ring[0]], fill=(140, 60, 40), width=round(s * 0.006))
    fold = [at(s * (-0.065 + 0.0065 * k), s * 0.024 * (-1) ** k) for k in range(21)]
    pen.line(fold, fill=(140, 60, 40), width=round(s * 0.006))


def _circuit(pen: Pen, s: int, ink: Rgb, accent: Rgb) -> None:
    w = round(s * 0.009)
    left, right, top, low = s * 0.15, s * 0.85, s * 0.25, s * 0.75
    for a, b in (
        ((left, top), (s * 0.36, top)),
        ((s * 0.64, top), (right, top)),
        ((right, top), (right, s * 0.41)),
        ((right, s * 0.59), (right, low)),
        ((right, low), (left, low)),
        ((left, low), (left, s * 0.53)),
        ((left, s * 0.47), (left, top)),
    ):
        pen.line((*a, *b), fill=ink, width=w)
    zigzag = [
        (s * (0.36 + 0.28 * k / 12), top + (s * 0.035 * (-1) ** k if 0 < k < 12 else 0))
        for k in range(13)
    ]
    pen.line(zigzag, fill=accent, width=w, joint="curve")
    pen.line((s * 0.09, s * 0.47, s * 0.21, s * 0.47), fill=ink, width=w)
    pen.line((s * 0.12, s * 0.53, s * 0.18, s * 0.53), fill=ink, width=w * 2)
    r = s * 0.09
    pen.ellipse(
        (right - r, s * 0.5 - r, right + r, s * 0.5 + r), fill=(250, 226, 130), outline=ink, width=w
    )
    d = r * 0.707
    pen.line((right - d, s * 0.5 - d, right + d, s * 0.5 + d), fill=ink, width=w)
    pen.line((right - d, s * 0.5 + d, right + d, s * 0.5 - d), fill=ink, width=w)
    _arrow(pen, (s * 0.4, low - s * 0.07), (s * 0.6, low - s * 0.07), (200, 60, 50), w)


def _wave(pen: Pen, s: int, ink: Rgb, accent: Rgb) -> None:
    w = round(s * 0.009)
    _arrow(pen, (s * 0.08, s * 0.5), (s * 0.94, s * 0.5), ink, w)
    _arrow(pen, (s * 0.12, s * 0.88), (s * 0.12, s * 0.1), ink, w)
    for shift, color in ((0.0, accent), (1.2, (205, 80, 60))):
        curve = [
            (s * (0.12 + 0.76 * k / 200), s * (0.5 - 0.3 * math.cos(k * 0.063 + shift)))
            for k in range(201)
        ]
        pen.line(curve, fill=color, width=w, joint="curve")


PICTURES: dict[str, Callable[[Pen, int, Rgb, Rgb], None]] = {
    "pendulum": _pendulum,
    "cell": _cell,
    "circuit": _circuit,
    "wave": _wave,
}
