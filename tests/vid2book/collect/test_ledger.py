"""The ledger: nothing is asked twice, and what was put off is not taken for done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from vid2book.collect.candidate import Candidate, canonical, day
from vid2book.collect.database import LedgerError
from vid2book.collect.facts import Verdict
from vid2book.collect.ledger import Ledger
from vid2book.collect.taxonomy import KnowledgePoint

WAVE = KnowledgePoint("Physics", "Waves", "Waves", "wave")
ONE = Candidate("https://example.org/1", "a source", title="Waves")
TWO = Candidate("https://example.org/2", "a source", title="Sound")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.ledger.sqlite"


def test_a_query_goes_on_where_it_was(path: Path) -> None:
    ledger = Ledger(path)
    assert ledger.cursor("s", "q") == ""
    ledger.add_page("s", "q", WAVE, [ONE], "page 2")
    ledger.mark_unanswered("s", "q", "late", "429")
    ledger.close()
    ledger = Ledger(path)
    assert ledger.cursor("s", "q") == "page 2"
    assert ledger.queries() == [("s", "q", "late", "429")]
    ledger.add_page("s", "q", WAVE, [TWO], "")
    assert ledger.cursor("s", "q") is None
    assert ledger.cursor("another", "q") == ""
    assert ledger.candidates() == [ONE, TWO]
    assert [find.point for find in ledger.finds()[ONE.key]] == ["wave"]


def test_a_source_that_goes_in_circles_comes_to_an_end(path: Path) -> None:
    ledger = Ledger(path)
    ledger.add_page("s", "q", None, [ONE], "again")
    ledger.add_page("s", "q", None, [ONE], "again")
    assert ledger.cursor("s", "q") is None


def test_one_page_under_two_addresses_is_one_candidate(path: Path) -> None:
    ledger = Ledger(path)
    ledger.add_page("s", "q", None, [ONE], "")
    ledger.add_page(
        "t", "r", WAVE, [replace(TWO, url="https://Example.org/1/?utm_source=x#top")], ""
    )
    assert ledger.candidates() == [ONE]
    assert [find.source for find in ledger.finds()[ONE.key]] == ["s", "t"]


def test_details_may_turn_one_candidate_into_several(path: Path) -> None:
    ledger = Ledger(path)
    ledger.add_page("s", "q", WAVE, [ONE], "")
    parts = [replace(ONE, url=f"{ONE.url}/{n}", is_complete=True) for n in "ab"]
    ledger.add_details(ONE.key, parts)
    assert ledger.candidates() == parts
    assert [f.point for f in ledger.finds()[parts[1].key]] == ["wave"]
    assert {key: part.status for key, part in ledger.parts("metadata").items()} == {
        parts[0].key: "done",
        parts[1].key: "done",
    }


def test_rows_stay_in_the_order_in_which_they_came(path: Path) -> None:
    ledger = Ledger(path)
    ledger.part(TWO.key, "media", "late", "503")
    ledger.part(ONE.key, "media", "done", "", {"path": "/nowhere"})
    ledger.part(TWO.key, "media", "done", "", {"path": str(path)})
    assert ledger.rows() == [TWO.key, ONE.key]
    ledger.forget_lost()
    assert ledger.parts("media")[ONE.key].status == "late"
    assert ledger.parts("media")[TWO.key].status == "done"


def test_decisions_are_those_of_the_last_run(path: Path) -> None:
    ledger = Ledger(path)
    ledger.decide([Verdict(ONE.key, "rules", False, "short")])
    ledger.decide([Verdict(ONE.key, "relevance", True, "near", 0.5, 0.25, "wave")])
    assert ledger.decisions() == [Verdict(ONE.key, "relevance", True, "near", 0.5, 0.25, "wave")]


def test_it_is_read_while_another_writes(path: Path) -> None:
    writer, reader = Ledger(path), Ledger(path)
    writer.add_page("s", "q", None, [ONE], "")
    assert reader.candidates() == [ONE]


def test_what_is_no_ledger_is_told(path: Path) -> None:
    path.write_bytes(b"a letter to a friend, and quite a long one" * 99)
    with pytest.raises(LedgerError, match="no ledger"):
        Ledger(path)


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://youtu.be/dQw4w9WgXcQ?si=abc", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        (
            "https://m.youtube.com/watch?v=dQw4w9WgXcQ&list=x",
            "https://youtube.com/embed/dQw4w9WgXcQ",
        ),
        ("HTTPS://Example.org:443/a/?utm_medium=x", "https://example.org/a"),
    ],
)
def test_spellings_of_an_address(url: str, same: str) -> None:
    assert canonical(url) == canonical(same)


def test_different_videos_have_different_addresses() -> None:
    assert canonical("https://example.org/v?id=1") != canonical("https://example.org/v?id=2")


def test_days() -> None:
    assert day("2024-05-01T10:00:00Z") == day("20240501") == day("2024-05-01") == "20240501"
    assert day("2024") == day("2024-05") == day("May 1") == day(None) == ""


def test_what_was_left_out_stays_where_nothing_changed_and_is_counted_anew_where_it_did(
    path: Path,
) -> None:
    ledger = Ledger(path)
    ledger.add_page("s", "", None, [ONE], "", '{"etag": "a"}', {"no page": 2})
    ledger.reopen("s")
    assert ledger.cursor("s", "") == '{"etag": "a"}'
    ledger.add_page("s", "", None, [], "", '{"etag": "a"}')
    assert ledger.left_out() == [("s", "", {"no page": 2})]
    ledger.reopen("s")
    ledger.add_page("s", "", None, [ONE], "", '{"etag": "b"}', {"no page": 1})
    assert ledger.left_out() == [("s", "", {"no page": 1})]
    assert ledger.cursor("s", "") is None
