"""A collection as a whole: what a change of the plan asks for again, and what a fault costs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vid2book.collect.decide import Decisions
from vid2book.collect.ledger import Ledger
from vid2book.collect.places import Places
from vid2book.collect.sources.feed import Feed
from vid2book.manifest import read_manifest

from ...support.collected import (
    archive_answer,
    archive_item,
    decisions,
    item,
    manifest,
    peertube_video,
    rss,
)
from ...support.site import Site

pytest.importorskip("yt_dlp", reason="the extra 'collect' is not installed")

Run = Callable[..., Decisions]


@pytest.fixture
def archive(site: Site) -> dict[str, Any]:
    """An archive of five videos, all on kinetic energy."""
    items = [
        archive_item(site, f"v{n}", f"Kinetic energy, part {n}", b"media %d" % n) for n in range(5)
    ]
    for n, one in enumerate(items):
        one["creator"] = f"Teacher {n}"
    site.put("/ia/advancedsearch.php", archive_answer(*items))
    return {"kind": "internet_archive", "url": f"{site.url}/ia"}


def test_a_full_point_is_left_and_a_larger_quota_goes_on(
    run: Run, at: Places, archive: dict[str, Any], site: Site
) -> None:
    run(archive, quotas={"point": 2})
    assert len(manifest(at)) == 2
    assert sum("the quota of its point is full" in d["reason"] for d in decisions(at).values()) == 3
    first = manifest(at)
    asked = site.asked()["/ia/advancedsearch.php"]
    run(archive, quotas={"point": 4})
    assert len(manifest(at)) == 4 and manifest(at)[:2] == first  # it grows at its end
    assert site.asked()["/ia/advancedsearch.php"] == asked == 3
    counts = site.asked()
    assert sum(counts[f"/ia/download/v{n}/v{n}.mp4"] for n in range(5)) == 4


def test_a_vanished_video_leaves_its_place_to_another(
    run: Run, at: Places, archive: dict[str, Any], site: Site
) -> None:
    for n in range(3):
        del site.things[f"/ia/download/v{n}/v{n}.mp4"]
    run(archive, quotas={"point": 2})
    assert sum(not video.problem for video in read_manifest(at.manifest)) == 2
    run(archive, quotas={"point": 3})  # there is no third, and that stays in the rows
    problems = [video.problem for video in read_manifest(at.manifest) if video.problem]
    assert len(problems) == 3 and all("not fetched: " in p and "404" in p for p in problems)
    asked = site.asked()
    run(archive, quotas={"point": 3})
    assert site.asked() == asked  # what is gone is not asked for again


def test_another_deny_list_or_licence_asks_nobody(
    run: Run, at: Places, archive: dict[str, Any], site: Site
) -> None:
    run(archive, quotas={"point": 5})
    assert len(manifest(at)) == 5
    before = len(site.requests)
    run(archive, quotas={"point": 5}, deny={"urls": [f"{site.url}/ia/details/v1"]})
    assert len(manifest(at)) == 4
    assert decisions(at)["v1"]["stage"] == "deny"
    run(archive, quotas={"point": 5}, licences=["cc0-1.0"])
    assert manifest(at) == []
    run(archive, quotas={"point": 5})
    assert len(manifest(at)) == 5
    asked = {path for path, _ in site.requests[before:]}
    assert asked == set()


def test_a_file_that_was_deleted_is_fetched_again(
    run: Run, at: Places, archive: dict[str, Any]
) -> None:
    run(archive, quotas={"point": 1})
    (video,) = read_manifest(at.manifest)
    Path(video.path).unlink()
    run(archive, quotas={"point": 1})
    assert not read_manifest(at.manifest)[0].problem


def test_a_source_that_forbids_machines_is_off_and_the_ledger_says_so(
    run: Run, at: Places, archive: dict[str, Any], told: list[str]
) -> None:
    run(archive, {"kind": "yt_dlp_search"}, quotas={"point": 1})
    assert len(manifest(at)) == 1
    assert len(told) == 1 and "YouTube's terms" in told[0] and "left alone" in told[0]
    refused = [q for q in Ledger(at.ledger).queries() if q[2] == "refused"]
    assert len(refused) == 1 and "permissions" in refused[0][3]


def test_the_ledger_keeps_why_a_host_was_asked_all_the_same(
    run: Run, at: Places, archive: dict[str, Any], site: Site
) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /\n")
    run(archive, quotas={"point": 1})
    assert manifest(at) == []
    run(archive, quotas={"point": 1}, permissions={"127.0.0.1": "our own server"})
    assert len(manifest(at)) == 1
    assert Ledger(at.ledger).permissions() == {"127.0.0.1": "our own server"}


def test_a_source_that_keeps_failing_is_left_alone_and_asked_in_the_next_run(
    run: Run, at: Places, archive: dict[str, Any], site: Site, told: list[str]
) -> None:
    site.fail("/pt/api/v1/search/videos", 500, times=9)
    peertube = {"kind": "peertube", "url": f"{site.url}/pt"}
    run(archive, peertube, quotas={"point": 1})
    assert len(manifest(at)) == 1 and len(told) == 1
    assert site.asked()["/pt/api/v1/search/videos"] <= 3
    late = [q for q in Ledger(at.ledger).queries() if q[2] == "late"]
    assert len(late) == site.asked()["/pt/api/v1/search/videos"]
    site.faults.clear()
    video = peertube_video(site, "u1", "Inside the nucleus of a cell", 4)
    site.put("/pt/api/v1/search/videos", {"total": 1, "data": [video]})
    run(archive, peertube, quotas={"point": 1})
    assert decisions(at)["u1"]["stage"] == "licence"


def test_an_answer_that_nobody_foresaw_costs_itself_alone(
    run: Run, at: Places, archive: dict[str, Any], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise KeyError("title")

    monkeypatch.setattr(Feed, "search", stumble)
    run(archive, {"kind": "feed", "url": f"{site.url}/feed.xml"}, quotas={"point": 1})
    assert len(manifest(at)) == 1
    (late,) = [q for q in Ledger(at.ledger).queries() if q[2] == "late"]
    assert "KeyError" in late[3]


def test_videos_of_a_listing_find_their_points(run: Run, at: Places, site: Site) -> None:
    entries = [
        item(title, site.put(f"/{n}.html", "<html></html>"), site.put(f"/{n}.mp4", b"media %d" % n))
        for n, title in enumerate(["The nucleus of a cell", "Baking bread", "Potential energy"])
    ]
    site.put("/feed.xml", rss(site, *entries))
    run({"kind": "feed", "url": f"{site.url}/feed.xml"})
    points = {video.title: video.knowledge_point for video in read_manifest(at.manifest)}
    assert points == {
        "The nucleus of a cell": "cell nucleus",
        "Potential energy": "potential energy",
    }
    assert decisions(at)["1.html"]["stage"] == "relevance"
    assert decisions(at)["1.html"]["score"] < decisions(at)["1.html"]["threshold"]


def test_a_folder_is_taken_where_it_is(run: Run, at: Places, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "Kinetic energy.mp4").write_bytes(b"media")
    granted = {"license": "CC BY 4.0", "license_evidence": "made by ourselves"}
    run({"kind": "folder", "url": str(own), **granted})
    (video,) = read_manifest(at.manifest)
    assert video.path == str(own / "Kinetic energy.mp4") and video.license == "cc-by-4.0"
    assert video.metadata["license_evidence"] == "stated in the plan: made by ourselves"
    assert video.source_url == ""


def test_new_entries_of_a_feed_come_when_it_is_asked_again(
    run: Run, at: Places, site: Site
) -> None:
    def publish(*titles: str) -> None:
        entries = [
            item(title, "", site.put(f"/{n}.mp4", b"media %d" % n))
            for n, title in enumerate(titles)
        ]
        site.put("/feed.xml", rss(site, *entries))

    source = {"kind": "feed", "url": f"{site.url}/feed.xml"}
    publish("Kinetic energy")
    run(source)
    publish("Kinetic energy", "Potential energy")
    run(source)
    assert manifest(at) == ["Kinetic energy"] and site.asked()["/feed.xml"] == 1
    run(source, again=True)
    assert manifest(at) == ["Kinetic energy", "Potential energy"]
    assert site.asked()["/feed.xml"] == 2 and site.asked()["/0.mp4"] == 1


def test_a_table_is_read_in_every_run(run: Run, at: Places, site: Site, tmp_path: Path) -> None:
    table, head = tmp_path / "t.csv", "url,media_url,title,license\n"
    first = f"{site.url}/1,{site.url}/1.mp4,Kinetic energy"
    site.put("/1.mp4", b"one")
    table.write_text(f"{head}{first},\n")
    run({"kind": "table", "path": str(table)})
    assert manifest(at) == []
    second = f"{site.url}/2,{site.put('/2.mp4', b'two')},Potential energy"
    table.write_text(f"{head}{first},CC BY 4.0\n{second},CC0\n")
    run({"kind": "table", "path": str(table)})
    assert sorted(manifest(at)) == ["Kinetic energy", "Potential energy"]


def test_an_enclosure_is_fetched_though_its_page_is_gone(run: Run, at: Places, site: Site) -> None:
    entry = item("Kinetic energy", f"{site.url}/nowhere", site.put("/1.mp4", b"media"))
    site.put("/feed.xml", rss(site, entry))
    run({"kind": "feed", "url": f"{site.url}/feed.xml"})
    assert not read_manifest(at.manifest)[0].problem


def test_what_robots_txt_closes_is_said_to_be_closed_by_it(
    run: Run, at: Places, site: Site
) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /closed/\n")
    entry = item("Kinetic energy", "", site.put("/closed/1.mp4", b"media"))
    site.put("/feed.xml", rss(site, entry))
    run({"kind": "feed", "url": f"{site.url}/feed.xml"})
    assert decisions(at)["1.mp4"]["stage"] == "robots.txt"
