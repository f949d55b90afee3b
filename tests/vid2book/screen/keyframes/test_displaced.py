"""What stands elsewhere on another picture, and what does not."""

from __future__ import annotations

import cv2
import numpy as np

from vid2book.screen.keyframes.cells import Ids, Plane, contrast
from vid2book.screen.keyframes.displaced import View, seen_elsewhere
from vid2book.screen.keyframes.follow import Follower

from ....support.screens import CELLS, PHYSICS, luma, slide

A = luma(slide("Work and energy", PHYSICS))
B = luma(slide("Inside the cell", CELLS))
PAPER = int(A[0, 0])


def views(one: Plane, other: Plane) -> tuple[View, Ids, View]:
    """Of two planes that stand after each other, and what is written on the first."""
    follower = Follower(one)
    for i in range(20):
        follower.see(one if i < 10 else other, i / 5)
    history = follower.history(4)
    standing = history.at(5)
    written = standing[contrast(history.patch[standing]) > 0]
    return View(history, 5, one), written, View(history, 15, other)


def moved(plane: Plane, right: float, down: float, by: float = 1) -> Plane:
    transform = np.array([[by, 0, right], [0, by, down]], np.float64)
    out = cv2.warpAffine(plane, transform, plane.shape[::-1], borderValue=(PAPER,))
    return np.asarray(out, np.uint8)


def share(one: Plane, other: Plane) -> float:
    view, written, elsewhere = views(one, other)
    found = seen_elsewhere(view, written, elsewhere)
    return 0.0 if found is None else float(found.found.mean())


def test_a_page_that_scrolled_is_found() -> None:
    view, written, other = views(A, moved(A, 0, 83))
    found = seen_elsewhere(view, written, other)
    assert found is not None and found.found.mean() > 0.9
    assert np.median(found.shift(view.history, written)) - 83 < 1


def test_a_slide_that_was_shrunk_into_a_corner_is_found() -> None:
    assert share(A, moved(A, 60, 40, 0.85)) > 0.7


def test_another_page_and_a_blank_one_show_nothing_of_it() -> None:
    assert share(A, B) < 0.15
    assert share(A, np.full_like(A, PAPER)) == 0


def test_what_scrolled_out_is_not_found() -> None:
    up = moved(A, 0, -90)  # the title is gone
    view, written, other = views(A, up)
    found = seen_elsewhere(view, written, other)
    assert found is not None
    above = view.history.grid.row(view.history.cell[written]) * 8 < 82
    assert found.found[~above].mean() > 0.9 and found.found[above].mean() < 0.1
