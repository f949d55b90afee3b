"""What happens before a scene that stays has a picture for each step, if nothing is written."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from vid2book.config import Keyframes
from vid2book.media.frames import Frame
from vid2book.screen.keyframes.cells import Plane
from vid2book.screen.keyframes.displaced import View
from vid2book.screen.keyframes.follow import follow
from vid2book.screen.keyframes.state import Left, State
from vid2book.screen.keyframes.steps import STEP, steps, written
from vid2book.screen.keyframes.still import Stills

from ....support.screens import CELLS, HEIGHT, PHYSICS, SAMPLES, WIDTH, look, luma, sampled, slide


def bench() -> Plane:
    """A table before a wall, with a ramp on it."""
    grain = cv2.GaussianBlur(np.random.default_rng(2).normal(0, 60, (HEIGHT, WIDTH)), None, 9)
    plane = np.clip(150 + grain, 0, 255).astype(np.uint8)
    plane[270:] = 90
    return np.asarray(cv2.line(plane, (90, 130), (520, 260), (40,), 9), np.uint8)


def rolling(seconds: float) -> list[Plane]:
    """A ball that rolls down the ramp time and again."""
    film = []
    for k in range(round(seconds * SAMPLES)):
        share = (k / SAMPLES % 4) / 4
        at = round(100 + 400 * share**2), round(105 + 121 * share**2)
        film.append(np.asarray(cv2.circle(bench().copy(), at, 22, (20,), -1), np.uint8))
    return film


def stepped(film: list[Plane], since: float) -> tuple[list[State], list[Left]]:
    """Of a film whose first picture is known, and from some second on nothing new was found."""
    frames = sampled(film)
    [history] = follow(frames)

    def read(times: Sequence[float]) -> list[Frame]:
        return [frames[round(time * SAMPLES)] for time in times]

    stills = Stills(read, lambda plane: [], Keyframes())
    left = [Left(since, float(history.times[-1]), "nothing new; see the picture of 0.0 s")]
    return steps(history, left, [View(history, 0, film[0])], stills)


def test_what_happens_before_a_scene_has_a_picture_for_each_step() -> None:
    found, left = stepped([bench()] * 6 * SAMPLES + rolling(32), since=6)
    assert [(state.start, round(state.end), state.what) for state in found] == [
        (6.0, 22, STEP),
        (found[0].end, 38, STEP),
    ]
    assert all(state.start <= state.time <= state.end for state in found)
    assert not left


def test_where_less_than_a_step_happens_there_is_none() -> None:
    film = [bench()] * 6 * SAMPLES + rolling(8)
    found, [left] = stepped(film, since=6)
    assert not found
    assert left.start == 6


def test_a_scene_in_which_nothing_happens_has_one_picture() -> None:
    assert len(look(sampled([bench()] * 40 * SAMPLES))[0]) == 1


def test_beside_writing_what_moves_is_no_step() -> None:
    page = luma(slide("Work and energy", PHYSICS))
    film = [np.asarray(cv2.circle(page.copy(), (600, 60 + 7 * (k % 30)), 22, (20,), -1), np.uint8)
            for k in range(30 * SAMPLES)]  # fmt: skip
    _, decisions = look(sampled([page] * 6 * SAMPLES + film))
    assert not any(d.reason.startswith(STEP) for d in decisions)


@pytest.mark.parametrize("size", [14, 20, 32])
def test_writing_is_told_from_a_scene(size: int) -> None:
    assert written(luma(slide("The cell", CELLS, size=size)))
    assert not written(bench())
    assert not written(rolling(2)[3])
