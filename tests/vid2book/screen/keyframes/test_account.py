"""Every second is within a state or told, and what is told of it is true."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vid2book.records import Decision, Keyframe
from vid2book.screen.keyframes.cells import Plane

from ....support.screens import CELLS, HEIGHT, PHYSICS, SAMPLES, WIDTH, look, luma, pointer, sampled
from ....support.screens import slide as lecture_slide

BLOCK = 8
WORDS = " ".join((*PHYSICS, *CELLS)).split()
PAPER = 245
FIELDS = (
    ("Wheel", "Piston", "Lens", "Crane"),
    ("14 kg", "250 kg", "3.8 tons", "600 g", "a pound"),
    ("2 m long", "77 cm high", "a mile off", "96 feet up", "as light"),
)


def film(random: np.random.Generator) -> list[Plane]:
    """Half a minute of a screen on which words come, go and come back, with a pointer at times."""
    screens: list[list[tuple[int, int, str]]] = []
    planes: list[Plane] = []
    shown: list[tuple[int, int, str]] = []
    while len(planes) < 30 * SAMPLES:
        what = random.choice(["new", "new", "add", "add", "wipe", "back", "blank"])
        if what == "new":
            shown = [word(random) for _ in range(random.integers(5, 14))]
        elif what == "add":
            shown = [*shown, *(word(random) for _ in range(random.integers(1, 4)))]
        elif what == "wipe":
            shown = shown[len(shown) // 2 :]
        elif what == "back" and screens:
            shown = screens[random.integers(len(screens))]
        elif what == "blank":
            shown = []
        screens.append(shown)
        picture = draw(shown)
        stands = [picture] * round(float(random.choice([0.4, 1, 2, 3, 5])) * SAMPLES)
        if random.random() < 0.3:
            coloured = np.dstack([picture] * 3)
            moves = [pointer(coloured, 30 + 15 * i, 100 + 9 * i) for i in range(len(stands))]
            stands = [luma(p) for p in moves]
        planes += stands
    return planes


def word(random: np.random.Generator) -> tuple[int, int, str]:
    """A word at one of 40 places."""
    return (
        int(random.integers(4)) * 150 + 24,
        int(random.integers(10)) * 34 + 8,
        random.choice(WORDS),
    )


def draw(words: Sequence[tuple[int, int, str]]) -> Plane:
    """Later words replace earlier ones at their place."""
    image = Image.new("L", (WIDTH, HEIGHT), PAPER)
    for (x, y), text in {(x, y): text for x, y, text in words}.items():
        ImageDraw.Draw(image).text((x, y), text, 30, ImageFont.load_default(20))
    return np.array(image)


def blocks(plane: Plane) -> Plane:
    """blocks x pixels."""
    rows, columns = HEIGHT // BLOCK, WIDTH // BLOCK
    cut = plane.reshape(rows, BLOCK, columns, BLOCK).swapaxes(1, 2)
    return cut.reshape(rows * columns, -1).astype(np.int16)


def share(plane: Plane, others: Sequence[Plane]) -> float:
    """How much of the writing on a plane the others show together, 0 to 1; 1 of none at all."""
    ink = blocks(plane) < 120
    there = ink.sum(1) >= 4
    found = np.zeros(len(ink), bool)
    for other in others:
        also = blocks(other) < 160
        found |= (ink & also).sum(1) >= 0.8 * ink.sum(1)
    return float(found[there].mean()) if there.any() else 1.0


def written(plane: Plane) -> int:
    """Blocks with writing."""
    return int(((blocks(plane) < 120).sum(1) >= 4).sum())


def telling(decisions: Sequence[Decision], time: float) -> list[Decision]:
    return [d for d in decisions if d.start <= time < d.end]


def check(planes: list[Plane], found: list[Keyframe], decision: Decision, time: float) -> None:
    """That the reason is true at a time."""
    sample = int(time * SAMPLES + 1e-6)
    plane = planes[sample]
    pictures = {f"{k.time:.1f}": planes[round(k.time * SAMPLES)] for k in found}
    named = re.search(r"see the picture of ([\d.]+) s( and those around it)?", decision.reason)
    if named is not None:
        assert named[1] in pictures
        others = list(pictures.values()) if named[2] else [pictures[named[1]]]
        least = 0.9 if decision.reason.startswith("nothing new") else 0.75
        assert share(plane, others) >= least, decision.reason
    elif "nothing is written" in decision.reason:
        assert written(plane) <= 12, decision.reason
    elif "too small, or gone too soon" in decision.reason:
        assert standing(planes, sample) <= 2, decision.reason
    else:
        assert decision.kept or "the screen is still changing here" in decision.reason


def test_the_picture_that_a_reason_names_shows_what_stood_then() -> None:
    random = np.random.default_rng(7)
    for _ in range(4):
        drawn = [[random.choice(part) for part in FIELDS] for _ in range(9)]
        drawn += [drawn[i] for i in random.permutation(9)[:5]]  # some are shown again
        slides = [exercise(*row) for row in drawn]
        planes = [p for slide in slides for p in [slide] * round(5 * SAMPLES)]
        found, decisions = look(sampled(planes))
        pictures = {f"{k.time:.1f}": planes[round(k.time * SAMPLES)] for k in found}
        told = 0
        for time in random.uniform(0, len(planes) / SAMPLES, 60):
            for reason in (d.reason for d in telling(decisions, time) if not d.kept):
                named = re.search(r"see the picture of ([\d.]+) s$", reason)
                assert named, reason
                assert share(planes[int(time * SAMPLES + 1e-6)], [pictures[named[1]]]) == 1
                told += 1
        assert told > 0


def exercise(thing: str, mass: str, place: str) -> Plane:
    """A slide of a layout that others share, with numbers of its own."""
    return luma(lecture_slide(thing, (mass, place), size=44))


def standing(planes: Sequence[Plane], sample: int) -> float:
    """Seconds for which the very same picture stands around a sample."""
    first = last = sample
    while first > 0 and (planes[first - 1] == planes[sample]).all():
        first -= 1
    while last + 1 < len(planes) and (planes[last + 1] == planes[sample]).all():
        last += 1
    return (last - first + 1) / SAMPLES


@cache
def looked_at(seed: int) -> tuple[list[Plane], list[Keyframe], list[Decision]]:
    planes = film(np.random.default_rng(seed))
    return planes, *look(sampled(planes))


@pytest.mark.parametrize("seed", range(8))
def test_what_is_told_of_any_second_is_true(seed: int) -> None:
    planes, found, decisions = looked_at(seed)
    assert found
    random = np.random.default_rng(seed)
    for time in random.uniform(0, (len(planes) - 1) / SAMPLES, 40):
        told = telling(decisions, time)
        assert told, time
        for decision in told:
            check(planes, found, decision, time)


@pytest.mark.parametrize("seed", range(8))
def test_what_stands_for_long_is_on_a_picture(seed: int) -> None:
    planes, found, _ = looked_at(seed)
    pictures = [planes[round(k.time * SAMPLES)] for k in found]
    begin = 0
    for k in range(1, len(planes)):
        if not (planes[k] == planes[begin]).all():
            begin = k
        if k - begin >= 3 * SAMPLES:
            assert share(planes[k], pictures) >= 0.9, k / SAMPLES


def test_reasons_that_name_a_picture_name_the_nearest_truth() -> None:
    one = luma(lecture_slide("Work and energy", PHYSICS))
    other = luma(lecture_slide("Inside the cell", CELLS))
    step = luma(lecture_slide("Work and energy", PHYSICS[:1]))
    found, decisions = look(sampled([*[one] * 20, *[other] * 20, *[step] * 15, *[other] * 15]))
    assert len(found) == 2
    told = {d.start: d.reason for d in decisions if not d.kept and d.end - d.start > 2}
    times = [f"nothing new; see the picture of {k.time:.1f} s" for k in found]
    assert [told[start] for start in sorted(told)] == times


def test_a_page_that_rolls_is_not_called_blank() -> None:
    whole = np.concatenate([draw([(24, 34 * i, text) for i, text in enumerate(WORDS[:10])])] * 3)
    rolls = [whole[y : y + HEIGHT] for y in range(0, 2 * HEIGHT, 13)]
    blank = np.full((HEIGHT, WIDTH), PAPER, np.uint8)
    _, decisions = look(sampled([*rolls, *[blank] * 20]))
    told = [d for d in decisions if d.reason == "nothing is written or drawn on it"]
    assert [d.start for d in told] == pytest.approx([len(rolls) / SAMPLES], abs=0.3)


def test_a_change_of_the_screen_names_no_picture() -> None:
    title, page = (
        draw([(24, 8, WORDS[0])]),
        draw([(24, 34 * i, w) for i, w in enumerate(WORDS[:9])]),
    )
    other = draw([(174, 34 * i, text) for i, text in enumerate(WORDS[10:19])])
    _, decisions = look(sampled([*[other] * 20, *[title] * 3, *[page] * 20]))
    assert [d.reason for d in decisions if not d.kept] == ["the screen is still changing here"]


def test_what_goes_is_told_in_words_and_only_if_it_was_measured() -> None:
    one = luma(lecture_slide("Work and energy", PHYSICS))
    other = luma(lecture_slide("Inside the cell", CELLS))
    _, decisions = look(sampled([*[one] * 20, *[other] * 20]))
    first, last = (d for d in decisions if d.kept)
    assert first.reason.endswith(" s; then most of it goes")
    assert first.score is not None and first.score >= 0.75
    assert last.reason.endswith(" s; it stands to the end") and last.score == 0
    noise = np.random.default_rng(5).integers(0, 255, (30, 360, 640), np.uint8)
    [moving] = look(sampled(list(noise)))[1]
    assert re.fullmatch(
        r"the best moment of a picture that moves, shown at [\d.]+ s", moving.reason
    )
    assert moving.score is None


def test_a_screen_that_fades_to_nothing_is_called_blank() -> None:
    page = draw([(24 + 150 * (i % 4), 34 * i + 8, text) for i, text in enumerate(WORDS[:10])])
    shares = np.linspace(1, 0, 16)[1:]
    faded = [(PAPER - (PAPER - page.astype(float)) * share).astype(np.uint8) for share in shares]
    _, decisions = look(sampled([*[page] * 20, *faded, *[faded[-1]] * 15, *[page] * 10]))
    middle = (20 + len(faded) + 7) / SAMPLES
    assert [d.reason for d in telling(decisions, middle)] == ["nothing is written or drawn on it"]
