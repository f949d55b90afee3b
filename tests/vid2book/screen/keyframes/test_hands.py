"""A hand that rests on a sheet is no content of its own; a picture at the edge is."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vid2book.screen.keyframes.cells import Plane

from ....support.screens import CELLS, HEIGHT, PHYSICS, WIDTH, look, luma, sampled, slide

SHEET = luma(slide("Work and energy", PHYSICS))
OTHER = luma(slide("Inside the cell", CELLS))


def with_hand(sheet: Plane, x: int) -> Plane:
    """An arm that comes in from below, with fingers and a pen."""
    image = Image.fromarray(sheet)
    draw = ImageDraw.Draw(image)
    draw.polygon([(x + 60, HEIGHT), (x + 20, 290), (x + 70, 270), (x + 130, HEIGHT)], fill=150)
    for finger in range(4):
        left, top = x + 14 * finger, 250 + 6 * finger
        draw.ellipse((left, top, left + 34, top + 56), fill=140 + 14 * finger, outline=90)
    draw.line((x - 30, 240, x + 20, 280), fill=30, width=5)
    return np.array(image)


def with_note(sheet: Plane) -> Plane:
    """A written note that comes up from the lower edge."""
    image = Image.fromarray(sheet)
    draw = ImageDraw.Draw(image)
    draw.rectangle((300, 280, WIDTH, HEIGHT), fill=225, outline=60)
    for i, line in enumerate(("Ribosomes build proteins", "Energy is never lost")):
        draw.text((320, 290 + 32 * i), line, 20, ImageFont.load_default(20))
    return np.array(image)


def pictures_of(*parts: tuple[Plane, float]) -> list[float]:
    found, _ = look(sampled([plane for plane, seconds in parts for _ in range(int(5 * seconds))]))
    return [keyframe.time for keyframe in found]


def test_a_hand_that_rests_and_goes_again_makes_no_picture() -> None:
    hands = [(with_hand(SHEET, x), 3.0) for x in (380, 392)]
    times = pictures_of((SHEET, 4), *hands, (SHEET, 4), (OTHER, 4))
    assert len(times) == 2 and not 4 < times[0] < 10 and times[1] > 14


def test_what_is_written_on_a_note_from_the_edge_is_shown() -> None:
    first, _ = pictures_of((SHEET, 4), (with_note(SHEET), 4), (SHEET, 4), (OTHER, 4))
    assert 4 < first < 8


def test_a_curve_that_runs_to_the_edge_is_shown() -> None:
    image = Image.fromarray(SHEET)
    points = [(x, 300 - 0.0004 * (x - 250) ** 2) for x in range(0, WIDTH + 1, 8)]
    ImageDraw.Draw(image).line(points, fill=40, width=4)
    first, _ = pictures_of((SHEET, 4), (np.array(image), 4), (SHEET, 4), (OTHER, 4))
    assert 4 < first < 8
