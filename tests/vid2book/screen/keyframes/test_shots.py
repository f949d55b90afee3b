"""Pictures of what never stands: few, and different."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from vid2book.records import Keyframe
from vid2book.screen.keyframes.cells import Plane

from ....support.screens import PHYSICS, SAMPLES, look, luma, sampled, slide


def scene(seed: int, seconds: float) -> list[Plane]:
    """Light, shade and grain before a camera that is held by hand."""
    random = np.random.default_rng(seed)
    world = cv2.resize(random.integers(0, 255, (5, 8), np.uint8), (700, 400))
    world = np.clip(world + random.normal(0, 40, world.shape), 0, 255).astype(np.uint8)
    held = random.integers(0, 16, (round(seconds * SAMPLES), 2))
    return [world[y : y + 360, x : x + 640] for x, y in held]


def picture(keyframe: Keyframe) -> Plane:
    return np.asarray(Image.open(io.BytesIO(keyframe.image)).convert("L"))


def nearest(keyframe: Keyframe, films: list[list[Plane]]) -> int:
    """From which of the films a picture is."""
    seen = picture(keyframe).astype(np.float32)
    return int(np.argmin([min(np.abs(seen - p).mean() for p in film) for film in films]))


def test_each_shot_has_a_picture() -> None:
    films = [scene(seed, 6) for seed in (1, 2, 3)]
    found, decisions = look(sampled([p for film in films for p in film]))
    assert [nearest(k, films) for k in found] == [0, 1, 2]
    assert [d.kept for d in decisions].count(True) == 3
    for keyframe, begin in zip(found, (0, 6, 12), strict=True):
        assert begin - 0.5 <= keyframe.start <= keyframe.time <= keyframe.end <= begin + 6.5


def test_a_shot_that_comes_again_has_one_picture_and_is_told() -> None:
    one, two = scene(1, 6), scene(2, 6)
    found, decisions = look(sampled([*one, *two, *one]))
    assert [nearest(k, [one, two]) for k in found] == [0, 1]
    [left] = [d for d in decisions if not d.kept and d.end - d.start > 3]
    assert left.reason.endswith(f"the picture of {found[0].time:.1f} s")
    assert left.start > 11


def test_a_minute_of_one_scene_has_few_pictures() -> None:
    found, _ = look(sampled(scene(4, 60)))
    assert 1 <= len(found) <= 6


def test_what_is_a_shot_and_how_often_it_is_shown_are_settings() -> None:
    film = [p for seed in (1, 2, 3) for p in scene(seed, 6)]
    assert look(sampled(film), min_shot=30)[0] == []
    noise = np.random.default_rng(0).integers(0, 255, (30 * SAMPLES, 45, 80), np.uint8)
    restless = [cv2.resize(p, (640, 360)) for p in noise]
    often, seldom = (len(look(sampled(restless), shot_interval=seconds)[0]) for seconds in (5, 30))
    assert often > seldom == 1


def test_where_nothing_stands_the_sharpest_moment_is_taken() -> None:
    random = np.random.default_rng(5)
    film = [random.integers(0, 255, (360, 640)) for _ in range(30)]
    sharp = 17
    pale = [(p if i == sharp else 64 + p // 2).astype(np.uint8) for i, p in enumerate(film)]
    [found] = look(sampled(pale))[0]
    assert found.time == sharp / SAMPLES


def test_a_slide_after_a_scene_has_its_own_picture() -> None:
    page = slide("Work and energy", PHYSICS).mean(axis=2).astype(np.uint8)
    film = scene(6, 5)
    found, _ = look(sampled([*film, *[page] * 20]))
    assert [nearest(k, [film, [page]]) for k in found] == [0, 1]
    assert found[1].start >= 4.5


def test_a_sheet_that_is_filmed_by_hand_gets_its_fullest_view() -> None:
    random = np.random.default_rng(7)
    grain = cv2.resize(random.integers(0, 90, (42, 72), np.uint8), (720, 420))
    film: list[Plane] = []
    for lines in range(1, 4):
        page = luma(slide("Work and energy", PHYSICS[:lines]))
        page = cv2.subtract(cv2.copyMakeBorder(page, 30, 30, 40, 40, cv2.BORDER_REPLICATE), grain)
        for i in range(8 * SAMPLES):
            x, y = int(20 + 18 * np.sin(i * 1.3)), int(15 + 13 * np.cos(i * 1.7))
            film.append(np.ascontiguousarray(page[y : y + 360, x : x + 640]))
    [found] = look(sampled(film))[0]
    assert found.time > 16
