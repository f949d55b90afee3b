"""When two pictures of a cell show the same."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vid2book.screen.keyframes.cells import (
    CELL,
    Grid,
    Ids,
    Mask,
    Patches,
    Plane,
    all_windows,
    changed,
    contrast,
    drawn_over,
    holds,
    patches,
    same,
    smooth,
    straightness,
    windows_of,
)

from ....support.screens import PHYSICS, luma, slide

PAGE = luma(slide("Work and energy", PHYSICS))
GRID = Grid.of(PAGE)


def cells(plane: Plane) -> tuple[Patches, Ids]:
    """All cells of a plane, and their numbers."""
    cell = np.arange(Grid.of(plane).size, dtype=np.int32)
    windows = all_windows(smooth(plane), Grid.of(plane))
    return patches(windows_of(windows, Grid.of(plane), cell)), cell


def alike(plane: Plane, other: Plane) -> Mask:
    """For each cell of two planes: whether they show the same."""
    known, cell = cells(other)
    return same(windows_of(all_windows(smooth(plane), GRID), GRID, cell), known)


WRITTEN = contrast(cells(PAGE)[0]) > 0


def test_cells_are_numbered_row_by_row_and_cover_the_plane() -> None:
    grid = Grid.of(np.zeros((20, 17), np.uint8))
    assert grid == (3, 3) and grid.size == 9
    cell = np.array([0, 5, 8], np.int32)
    assert grid.row(cell).tolist() == [0, 1, 2] and grid.column(cell).tolist() == [0, 2, 2]


def test_the_cells_that_change_are_found_also_at_the_edge() -> None:
    before = np.full((20, 17), 200, np.uint8)
    now = before.copy()
    now[0:8, 8:16] = 90
    now[16:20, 16] = 90  # all that there is of the last cell
    assert changed(now, before, Grid.of(now)).tolist() == [1, 8]
    assert not len(changed(before, before, Grid.of(now)))


def test_light_noise_and_compression_are_the_same_picture() -> None:
    noisy = np.clip(PAGE + np.random.default_rng(0).normal(0, 6, PAGE.shape), 0, 255)
    small = cv2.imdecode(cv2.imencode(".jpg", PAGE, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], 0)
    assert small is not None
    for other in (noisy, PAGE * 0.8, PAGE * 0.8 + 40, small):
        assert alike(other.astype(np.uint8), PAGE)[WRITTEN].mean() > 0.97


def test_a_pixel_off_is_the_same_and_three_are_not() -> None:
    for down, right in ((0, 1), (-1, 0), (1, 1)):
        assert alike(np.roll(PAGE, (down, right), (0, 1)), PAGE)[WRITTEN].mean() > 0.97
    assert alike(np.roll(PAGE, (0, 3), (0, 1)), PAGE)[WRITTEN].mean() < 0.5


def test_other_words_and_none_are_not_the_same() -> None:
    other = luma(slide("Food and oxygen", [line[::-1] for line in PHYSICS]))
    assert alike(other, PAGE)[WRITTEN].mean() < 0.4
    assert not alike(np.full_like(PAGE, PAGE[0, 0]), PAGE)[WRITTEN].any()


@pytest.mark.parametrize("coding", [0.4, 0.8])
def test_cells_are_compared_by_what_remains_without_their_means(coding: float) -> None:
    rng = np.random.default_rng(3)
    windows = rng.integers(0, 256, (600, 10, 10), np.uint8)
    known = windows[:, 1:9, 2:10].astype(float) + rng.normal(0, 1, (600, 8, 8)) * rng.uniform(
        0, 90, (600, 1, 1)
    )
    known[::5] = rng.integers(90, 110, (120, 8, 8))
    patch = known.clip(0, 255).astype(np.uint8).reshape(-1, 64)
    expected = np.zeros(600, bool)
    for down in range(3):
        for right in range(3):
            here = windows[:, down : down + 8, right : right + 8].reshape(-1, 64).astype(float)
            apart = (here - here.mean(1, keepdims=True)) - (patch - patch.mean(1, keepdims=True))
            limit = np.maximum(coding**2 * np.maximum(here.var(1), patch.var(1)), 49)
            is_drawn = (patch.var(1) > 49) | (down == right == 1)
            expected |= is_drawn & (np.square(apart).mean(1) <= limit)
    assert 100 < expected.sum() < 500
    assert (same(windows, patch, coding) == expected).all()


def test_contrast_is_that_of_writing() -> None:
    pale = luma(slide("Work and energy", PHYSICS, ink=(200, 198, 190)))
    clear, faint = contrast(cells(PAGE)[0]), contrast(cells(pale)[0])
    assert clear.max() == 1 and 0 < faint.max() <= 1
    assert clear[WRITTEN].mean() > faint[WRITTEN].mean()
    assert not contrast(cells(np.full_like(PAGE, 120))[0]).any()
    assert not contrast(np.tile(np.linspace(100, 118, 64).astype(np.uint8), (3, 1))).any()


def test_a_blank_cell_is_not_found_beside_a_stroke() -> None:
    blank = np.full_like(PAGE, PAGE[0, 0])
    assert not alike(PAGE, blank)[WRITTEN].any()
    assert alike(blank, blank).all()


def strokes(*lines: tuple[int, int, int, int]) -> Patches:
    """A cell with dark lines (x, y, x, y) on white."""
    cell = np.full((CELL, CELL), 240, np.uint8)
    for x0, y0, x1, y1 in lines:
        cv2.line(cell, (x0, y0), (x1, y1), (30,))
    return cell.reshape(1, -1)


def test_a_cell_holds_what_was_there_before_something_was_added() -> None:
    bar, cross = strokes((2, 0, 2, 7)), strokes((2, 0, 2, 7), (0, 6, 7, 6))
    assert holds(cross, bar).all() and holds(bar, bar).all()
    assert holds(strokes((2, 0, 2, 7), (5, 0, 5, 7)), bar).all()
    assert not holds(bar, cross).any()  # the line across is gone
    assert not holds(strokes((5, 0, 5, 7)), bar).any()
    assert not holds(strokes(), bar).any()


def test_a_cell_that_is_covered_holds_nothing() -> None:
    bar = strokes((2, 0, 2, 7))
    for grey in (0, 30, 128, 240):
        assert not holds(np.full_like(bar, grey), bar).any()
    assert not holds(bar, strokes()).any()  # nothing was there


def test_a_blank_cell_holds_no_faint_drawing() -> None:
    faint = np.full((1, CELL, CELL), 120, np.uint8)
    faint[:, 2:5, 2:6] = 144
    known = faint.reshape(1, -1)
    assert contrast(known) > 0
    assert not holds(np.full_like(known, 120), known)
    assert holds(known, known)


def test_a_rule_is_straight_and_writing_is_not() -> None:
    rule = np.full((CELL, CELL), 240, np.uint8)
    rule[3:5] = 60
    known, _ = cells(PAGE)
    assert straightness(rule.reshape(1, -1)) > 0.95
    assert straightness(rule.T.reshape(1, -1)) > 0.95
    assert straightness(known[WRITTEN]).mean() < 0.8


def test_strokes_that_something_crosses_are_there_still() -> None:
    known, cell = cells(PAGE)
    body = WRITTEN & (GRID.row(cell) > 80 // CELL)  # the title's strokes fill their cells
    crossed = PAGE.copy()
    for row in range(3):
        crossed[row::CELL] = PAGE.min()
    over, _ = cells(crossed)
    assert drawn_over(over, known)[body].mean() > 0.5
    blank, _ = cells(np.full_like(PAGE, np.median(PAGE)))
    assert not drawn_over(blank, known)[body].any()
