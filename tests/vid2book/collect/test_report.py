"""The report of a collection: its numbers, and the page in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vid2book.collect.candidate import Candidate
from vid2book.collect.coverage import coverage
from vid2book.collect.facts import Verdict
from vid2book.collect.ledger import Ledger, LedgerError
from vid2book.collect.places import PlaceError, Places, places
from vid2book.collect.plan import Plan
from vid2book.collect.report import areas, write_report
from vid2book.collect.taxonomy import KnowledgePoint, load
from vid2book.collect.treemap import Box, squarified

PLAN = Plan.model_validate({"sources": [{"kind": "peertube"}], "quotas": {"point": 1}})
ENERGY = KnowledgePoint("Physics", "Mechanics", "Energy", "kinetic energy")
POINTS = [
    ENERGY,
    KnowledgePoint("Physics", "Mechanics", "Energy", "work <&> heat"),
    KnowledgePoint("Physics", "Optics", "Lenses", "focal length"),
    KnowledgePoint("Biology", "Cells", "Parts", "cell nucleus"),
]


@pytest.fixture
def at(tmp_path: Path) -> Places:
    """A collection of one video, with a candidate that was refused and one that vanished."""
    found = places(tmp_path / "m.jsonl")
    ledger = Ledger(found.ledger)
    videos = [Candidate(f"https://example.org/{n}", "s", title=f"Video {n}") for n in range(3)]
    ledger.found("s", "q", ENERGY, videos[:2], "")
    ledger.found("s", "r", POINTS[2], videos[2:], "")
    ledger.unanswered("s", "t", "refused", "robots.txt <b>disallows</b> it")
    ledger.decide(
        [
            Verdict(videos[0].key, "relevance", True, "near", 0.5, 0.2, ENERGY.name),
            Verdict(videos[0].key, "fetched", True, "fetched", point=ENERGY.name),
            Verdict(videos[1].key, "licence", False, "no licence is stated"),
            Verdict(videos[2].key, "not to be had", False, "404", point="focal length"),
        ]
    )
    ledger.close()
    return found


def test_coverage_counts_videos_candidates_and_what_they_fail_by(at: Places) -> None:
    lines = coverage(POINTS, Ledger(at.ledger))
    assert [(c.videos, c.found, c.lost) for c in lines] == [
        (1, 2, "licence"),
        (0, 0, ""),
        (0, 1, "not there, or not usable"),
        (0, 0, ""),
    ]


@pytest.mark.parametrize("weights", [[1.0], [3, 1, 2, 6, 1], [1] * 41, [1000, 1]])
def test_areas_are_as_weights_and_fill_the_map(weights: list[float]) -> None:
    boxes = squarified(weights, Box(0, 0, 100, 50))
    for weight, box in zip(weights, boxes, strict=True):
        assert box.width * box.height == pytest.approx(5000 * weight / sum(weights))
        assert box.left >= 0 and box.left + box.width <= 100 + 1e-6
        assert box.top >= 0 and box.top + box.height <= 50 + 1e-6
    for i, a in enumerate(boxes):  # none lies over another
        for b in boxes[i + 1 :]:
            wide = min(a.left + a.width, b.left + b.width) - max(a.left, b.left)
            high = min(a.top + a.height, b.top + b.height) - max(a.top, b.top)
            assert min(wide, high) < 1e-6


def test_a_course_is_dark_only_if_all_of_it_is_covered(at: Places) -> None:
    found = {area.course: area for area in areas(coverage(POINTS, Ledger(at.ledger)))}
    assert (found["Mechanics"].covered, found["Mechanics"].points) == (1, 2)
    assert found["Optics"].tone == 0 < found["Mechanics"].tone < 5


def test_without_a_ledger_there_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="nothing was collected"):
        write_report(places(tmp_path / "m.jsonl"), POINTS, PLAN)
    with pytest.raises(PlaceError, match=r"\.jsonl"):
        places(tmp_path / "m.csv")


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    page = chromium.new_page(viewport={"width": 1200, "height": 900})
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda r: errors.append(r.url) if not r.url.startswith("file:") else None)
    yield page
    assert errors == []
    page.close()


def shown(page: Any) -> list[str]:
    return list(page.locator("tbody tr[data-full]:visible td:nth-child(4)").all_inner_texts())


def test_the_page_shows_gaps_and_filters_them(at: Places, page: Any) -> None:
    page.goto(write_report(at, POINTS, PLAN).as_uri())
    assert page.locator("#covered").inner_text() == "1"
    assert shown(page) == ["work <&> heat", "focal length", "cell nucleus"]
    page.get_by_role("button", name="Mechanics").click()
    assert shown(page) == ["work <&> heat"]
    page.get_by_label("also points").check()
    assert shown(page) == ["kinetic energy", "work <&> heat"]
    page.get_by_role("button", name="Mechanics").press("Enter")  # chosen again: all courses
    page.get_by_label("Find").fill("cell parts")
    assert shown(page) == ["cell nucleus"] and page.locator("#shown").inner_text() == "1 point"
    assert "robots.txt <b>disallows</b> it" in page.locator("#refused").inner_text()
    first = page.locator(".warning").inner_text()
    assert first.startswith("1 query is unanswered: s: robots.txt <b>disallows</b> it")


def test_the_map_of_the_shipped_taxonomy_has_a_place_for_each_course(at: Places, page: Any) -> None:
    points = load()
    page.goto(write_report(at, points, PLAN).as_uri())
    courses = page.locator(".course")
    assert courses.count() == len({point[:2] for point in points})
    area = page.locator("#map").bounding_box()
    for box in (courses.nth(i).bounding_box() for i in range(courses.count())):
        assert box["width"] > 20 and box["height"] > 12
        assert (
            box["x"] >= area["x"] - 1 and box["x"] + box["width"] <= area["x"] + area["width"] + 1
        )
        assert box["y"] + box["height"] <= area["y"] + area["height"] + 1


# Words that the browser broke, and names that lie outside of their areas.
CUT = """() => [...document.querySelectorAll(".course:not(.bare)")].flatMap((course) => {
  const over = course.scrollWidth > course.clientWidth || course.scrollHeight > course.clientHeight;
  const name = course.querySelector("b"), text = name.firstChild, broken = [];
  for (const word of text.data.matchAll(/[^\\s-]+/g)) {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    if (range.getClientRects().length > 1) broken.push(word[0]);
  }
  return over ? [...broken, name.textContent] : broken;
})"""


@pytest.mark.parametrize("width", [1200, 500])
def test_no_name_on_the_map_is_broken_or_cut(at: Places, page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(write_report(at, load(), PLAN).as_uri())
    assert page.evaluate(CUT) == []
    named = page.locator(".course:not(.bare)").count()
    assert named > page.locator(".course").count() * (0.75 if width == 1200 else 0.2)
