"""What happens before a scene that stays has a picture for each step, if nothing is written."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from vid2book.config import Keyframes
from vid2book.media.frames import Frame
from vid2book.screen.keyframes.cells import Plane
from vid2book.screen.keyframes.follow import follow
from vid2book.screen.keyframes.state import Gap, State
from vid2book.screen.keyframes.steps import STEP, steps
from vid2book.screen.keyframes.still import Stills
from vid2book.screen.keyframes.strokes import written

from ....support.screens import CELLS, HEIGHT, PHYSICS, SAMPLES, WIDTH, look, luma, sampled, slide


def bench() -> Plane:
    """A table before a wall, with a ramp on it."""
    grain = cv2.GaussianBlur(np.random.default_rng(2).normal(0, 60, (HEIGHT, WIDTH)), None, 9)
    plane = np.clip(150 + grain, 0, 255).astype(np.uint8)
    plane[270:] = 90
    return np.asarray(cv2.line(plane, (90, 130), (520, 260), (40,), 9), np.uint8)


def rolling(seconds: float, radius: int = 22) -> list[Plane]:
    """A ball that rolls down the ramp time and again."""
    film = []
    for k in range(round(seconds * SAMPLES)):
        share = (k / SAMPLES % 4) / 4
        at = round(100 + 400 * share**2), round(127 - radius + 121 * share**2)
        film.append(np.asarray(cv2.circle(bench().copy(), at, radius, (20,), -1), np.uint8))
    return film


def stepped(film: list[Plane]) -> tuple[list[State], list[Gap]]:
    """Of a film whose first picture is known and said to stand to the end."""
    frames = sampled(film)
    [history] = follow(frames)

    def read(times: Sequence[float]) -> list[Frame]:
        return [frames[round(time * SAMPLES)] for time in times]

    stills = Stills(read, lambda plane: [], Keyframes())
    scene = State(0.0, 0.0, float(history.times[-1]), 0.0)
    return steps(history, [scene], [], stills)


def test_a_scene_and_what_happens_in_it_are_phases_with_a_picture_each() -> None:
    found, left = stepped([bench()] * 16 * SAMPLES + rolling(24))
    assert [(round(state.start), round(state.end)) for state in found] == [(0, 16), (16, 40)]
    assert found[1].what == STEP
    assert not any(state.measured for state in found)  # the scene does not go where the step begins
    assert all(state.start <= state.time <= state.end for state in found)
    assert not left


def test_what_goes_on_in_the_same_way_is_one_phase_and_something_else_is_another() -> None:
    film = [bench()] * 16 * SAMPLES + rolling(20) + [bench()] * 12 * SAMPLES + rolling(20, 60)
    found, _ = stepped(film)
    assert [round(state.start) for state in found] == [0, 16, 48]


def test_a_vessel_whose_liquid_turns_dark_has_a_phase_for_each_colour() -> None:
    def vessel(shade: int) -> Plane:
        return np.asarray(
            cv2.rectangle(bench().copy(), (300, 190), (420, 268), (shade,), -1), np.uint8
        )

    film = [vessel(170)] * 15 * SAMPLES
    film += [vessel(170 - 5 * k) for k in range(15)] + [vessel(95)] * 15 * SAMPLES
    assert len(stepped(film)[0]) == 2


def test_a_brief_motion_is_no_phase() -> None:
    film = [bench()] * 20 * SAMPLES + rolling(4) + [bench()] * 20 * SAMPLES
    [scene], _ = stepped(film)
    assert (scene.start, round(scene.end)) == (0, 44)


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
