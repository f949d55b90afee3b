"""What the watcher sees: edges and their direction, loss, unrest; states and hashes."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vid2book.screen.keyframes.choose import WrittenState, choose, subtitle_top
from vid2book.screen.keyframes.watch import (
    CELL,
    Plane,
    Watcher,
    cells,
    find_edges,
    gone,
    grow,
    written,
)
from vid2book.screen.phash import distance, phash

from ...support.media import Picture
from ...support.screens import CELLS, PHYSICS, caption, luma, presenter, slide

A = luma(slide("Work and energy", PHYSICS))
B = luma(slide("Inside the cell", CELLS))


def lost(before: Plane, now: Plane) -> int:
    return int(gone(find_edges(before).strong, before, find_edges(now), now).sum())


def test_cells_count_pixels() -> None:
    mask = np.zeros((20, 17), bool)
    mask[0:8, 8:16] = True
    mask[16:20, 16] = True
    counts = cells(mask)
    assert counts.shape == (3, 3)
    assert counts[0].tolist() == [0, 64, 0] and counts[2, 2] == pytest.approx(4)


def test_edges_know_their_direction() -> None:
    bar = np.full((40, 80), 255, np.uint8)
    bar[:, 30:50] = 0
    edges = find_edges(bar).strong
    left, right = edges[20, 28:32].max(), edges[20, 48:52].max()
    assert left and right and left != right
    assert find_edges(np.full((40, 80), 90, np.uint8)).strong.max() == 0


def test_writing_that_is_added_loses_nothing_and_that_is_wiped_all() -> None:
    title = luma(slide("Work and energy", PHYSICS[:1]))
    assert lost(title, A) == 0
    wiped = int(written(find_edges(A).strong).sum() - written(find_edges(title).strong).sum())
    assert lost(A, title) >= 0.8 * wiped > 30


def test_noise_light_and_compression_lose_nothing() -> None:
    noisy = np.clip(A + np.random.default_rng(0).normal(0, 6, A.shape), 0, 255).astype(np.uint8)
    small = cv2.imdecode(cv2.imencode(".jpg", A, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], 0)
    for now in (noisy, (A * 0.8).astype(np.uint8), np.asarray(small, np.uint8)):
        assert lost(A, now) <= 1


def test_grow_takes_the_cells_around() -> None:
    mask = np.zeros((7, 7), bool)
    mask[3, 3] = True
    assert grow(mask).sum() == 9 and grow(mask, 2).sum() == 25


def test_a_cut_and_rest_are_told_apart() -> None:
    watcher = Watcher(5)
    looks = [watcher.look(p) for p in (A, A, 255 - A, 255 - A)]
    assert [look.cut for look in looks] == [False, False, True, False]
    assert not looks[1].changed.any() and not looks[3].changed.any()


def test_what_never_rests_is_found_and_calms_down() -> None:
    picture = slide("Work and energy", PHYSICS)
    watcher = Watcher(5)
    for i in range(12 * 5):
        look = watcher.look(luma(presenter(picture, i / 5)))
    rows, columns = np.nonzero(look.restless)
    assert rows.min() * CELL > 200 and columns.min() * CELL > 460
    assert look.restless.sum() > 20
    for _ in range(12 * 5):
        look = watcher.look(luma(presenter(picture, 12)))
    assert not look.restless.any()


def state(picture: Picture, time: float, following: Picture | None = None) -> WrittenState:
    plane = luma(picture)
    ink = find_edges(plane).strong
    nothing = np.zeros(written(ink).shape, bool)
    went = nothing
    if following is not None:
        now = luma(following)
        went = gone(ink, plane, find_edges(now), now)
    return WrittenState(
        time + 1, time, time + 2, b"", 1, 1, plane, (plane,), 0.0, 0.0, ink, nothing, went
    )


def choices(*pictures: Picture) -> list[str]:
    """'' for each state that is kept, the reason for the others."""
    states = [
        state(p, 2.0 * i, next(iter(pictures[i + 1 :]), None)) for i, p in enumerate(pictures)
    ]
    dropped = choose(states, 1.5).dropped
    reasons = {s.time: reason for s, reason in dropped}
    return [reasons.get(s.time, "") for s in states]


def test_states_that_show_nothing_of_their_own_are_dropped() -> None:
    steps = [slide("Work and energy", PHYSICS[:n]) for n in (1, 3)]
    blank = np.full_like(steps[0], 255)
    other = slide("Inside the cell", CELLS)
    step, full, void, kept, again = choices(*steps, blank, other, steps[1])
    assert (full, kept) == ("", "")
    assert step.startswith("a step on the way")
    assert void == "nothing is written or drawn on it"
    assert again == "nothing new; see the picture of 3.0 s"
    assert step.endswith("; see the picture of 3.0 s")


def test_a_filmed_scene_is_not_blank_and_holds_nothing() -> None:
    film = state(np.full((360, 640, 3), 90, np.uint8), 0)
    film = replace(film, restless=np.ones_like(film.restless))
    found = choose([film, replace(film, time=4.0, start=3.0, end=5.0)], 1.5)
    assert len(found.kept) == 2 and not found.dropped


WORDS = ("we begin with force", "and with work", "what a machine does", "power is a rate", "so",
         "this is the nucleus", "genes are kept here")  # fmt: skip


def test_captions_are_found_by_their_rhythm() -> None:
    page = slide("Work and energy", PHYSICS)
    pictures = [caption(page, words) for words in WORDS]
    states = [state(p, 3.0 * i) for i, p in enumerate(pictures)]
    top = subtitle_top(states, 1.5)
    assert 212 / 360 < top <= 322 / 360
    assert subtitle_top(states[:3], 1.5) == 1.0  # too few to believe in
    assert subtitle_top([], 1.5) == 1.0


def test_a_footer_and_slides_without_captions_have_no_band() -> None:
    slides = [slide(f"Chapter {n}", (word,)) for n, word in enumerate(WORDS)]
    assert subtitle_top([state(p, 3.0 * i) for i, p in enumerate(slides)], 1.5) == 1.0
    footer = [caption(p, "Department of Physics") for p in slides]
    assert subtitle_top([state(p, 3.0 * i) for i, p in enumerate(footer)], 1.5) == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_a_hash_is_of_the_look(seed: int) -> None:
    random = np.random.default_rng(seed)
    plane = cv2.resize(random.integers(0, 255, (9, 16), np.uint8), (640, 360))
    plane = np.asarray(plane, np.uint8)
    changes: list[NDArray[np.float64]] = [
        plane + random.normal(0, 6, plane.shape),
        plane * 0.8 + 10,
        cv2.resize(cv2.resize(plane, (320, 180)), (640, 360)).astype(float),
    ]
    for changed in changes:
        assert distance(phash(plane), phash(np.clip(changed, 0, 255).astype(np.uint8))) <= 6
    other = cv2.resize(random.integers(0, 255, (9, 16), np.uint8), (640, 360))
    assert distance(phash(plane), phash(np.asarray(other, np.uint8))) > 16
    assert 0 <= phash(plane) < 2**64


def test_distance_counts_bits() -> None:
    assert distance(0b1011, 0b0010) == 2 and distance(2**64 - 1, 0) == 64
