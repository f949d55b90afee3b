"""Where burned-in captions stand, by the rhythm in which they are replaced."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from vid2book.screen.keyframes.cells import Plane
from vid2book.screen.keyframes.content import Content, weigh
from vid2book.screen.keyframes.follow import follow

from ....support.media import Picture
from ....support.screens import CELLS, HEIGHT, PHYSICS, SAMPLES, WIDTH, caption, sampled, slide

WORDS = ("we begin with force", "and with work", "what a machine does", "power is a rate", "so",
         "this is the nucleus", "genes are kept here", "proteins are made")  # fmt: skip
A = slide("Work and energy", PHYSICS)
B = slide("Inside the cell", CELLS)
LAST_LINE = (100 + 2 * 44 + 24) / HEIGHT  # of the slides, as a share of the height
CAPTION = 322 / HEIGHT


def content(pictures: list[Plane], seconds: float = 3) -> Content:
    """Of pictures that stand for so long each."""
    [history] = follow(sampled([p for p in pictures for _ in range(round(seconds * SAMPLES))]))
    return weigh(history, 0.6, 4.0)


@pytest.mark.parametrize("slides", [(A, A), (A, B)], ids=["one slide", "two slides"])
def test_captions_are_found_below_the_slide_and_weigh_nothing(slides: tuple[Picture, ...]) -> None:
    found = content([caption(slides[i // 4], words) for i, words in enumerate(WORDS)])
    assert LAST_LINE < found.captions_top <= CAPTION
    history = found.history
    below = history.grid.row(history.cell) >= int(found.captions_top * history.grid.rows)
    assert not found.weight[below].any() and found.weight[~below].sum() > 50


def test_a_few_words_below_are_no_captions() -> None:
    assert content([caption(A, words) for words in WORDS[:3]]).captions_top == 1


def test_slides_and_their_footer_have_no_band() -> None:
    slides = [slide(f"Chapter {n}", (word, word.upper())) for n, word in enumerate(WORDS)]
    assert content(slides).captions_top == 1
    assert content([caption(p, "Department of Physics") for p in slides]).captions_top == 1


def test_lines_of_a_build_have_no_band() -> None:
    lines = [" ".join(WORDS[i : i + 2]) for i in range(6)]
    assert content([slide("Summary", lines[:n]) for n in range(1, 7)]).captions_top == 1


def test_the_names_of_keys_that_come_again_are_no_captions() -> None:
    keys = ("space and return", "next page, confirm")
    assert content([caption(A, keys[i % 2]) for i in range(10)]).captions_top == 1


def test_what_is_written_below_stroke_by_stroke_is_no_caption() -> None:
    written = [caption(A, f"{words}, {other}") for words, other in pairwise(WORDS)]
    growing = [
        np.where(np.arange(WIDTH)[:, None] < WIDTH * k / 12, picture, A)
        for picture in written for k in range(3, 10)
    ]  # fmt: skip
    assert content(growing, 1).captions_top == 1
