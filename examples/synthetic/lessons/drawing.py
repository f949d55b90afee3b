"""Slides drawn by the renderer of `examples/lectures`."""

from __future__ import annotations

import io
import random
import sys
from dataclasses import replace
from pathlib import Path

from PIL import Image

from .content import COLORS, Facts

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lectures"))

from rendering.script import Item, Scene, Theme
from rendering.slide import Slide
from rendering.timeline import Timed

__all__ = ["SIZE", "Theme", "draw_slide", "draw_theme"]

SIZE = (160, 120)  # width and height in pixels; the letters are large, to be legible at 64 x 64
_FACES = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
)
_PAPERS = ("#ffffff", "#fffdf0", "#f0f4ff")


def draw_theme(rng: random.Random) -> Theme:
    """The design of a lecture, by chance; the accent's colour is that of each slide."""
    plain, bold = rng.choice(_FACES)
    return Theme(
        background=rng.choice(_PAPERS),
        font=plain,
        bold=bold,
        layout="band",
        title_size=0.13,
        text_size=0.26,
        margin=0.04,
    )


def draw_slide(facts: Facts, theme: Theme) -> bytes:
    """The slide as a JPEG of `SIZE`."""
    scene = Scene("slide", title=facts.title, items=(Item(facts.formula),), picture=facts.drawing)
    timed = Timed(scene, start=0.0, stable=0.0, end=1.0, spoken=(), steps=((0.0, 0.0),))
    pixels = Slide(timed, replace(theme, accent=COLORS[facts.color]), SIZE).draw(0.0)
    jpeg = io.BytesIO()
    Image.fromarray(pixels).save(jpeg, "JPEG", quality=90)
    return jpeg.getvalue()
