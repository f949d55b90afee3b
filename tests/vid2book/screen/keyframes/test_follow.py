"""Each cell's own clock: what stood on it, and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pytest

from vid2book.screen.keyframes.cells import CELL, Grid, Mask, Plane, contrast
from vid2book.screen.keyframes.follow import Follower, History, follow

from ....support.screens import CELLS, PHYSICS, SAMPLES, luma, sampled, slide

A = luma(slide("Work and energy", PHYSICS))
B = luma(slide("Inside the cell", CELLS))


def history(planes: Sequence[Plane]) -> History:
    follower = Follower(planes[0])
    for i, plane in enumerate(planes):
        follower.see(plane, i / SAMPLES)
    return follower.history(len(planes) / SAMPLES)


def written(seen: History) -> Mask:
    """versions: whether they show anything."""
    return contrast(seen.patch) > 0


def covered(plane: Plane, left: int, right: int) -> Plane:
    """The plane with somebody in a grey coat before it."""
    there = plane.copy()
    there[:, left:right] = 90
    return there


def within(seen: History, left: int, right: int) -> Mask:
    """versions: whether all of their cell is between two columns of pixels."""
    column = seen.grid.column(seen.cell)
    return (column * CELL >= left + CELL) & ((column + 1) * CELL <= right - CELL)


def test_what_stands_has_one_version_from_first_to_last() -> None:
    seen = history([A] * 10)
    assert len(seen.cell) == seen.grid.size == len(seen.version)
    assert set(seen.first) == {0} and set(seen.last) == {9}
    assert seen.samples == 10 and seen.times[-1] == pytest.approx(2)
    assert not seen.unsettled.any() and not seen.unrest.any()


def stretches(seen: History, version: int) -> list[tuple[int, int]]:
    """First and last sample of each sighting of a version."""
    own = seen.version == version
    return sorted(zip(seen.first[own].tolist(), seen.last[own].tolist(), strict=True))


def test_a_version_comes_back_when_what_hid_it_leaves() -> None:
    seen = history([*[A] * 10, *[covered(A, 80, 240)] * 8, *[A] * 10])
    hidden = np.flatnonzero(within(seen, 80, 240) & written(seen))
    assert len(hidden) > 30
    back = [v for v in hidden if stretches(seen, int(v)) == [(0, 9), (18, 27)]]
    assert len(back) > 0.95 * len(hidden)


def test_who_walks_before_a_board_changes_no_version_of_it() -> None:
    walk = [covered(A, x, x + 60) for x in range(0, 580, 20)]
    seen = history([*[A] * 5, *walk, *[A] * 5])
    start = seen.at(1)
    text = start[written(seen)[start]]
    assert np.isin(text, seen.at(seen.samples - 1)).mean() > 0.95


def test_a_camera_that_drifts_by_a_pixel_keeps_its_versions() -> None:
    steps = [(0, 0), (0, 1), (1, 1), (1, 0)]
    planes = [np.roll(A, steps[i // 6 % 4], (0, 1)) for i in range(48)]
    seen = history(planes)
    first = seen.at(2)[written(seen)[seen.at(2)]]
    last = seen.at(46)[written(seen)[seen.at(46)]]
    assert len(np.intersect1d(first, last)) > 0.9 * len(first)


def test_what_changes_all_the_time_has_no_version() -> None:
    random = np.random.default_rng(0)
    noise = [random.integers(0, 255, A.shape, np.uint8) for _ in range(10)]
    seen = history([np.where(np.arange(A.shape[1]) < 320, A, n).astype(np.uint8) for n in noise])
    assert (seen.grid.column(seen.cell) <= 320 // CELL).all()
    assert seen.unsettled.mean() == pytest.approx(0.5, abs=0.03)
    assert seen.unrest[1:].min() > 0.4


NOISE = list(np.random.default_rng(0).integers(0, 255, (6, *A.shape), np.uint8))


@pytest.mark.parametrize("planes", [[A], [A, A], NOISE], ids=["one", "two", "noise"])
def test_what_never_settles_has_a_history_too(planes: list[Plane]) -> None:
    seen = history(planes)
    assert seen.samples == len(planes)
    assert not len(seen.version) and not len(seen.patch)
    assert len(seen.unsettled) == 1 + (len(planes) - 1) // SAMPLES


def test_noise_and_light_make_no_versions() -> None:
    random = np.random.default_rng(0)
    planes = [
        np.clip(A * (0.9 + 0.02 * np.sin(i)) + random.normal(0, 4, A.shape), 0, 255)
        for i in range(20)
    ]
    seen = history([p.astype(np.uint8) for p in planes])
    assert len(seen.cell) < 1.05 * seen.grid.size


def test_another_shape_begins_another_history() -> None:
    parts = follow(sampled([*[A] * 10, *[B[:300]] * 10, *[A[:, :480]] * 5]))
    assert [part.grid for part in parts] == [Grid.of(p) for p in (A, B[:300], A[:, :480])]
    assert [part.samples for part in parts] == [10, 10, 5]
    assert joined(part.times for part in parts) == pytest.approx([0, 2, 4, 4.8])


def joined(times: Iterable[np.ndarray]) -> list[float]:
    """Where each begins, and where the last ends; each ends where the next begins."""
    borders: list[float] = []
    for part in times:
        assert not borders or borders.pop() == part[0]
        borders += [part[0], part[-1]]
    return borders


def test_no_samples_no_history() -> None:
    assert follow([]) == []


def test_a_version_ends_when_it_has_drifted_into_something_else() -> None:
    between = np.roll(B, 22, axis=0)  # its lines stand between those of the other slide

    def mixed(share: float) -> Plane:
        return np.asarray((1 - share) * A + share * between, np.uint8)

    film = [*[A] * 10, *[mixed(i / 100) for i in range(100)], *[between] * 10]
    seen = history(film)
    both = np.intersect1d(seen.at(5), seen.at(len(film) - 1))
    assert (contrast(seen.patch[both]) > 0).sum() < 5
