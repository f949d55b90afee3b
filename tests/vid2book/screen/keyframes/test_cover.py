"""The fewest pictures that show everything: builds, boards, pages that scroll, what passes."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vid2book.screen.keyframes.cells import Plane

from ....support.screens import (
    CELLS,
    HEIGHT,
    PHYSICS,
    SAMPLES,
    WIDTH,
    look,
    luma,
    pointer,
    sampled,
    shown,
    slide,
)

A = slide("Work and energy", PHYSICS)
B = slide("Inside the cell", CELLS)
PAPER = np.full_like(A, 248)


def stand(picture: Plane, seconds: float) -> list[Plane]:
    return [picture] * round(seconds * SAMPLES)


def pictures_of(*film: list[Plane]) -> list[float]:
    """When the pictures are taken."""
    found, _ = look(sampled([picture for part in film for picture in part]))
    return [keyframe.time for keyframe in found]


def test_a_build_gives_one_picture_and_a_board_that_is_wiped_two() -> None:
    build = [stand(slide("Work and energy", PHYSICS[:n]), 2) for n in range(4)]
    [at] = pictures_of(*build)
    assert at > 6
    first, second = pictures_of(*build, stand(PAPER, 1), stand(B, 3))
    assert 6 < first < 8 and second > 9


def test_each_half_of_a_board_may_be_wiped_alone() -> None:
    def board(left: Plane, right: Plane) -> Plane:
        return np.where(np.arange(WIDTH)[:, None] < WIDTH // 2, left, right).astype(np.uint8)

    narrow = [slide(t[:9], [line[:14] for line in text]) for t, text in
              (("Work", PHYSICS), ("Cell", CELLS), ("Heat", PHYSICS[::-1]))]  # fmt: skip
    one, two, three = narrow
    right = np.roll(two, WIDTH // 2, axis=1)
    film = [board(one, PAPER), board(one, right), board(three, right)]
    found, _ = look(sampled([p for picture in film for p in stand(picture, 4)]))
    assert shown(found, film) == [1, 2]


@pytest.mark.parametrize(("one", "other"), [("Heat", "Mass"), ("24 m", "75 m"), ("sin", "cos")])
def test_a_word_that_is_exchanged_makes_two_pictures(one: str, other: str) -> None:
    slides = [slide("Work and energy", (*PHYSICS[:2], f"It is {word}")) for word in (one, other)]
    found, _ = look(sampled([*stand(slides[0], 3), *stand(slides[1], 3)]))
    assert shown(found, slides) == [0, 1]


def exercise(thing: str, mass: int, length: int) -> Plane:
    """A slide of a layout that others share, with numbers of its own."""
    return slide(thing, (f"{mass} kg", f"{length} m"), size=44)


def test_what_never_stood_together_makes_a_picture_though_each_part_was_seen() -> None:
    first = [exercise("Wheel", 14, 60), exercise("Piston", 38, 96), exercise("Lens", 77, 25)]
    mixed = [exercise("Wheel", 38, 25), exercise("Lens", 14, 96)]
    film = [*first, *mixed]
    found, _ = look(sampled([p for picture in film for p in stand(picture, 5)]))
    assert shown(found, film) == [0, 1, 2, 3, 4]
    again = [*film, first[1], mixed[0], first[0]]
    found, decisions = look(sampled([p for picture in again for p in stand(picture, 5)]))
    assert shown(found, film) == [0, 1, 2, 3, 4]
    left = [d.reason for d in decisions if not d.kept and "changes here" not in d.reason]
    named = [found[i].time for i in (1, 3, 0)]
    assert left == [f"nothing new; see the picture of {at:.1f} s" for at in named]


def page(lines: int) -> Plane:
    """A page of text, longer than the screen."""
    random = np.random.default_rng(3)
    words = " ".join((*PHYSICS, *CELLS)).lower().split()
    image = Image.new("L", (WIDTH, max(HEIGHT, 60 + 30 * lines)), 250)
    for i in range(lines):
        text = " ".join(random.choice(words, 6))
        ImageDraw.Draw(image).text((40, 20 + 30 * i), text, 30, ImageFont.load_default(20))
    return np.array(image)


def scroll(whole: Plane, *stops: int) -> list[list[Plane]]:
    """The page stands at each stop for three seconds, and scrolls to the next in half of one."""
    film = [stand(whole[stops[0] :][:HEIGHT], 3)]
    for start, end in pairwise(stops):
        film.append([whole[y:][:HEIGHT] for y in (start + (end - start) // 2,)])
        film.append(stand(whole[end:][:HEIGHT], 3))
    return film


def test_a_page_that_scrolls_into_the_blank_below_it_gives_one_picture() -> None:
    whole = np.concatenate([page(9), np.full((90, WIDTH), 250, np.uint8)])
    assert len(pictures_of(*scroll(whole, 0, 30, 60))) == 1


def test_a_page_that_scrolls_line_by_line_gives_few_pictures() -> None:
    times = pictures_of(*scroll(page(30), *range(0, 180, 30)))
    assert len(times) in (2, 3)  # the first lines and the last ones are never seen together


def test_a_page_that_scrolls_by_half_gives_two_pictures() -> None:
    times = pictures_of(*scroll(page(30), 0, HEIGHT // 2))
    assert len(times) == 2 and times[0] < 3 < times[1]


def terminal(lines: int, letters: int) -> Plane:
    """A screen full of small lines, the last of so many; of the very last so many letters."""
    random = np.random.default_rng(8)
    words = " ".join((*PHYSICS, *CELLS)).lower().split()
    texts = [" ".join(random.choice(words, random.integers(3, 12))) for _ in range(lines)]
    image = Image.new("L", (WIDTH, HEIGHT), 12)
    for i, text in enumerate([*texts[:-1], texts[-1][:letters]][-HEIGHT // 12 :]):
        ImageDraw.Draw(image).text((4, 12 * i), text, 200, ImageFont.load_default(10))
    return np.array(image)


def test_a_terminal_in_which_is_typed_and_that_scrolls_gives_few_pictures() -> None:
    film = [stand(terminal(end, letters), 2) for end in range(30, 78, 2) for letters in (16, 99)]
    times = pictures_of(*film)
    assert times[-1] > 94  # the last lines are on it
    assert len(times) <= 8


def code(lines: int, letters: int = 0) -> Plane:
    """A page of which so many lines are written, and so many letters of the next one."""
    random = np.random.default_rng(5)
    words = " ".join((*PHYSICS, *CELLS)).lower().split()
    image = Image.new("L", (WIDTH, 3 * HEIGHT), 250)
    for i in range(lines + 1):
        text = " ".join(random.choice(words, 7))[: None if i < lines else letters]
        ImageDraw.Draw(image).text((40, 20 + 30 * i), text, 30, ImageFont.load_default(20))
    return np.array(image)


def test_a_picture_is_taken_while_nothing_is_being_written() -> None:
    typed = [code(10, letters)[:HEIGHT] for letters in range(2, 32, 2)]
    second = code(16)[210:][:HEIGHT]
    first, _ = pictures_of(stand(code(10)[:HEIGHT], 4), typed, stand(second, 5))
    assert first < 4


def test_a_pointer_and_a_note_that_pass_make_no_picture() -> None:
    note = A.copy()
    note[120:200, 200:480] = 255 - B[90:170, 50:330]
    wander = [pointer(A, 60 + 12 * i, 110 + 40 * np.sin(i / 4)) for i in range(30)]
    [at] = pictures_of(stand(A, 3), wander, stand(A, 2), stand(note, 1.2), stand(A, 3))
    found, _ = look(sampled([*stand(A, 3), *wander, *stand(note, 1.2), *stand(A, 3)]))
    assert shown(found, [A, note, wander[15]]) == [0]
    assert at > 0


def test_a_slow_zoom_makes_no_picture_of_its_own() -> None:
    plane = luma(A)

    def zoomed(by: float) -> Plane:
        turned = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 0, by)
        moved = cv2.warpAffine(plane, turned, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved, np.uint8)

    [at] = pictures_of([zoomed(1 + 0.0012 * i) for i in range(50)])
    assert 0 <= at <= 10


def test_a_zoom_into_a_photograph_gives_one_picture_and_no_captions() -> None:
    grain = np.random.default_rng(3).normal(0, 1, (HEIGHT, WIDTH))
    shades = [s**1.5 * cv2.GaussianBlur(grain, None, s) for s in (3.0, 8.0, 40.0)]
    photo = np.clip(128 + 40 * sum(shades), 0, 255).astype(np.uint8)

    def zoomed(by: float) -> Plane:
        transform = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 0, by)
        return np.asarray(cv2.warpAffine(photo, transform, (WIDTH, HEIGHT)), np.uint8)

    film = sampled([zoomed(1 + 0.12 * k / 250) for k in range(250)])
    found, _ = look(film)
    assert len(found) == 1
    assert found[0].subtitle_top == 1


def test_a_slide_that_comes_back_has_one_picture() -> None:
    film = [stand(A, 3), stand(B, 3), stand(A, 3), stand(B, 3)]
    found, decisions = look(sampled([p for part in film for p in part]))
    assert shown(found, [A, B]) == [0, 1]
    again = [d for d in decisions if not d.kept]
    named = {f"{k.time:.1f}" for k in found}
    assert again and all(any(f"picture of {at} s" in d.reason for at in named) for d in again)


def test_states_stand_in_order_around_their_pictures() -> None:
    found, decisions = look(sampled([*stand(A, 4), *stand(PAPER, 2), *stand(B, 3)]))
    assert [(k.start, k.end) for k in found] == [pytest.approx((0, 4)), pytest.approx((6, 8.8))]
    assert all(k.start <= k.time < k.end for k in found)
    assert [(d.start, d.end) for d in decisions if d.kept] == [(k.start, k.end) for k in found]
    assert found[0].change > 0.9 and found[1].change == 0
    [blank] = [d for d in decisions if not d.kept]
    assert blank.reason == "nothing is written or drawn on it"


def test_what_stood_goes_when_the_pictures_change_their_shape() -> None:
    found, decisions = look(sampled([*stand(A, 3), *stand(B[:300], 3)]))
    assert [(k.width, k.height) for k in found] == [(WIDTH, HEIGHT), (WIDTH, 300)]
    assert [k.change for k in found] == [1, 0]
    assert [("to the end" in d.reason) for d in decisions] == [False, True]


@pytest.mark.parametrize("samples", [1, 2, 3])
def test_a_video_of_a_moment_has_no_state(samples: int) -> None:
    found, decisions = look(sampled([A] * samples))
    assert found == [] and len(decisions) == 1


def test_nothing_to_see() -> None:
    assert look([]) == ([], [])


def marked(box: tuple[int, int, int, int]) -> Plane:
    """Slide A with a frame drawn around a part of it."""
    image = Image.fromarray(A.copy())
    ImageDraw.Draw(image).rectangle(box, outline=20, width=4)
    return np.asarray(image)


def test_a_frame_around_a_word_that_comes_and_goes_makes_no_picture() -> None:
    first, second = marked((40, 94, 320, 130)), marked((40, 138, 300, 174))
    assert len(pictures_of(*(stand(p, 4) for p in (A, first, A, second, A)))) == 1


def test_a_straight_line_alone_makes_no_picture() -> None:
    sheet = A.copy()
    sheet[300:304, 40:600] = 30
    assert len(pictures_of(stand(sheet, 4), stand(A, 4))) == 1


def test_no_picture_is_taken_within_a_fade() -> None:
    fade = [np.asarray(A * (1 - i / 8) + B * (i / 8), np.uint8) for i in range(1, 8)]
    found, _ = look(sampled([*stand(A, 3), *fade, *stand(B, 3)]))
    assert shown(found, [A, B]) == [0, 1]
    assert found[0].time < 3 and found[1].time >= 3 + 7 / SAMPLES


def digit(number: int) -> Plane:
    """A large digit on white, as in a lesson for small children."""
    image = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    grey = (90, 90, 90)
    return cv2.putText(image, str(number), (220, 290), cv2.FONT_HERSHEY_SIMPLEX, 9, grey, 40)


def test_digits_shown_one_after_the_other_have_a_picture_each() -> None:
    times = pictures_of(*(stand(digit(number), 2) for number in range(1, 10)))
    assert len({int(time // 2) for time in times}) >= 8  # a 4 consists of a 1 and parts of others


def test_two_pages_seen_together_within_a_fade_are_no_state() -> None:
    both = np.minimum(A, B)
    times = pictures_of(stand(A, 6), stand(both, 0.4), stand(B, 6))
    assert len(times) == 2


def test_the_last_stroke_of_a_video_that_ends_with_it_is_shown() -> None:
    typed = [code(6, letters)[:HEIGHT] for letters in range(2, 40, 2)]
    *_, last = pictures_of(stand(code(6)[:HEIGHT], 4), typed)
    assert last == pytest.approx(4 + (len(typed) - 1) / SAMPLES)


def inserted(lines: int) -> Plane:
    """A page into which so many lines were written, above its last ones."""
    whole = page(12)
    above, new, below = whole[:170], whole[170 : 170 + 30 * lines], whole[320:380]
    rest = np.full((HEIGHT, WIDTH), 250, np.uint8)
    return np.concatenate([above, new, below, rest])[:HEIGHT]


def test_lines_that_are_pushed_down_by_new_ones_make_no_picture() -> None:
    assert len(pictures_of(*(stand(inserted(lines), 4) for lines in range(4)))) == 1


def sorted_bars(comparisons: int) -> list[Plane]:
    """Bars are sorted by exchanging neighbours; one sample for so many comparisons."""
    heights = np.random.default_rng(1).permutation(40) * 7 + 30
    film: list[Plane] = []
    pairs = [(i, i + 1) for end in range(39, 0, -1) for i in range(end)]
    for number, (i, j) in enumerate(pairs, 1):
        heights[[i, j]] = sorted(heights[[i, j]])
        if number % comparisons == 0:
            image = np.full((HEIGHT, WIDTH, 3), 20, np.uint8)
            for place, height in enumerate(heights):
                image[HEIGHT - height :, 16 * place + 2 : 16 * place + 12] = 220
            film.append(image)
    return film


def test_an_animation_of_which_no_moment_stands_has_few_pictures() -> None:
    film = sorted_bars(8)
    assert len(pictures_of(film, stand(film[-1], 2))) <= 4
