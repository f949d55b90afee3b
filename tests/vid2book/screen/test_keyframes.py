"""Keyframes of small videos: one picture for each state of the screen, the complete one."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ...support.media import Picture, plain
from ...support.screens import (
    CELLS,
    FPS,
    HEIGHT,
    PHYSICS,
    WIDTH,
    caption,
    fade,
    hold,
    noise,
    pointer,
    presenter,
    shown,
    slide,
    watch,
)

A = slide("Work and energy", PHYSICS)
B = slide("Inside the cell", CELLS)
STEP = 1 / 5  # seconds between samples


def build_up(title: str, lines: tuple[str, ...]) -> list[Picture]:
    return [slide(title, lines[:n]) for n in range(len(lines) + 1)]


def test_a_build_gives_the_complete_slide(tmp_path: Path) -> None:
    steps = build_up("Work and energy", PHYSICS)
    film = [p for step in steps for p in hold(step, 2)] + hold(B, 3)
    found, decisions = watch(tmp_path / "v.mp4", film)
    assert shown(found, [*steps, B]) == [3, 4]
    assert 6 < found[0].time < 8 < found[1].time
    assert [d.kept for d in decisions] == [True, True]


def test_times_are_those_of_the_states(tmp_path: Path) -> None:
    found, _ = watch(tmp_path / "v.mp4", [*hold(A, 4), *hold(B, 3.5)])
    assert [k.end for k in found] == pytest.approx([4, 7.5], abs=STEP)
    assert found[0].start == 0 and found[0].end <= found[1].start < 5.5
    assert all(k.start <= k.time <= k.end for k in found)
    assert [(k.width, k.height) for k in found] == [(WIDTH, HEIGHT)] * 2
    assert found[0].change > found[1].change == 0  # nothing follows the last
    assert [k.subtitle_top for k in found] == [1.0, 1.0]
    assert [k.faces for k in found] == [0.0, 0.0]
    assert [k.motion for k in found] == [0.0, 0.0]


def board(word: str) -> list[Picture]:
    """A board on which a curve and a word are written, a few pixels at each frame."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (24, 60, 44))
    draw = ImageDraw.Draw(image)
    pictures = []
    points = [(60 + 8 * i, 200 - 60 * np.sin(i / (3 + len(word)))) for i in range(60)]
    for i in range(1, len(points)):
        draw.line([points[i - 1], points[i]], fill=(240, 240, 230), width=3)
        if i % 2:
            pictures.append(np.array(image))
    for i, letter in enumerate(word):
        draw.text((70 + 24 * i, 40), letter, (240, 240, 230), ImageFont.load_default(34))
        pictures += [np.array(image)] * 3
    return pictures


def sweep(picture: Picture, seconds: float) -> list[Picture]:
    """An eraser goes from left to right."""
    frames = []
    for x in np.linspace(0, WIDTH, round(seconds * FPS)):
        frame = picture.copy()
        frame[:, : int(x)] = (24, 60, 44)
        frames.append(frame)
    return frames


def test_a_board_is_shown_full_before_it_is_wiped(tmp_path: Path) -> None:
    first, second = board("sine wave"), board("slow")
    film = [*first, *hold(first[-1], 2), *sweep(first[-1], 2), *second, *hold(second[-1], 2)]
    found, _ = watch(tmp_path / "v.mp4", film)
    assert shown(found, [first[-1], second[-1], first[len(first) // 2], second[10]]) == [0, 1]
    full = len(first) / FPS
    assert full - STEP <= found[0].time <= full + 2 + STEP


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((*PHYSICS[:2], "Energy is never lost"), (*PHYSICS[:2], "Heat is energy too")),
        ((*PHYSICS[:2], "Heat is lost"), (*PHYSICS[:2], "Mass is lost")),
        ((*PHYSICS[:2], "v = 24 m/s"), (*PHYSICS[:2], "v = 75 m/s")),
    ],
    ids=["a line", "a word", "a number"],
)
def test_slides_that_differ_in_little_are_two(
    tmp_path: Path, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    slides = [slide("Work and energy", before), slide("Work and energy", after)]
    found, _ = watch(tmp_path / "v.mp4", [*hold(slides[0], 3), *hold(slides[1], 3)])
    assert shown(found, slides) == [0, 1]


def test_a_pointer_adds_no_picture(tmp_path: Path) -> None:
    wander = [
        (120 + 300 * abs(np.sin(i / 9)), 60 + 150 * abs(np.cos(i / 13))) for i in range(4 * FPS)
    ]
    rests = [wander[-1], (90, 108), (200, 150), (420, 300)]  # two of them on writing
    film = [pointer(A, x, y) for x, y in wander]
    for start, end in pairwise(rests):
        for share in np.linspace(0, 1, 5):
            film.append(pointer(A, *(np.array(start) * (1 - share) + np.array(end) * share)))
        film += hold(pointer(A, *end), 2.5)
    found, _ = watch(tmp_path / "v.mp4", [*film, *hold(B, 3)])
    assert shown(found, [A, B]) == [0, 1]


def test_noise_and_flicker_add_no_picture(tmp_path: Path) -> None:
    film = []
    for i, picture in enumerate([*hold(A, 4), *hold(B, 4)]):
        light = 1 + 0.04 * np.sin(i / 2) + (0.02 if i % 2 else 0)
        film.append(np.clip(picture * 0.85 * light, 0, 255).astype(np.uint8))
    found, _ = watch(tmp_path / "v.mp4", noise(film[::2], 5), fps=FPS // 2)
    assert shown(found, [A * 0.85, B * 0.85]) == [0, 1]


def test_a_crossfade_is_not_in_the_picture(tmp_path: Path) -> None:
    faded = fade(A, B, 1.2)
    found, _ = watch(tmp_path / "v.mp4", [*hold(A, 4), *faded, *hold(B, 4)])
    assert shown(found, [A, B, *faded]) == [0, 1]
    assert found[0].time <= 4 and found[1].time >= 5.2


def test_an_earlier_slide_is_not_shown_again(tmp_path: Path) -> None:
    found, decisions = watch(tmp_path / "v.mp4", [*hold(A, 3), *hold(B, 3), *hold(A, 3)])
    assert shown(found, [A, B]) == [0, 1]
    [again] = [d for d in decisions if not d.kept]
    assert again.reason.startswith("nothing new; see the picture of") and again.start > 5.5


def test_a_presenter_neither_hides_nor_adds(tmp_path: Path) -> None:
    film = [presenter(p, i / FPS) for i, p in enumerate([*hold(A, 8), *hold(B, 8)])]
    found, _ = watch(tmp_path / "v.mp4", film)
    corner = [presenter(A, 0), presenter(B, 0)]
    assert shown(found, corner) == [0, 1]
    assert 7 < found[0].time < 8.1
    # The figure's corner is 7% of the screen, and most of it is of one colour.
    assert all(0.002 < k.motion < 0.07 for k in found)


def test_captions_add_no_picture(tmp_path: Path) -> None:
    words = "we begin with force|and then with work|what a machine does|power is a rate|look inside"
    words += "|genes are kept here|proteins are made|what may come in|and that is all"
    film = []
    for i, text in enumerate(words.split("|")):
        film += hold(caption(A if i < 5 else B, text), 3)
    found, _ = watch(tmp_path / "v.mp4", film)
    slides = [caption(A, "some words"), caption(B, "some words")]
    assert shown(found, slides) == [0, 1]
    last_line = (100 + 2 * 44 + 24) / HEIGHT  # of the slides
    assert all(last_line < k.subtitle_top <= 322 / HEIGHT for k in found)


def test_a_blank_screen_gives_nothing(tmp_path: Path) -> None:
    found, decisions = watch(tmp_path / "v.mp4", noise([plain(235, WIDTH, HEIGHT)] * 20, 3), fps=5)
    assert found == []
    assert [d.reason for d in decisions] == ["nothing is written or drawn on it"]


def test_a_blank_between_slides_gives_nothing(tmp_path: Path) -> None:
    film = [*hold(A, 3), *hold(plain(0, WIDTH, HEIGHT), 2), *hold(B, 3)]
    found, _ = watch(tmp_path / "v.mp4", film)
    assert shown(found, [A, B]) == [0, 1]


def test_a_diagram_without_text_is_a_state(tmp_path: Path) -> None:
    image = Image.new("RGB", (WIDTH, HEIGHT), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    draw.polygon([(150, 300), (320, 60), (500, 300)], outline=(0, 0, 0), width=3)
    draw.ellipse((260, 190, 380, 310), outline=(200, 0, 0), width=3)
    diagram = np.array(image)
    found, _ = watch(tmp_path / "v.mp4", [*hold(diagram, 3), *hold(A, 3)])
    assert shown(found, [diagram, A]) == [0, 1]


def test_a_slideshow_of_one_frame_in_five_seconds(tmp_path: Path) -> None:
    c = slide("Summary", ("Force", "Genes"))
    found, _ = watch(tmp_path / "v.mp4", [A, B, c, c], times=[0, 5, 10, 15])
    assert shown(found, [A, B, c]) == [0, 1, 2]
    assert [k.end for k in found] == pytest.approx([5, 10, 15], abs=2 * STEP)


def test_uneven_times_are_kept(tmp_path: Path) -> None:
    times = [0, 0.1, 0.2, 3.0, 3.1, 3.3, 4.5, 7.0]
    found, _ = watch(tmp_path / "v.mp4", [A, A, A, B, B, B, B, B], times=times)
    assert shown(found, [A, B]) == [0, 1]
    assert found[0].end == pytest.approx(3.0, abs=2 * STEP)
    assert found[1].end == pytest.approx(7.0, abs=2 * STEP)


def test_the_light_going_out_costs_no_slide(tmp_path: Path) -> None:
    dark = slide("Inside the cell", CELLS, paper=(20, 20, 24), ink=(230, 230, 230))
    found, _ = watch(tmp_path / "v.mp4", [*hold(A, 3), *hold(dark, 3)])
    assert shown(found, [A, dark]) == [0, 1]


def test_a_state_starts_where_the_one_before_ended(tmp_path: Path) -> None:
    found, _ = watch(tmp_path / "v.mp4", [*hold(A, 4), *hold(B, 3.5)])
    assert [k.start for k in found] == pytest.approx([0, 4], abs=STEP + 0.01)
