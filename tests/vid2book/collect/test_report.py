"""The report of a collection: its numbers, and the page in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vid2book.collect.candidate import Candidate
from vid2book.collect.coverage import coverage
from vid2book.collect.database import LedgerError
from vid2book.collect.facts import Verdict
from vid2book.collect.ledger import Ledger
from vid2book.collect.places import PlaceError, Places, places
from vid2book.collect.plan import Plan
from vid2book.collect.report import areas, write_report
from vid2book.collect.taxonomy import KnowledgePoint, load
from vid2book.collect.treemap import Box, squarify

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
    ledger.add_page("s", "q", ENERGY, videos[:2], "")
    ledger.add_page("s", "r", POINTS[2], videos[2:], "")
    ledger.mark_unanswered("s", "t", "refused", "robots.txt <b>disallows</b> it")
    ledger.decide(
        [
            Verdict(videos[0].key, "relevance", True, "near", 0.5, 0.2, ENERGY.name),
            Verdict(videos[0].key, "fetched", True, "fetched", point=ENERGY.name),
            Verdict(videos[1].key, "licence", False, "no licence is stated"),
            Verdict(videos[2].key, "not there", False, "404", point="focal length"),
        ]
    )
    ledger.close()
    return found


def test_coverage_counts_videos_candidates_and_what_they_fail_by(at: Places) -> None:
    lines, unplaced = coverage(POINTS, Ledger(at.ledger), PLAN)
    assert [(c.videos, c.found, c.lost) for c in lines] == [
        (1, 2, (("licence", 1),)),
        (0, 0, ()),
        (0, 1, (("not there any more", 1),)),
        (0, 0, ()),
    ]
    assert not unplaced


def test_a_gap_tells_what_most_of_its_candidates_had(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.sqlite")
    videos = [Candidate(f"https://example.org/{n}", "s") for n in range(4)]
    ledger.add_page("s", "q", ENERGY, videos, "")
    waiting = [Verdict(v.key, "waiting", False, "to be fetched") for v in videos[1:]]
    ledger.decide([Verdict(videos[0].key, "licence", False, "none is stated"), *waiting])
    assert coverage([ENERGY], ledger, PLAN)[0][0].lost == (("not fetched yet", 3), ("licence", 1))


def test_candidates_of_no_point_are_shown_by_themselves(tmp_path: Path) -> None:
    """What a feed lists and is near to nothing has a nearest point all the same."""
    ledger = Ledger(tmp_path / "l.sqlite")
    bread, cake, cell, other = (Candidate(f"https://example.org/{n}", "s") for n in range(4))
    ledger.add_page("feed", "", None, [bread, cake, cell], "")
    ledger.add_page("search", "q", KnowledgePoint("Art", "Art", "Art", "fresco"), [other], "")
    ledger.decide(
        [
            Verdict(bread.key, "relevance", False, "far", 0.1, 0.38, ENERGY.name),
            Verdict(cake.key, "rules", False, "short"),
            Verdict(cell.key, "relevance", True, "near", 0.6, 0.38, "cell nucleus"),
            Verdict(cell.key, "quota", False, "the quota of its course is full"),
            Verdict(other.key, "licence", False, "none is stated"),
        ]
    )
    lines, unplaced = coverage(POINTS, ledger, PLAN)
    assert [line.found for line in lines] == [0, 0, 0, 1]
    assert lines[3].lost == (("its point, course or subject has enough", 1),)
    assert sum(unplaced.values()) == 3 and unplaced["too far from its knowledge point"] == 1


def test_a_gap_whose_query_has_no_answer_does_not_say_that_nothing_was_found(
    tmp_path: Path,
) -> None:
    plan = Plan.model_validate(
        {"sources": [{"kind": "peertube", "query": "{point}"}, {"kind": "feed", "url": "http://f"}]}
    )
    search, feed = (source.identity() for source in plan.sources)
    ledger = Ledger(tmp_path / "l.sqlite")
    ledger.add_page(feed, "", None, [], "")
    ledger.mark_unanswered(search, "kinetic energy", "late", "503")
    ledger.add_page(search, "focal length", POINTS[2], [], "")
    lines, _ = coverage(POINTS, ledger, plan)
    assert [line.unfound for line in lines] == [
        "1 of 2 sources gave no answer",
        "1 of 2 sources not asked yet",
        "nothing was found",
        "1 of 2 sources not asked yet",
    ]


@pytest.mark.parametrize("weights", [[1.0], [3, 1, 2, 6, 1], [1] * 41, [1000, 1]])
def test_areas_are_as_weights_and_fill_the_map(weights: list[float]) -> None:
    boxes = squarify(weights, Box(0, 0, 100, 50))
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
    found = {area.course: area for area in areas(coverage(POINTS, Ledger(at.ledger), PLAN)[0])}
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
    page.get_by_label("also show points").check()
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
