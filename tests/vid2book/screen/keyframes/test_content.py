"""What content is worth: it stands, is calm, and does not come and go over something else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vid2book.screen.keyframes.content import Content, weigh
from vid2book.screen.keyframes.follow import Follower

from ....support.screens import CELLS, PHYSICS, SAMPLES, luma, presenter, slide

LINES = [luma(slide("Work and energy", PHYSICS[:n])) for n in range(4)]
B = luma(slide("Inside the cell", CELLS))
Plane = NDArray[np.uint8]


def content(*parts: tuple[Plane, float]) -> Content:
    """Of planes that stand for so many seconds each."""
    follower = Follower(parts[0][0])
    sample = 0
    for plane, seconds in parts:
        for _ in range(round(seconds * SAMPLES)):
            follower.see(plane, sample / SAMPLES)
            sample += 1
    return weigh(follower.history(sample / SAMPLES), 0.6, 4.0)


def worth_at(of: Content, second: float) -> float:
    return float(of.worth(of.weight)[round(second * SAMPLES)])


def test_what_stands_longer_weighs_more_and_a_moment_nothing() -> None:
    worths = [worth_at(content((LINES[3], s), (B, 4)), 0.2) for s in (0.4, 1, 2, 3, 4, 8)]
    assert all(np.diff(worths[:5]) > 0)
    assert worths[0] < 0.2 * worths[4]
    assert worths[5] < 1.1 * worths[4]


def test_what_was_added_shows_what_was_there() -> None:
    build = content(*((plane, 2) for plane in LINES))
    first = build.history.at(5)
    kept = build.shown(build.history.samples - 1)[first[build.weight[first] > 0]]
    assert kept.mean() > 0.95
    steps = [worth_at(build, 2 * i + 1) for i in range(4)]
    assert all(np.diff(steps) > 0)


def test_a_word_that_is_underlined_stands_still() -> None:
    underlined = LINES[3].copy()
    underlined[124:127, 56:200] = 30  # right below the first line
    marked = content((LINES[3], 4), (underlined, 4))
    first = marked.history.at(5)
    assert marked.shown(35)[first[marked.weight[first] > 0]].mean() > 0.95


def test_a_board_that_is_wiped_shows_nothing() -> None:
    wiped = content((LINES[3], 4), (np.full_like(B, 248), 4))
    assert worth_at(wiped, 2) > 50 and worth_at(wiped, 6) == 0


def test_what_passes_over_something_weighs_less() -> None:
    popup = LINES[3].copy()
    popup[80:200, 200:500] = 255 - B[80:200, 200:500]
    comes = content((LINES[3], 4), (popup, 3), (LINES[3], 4))
    stays = content((LINES[3], 4), (popup, 3))
    new = [c.shown(25) & ~c.shown(5) for c in (comes, stays)]
    weights = [c.weight[n].sum() for c, n in zip((comes, stays), new, strict=True)]
    assert 0 < weights[0] < 0.6 * weights[1]
    assert comes.passing[new[0]].mean() > 0.9 and not stays.passing[new[1]].any()


def test_a_figure_that_moves_weighs_little_beside_writing() -> None:
    picture = slide("Work and energy", PHYSICS)
    follower = Follower(B)
    for i in range(60):
        follower.see(luma(presenter(picture, i / SAMPLES)), i / SAMPLES)
    found = weigh(follower.history(12), 0.6, 4.0)
    grid, cell = found.history.grid, found.history.cell
    moves = (grid.row(cell) * 8 >= 248) & (grid.column(cell) * 8 >= 512)
    there = np.zeros(len(cell), bool)
    there[found.history.at(30)] = True
    text = found.weight[there & ~moves].sum()
    assert text > 50 and found.weight[there & moves].sum() < 0.25 * text


def test_worth_counts_what_is_to_be_seen_at_each_sample() -> None:
    found = content((LINES[1], 3), (LINES[3], 3), (B, 3))
    random = np.random.default_rng(0)
    weight = random.random(len(found.weight))
    worth = found.worth(weight)
    for sample in random.integers(0, found.history.samples, 8):
        # A version counts once for each later one that shows it and stands.
        standing = found.history.at(int(sample))
        expected = (
            weight[standing].sum() + weight[found.earlier[np.isin(found.later, standing)]].sum()
        )
        assert np.isclose(worth[sample], expected)
