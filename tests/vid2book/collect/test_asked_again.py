"""What is asked again in another run and what is not, and the reason that stays with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vid2book.collect.decide import Decisions
from vid2book.collect.ledger import Ledger
from vid2book.collect.places import Places
from vid2book.manifest import read_manifest

from ...support.collected import decisions, item, manifest, rss, stages
from ...support.site import Site

pytest.importorskip("yt_dlp", reason="the extra 'collect' is not installed")

Run = Callable[..., Decisions]


@pytest.fixture
def feed(site: Site) -> dict[str, Any]:
    """A feed of two videos on one point, each with its page."""
    entries = [
        item(
            f"Kinetic energy, part {n}",
            site.put(f"/{n}.html", "<html></html>"),
            site.put(f"/{n}.mp4", b"media %d" % n),
        )
        for n in range(2)
    ]
    site.put("/feed.xml", rss(site, *entries))
    return {"kind": "feed", "url": f"{site.url}/feed.xml"}


def states(at: Places) -> list[tuple[str, str]]:
    """State and reason of the queries without an answer."""
    return [(status, reason) for _, _, status, reason in Ledger(at.ledger).queries()]


@pytest.mark.parametrize("status", [401, 403, 451])
def test_a_list_that_turns_us_away_is_asked_again_by_request_alone(
    run: Run, at: Places, feed: dict[str, Any], site: Site, status: int
) -> None:
    closed = site.fail("/feed.xml", status, times=9)
    run(feed)
    run(feed)
    assert site.asked()["/feed.xml"] == 1
    ((state, reason),) = states(at)
    assert state == "closed" and str(status) in reason and "--again" in reason
    closed.times = 0
    run(feed, again=True)
    assert site.asked()["/feed.xml"] == 2 and len(manifest(at)) == 2


def test_a_search_that_turns_us_away_stands_for_all_its_queries(
    run: Run, at: Places, site: Site
) -> None:
    site.fail("/pt/api/v1/search/videos", 401, times=99)
    peertube = {"kind": "peertube", "url": f"{site.url}/pt", "query": "{point}"}
    run(peertube)
    first = site.asked()["/pt/api/v1/search/videos"]
    assert first == 3 and [state for state, _ in states(at)] == ["closed"]
    run(peertube)
    assert site.asked()["/pt/api/v1/search/videos"] == first
    run(peertube, again=True)
    assert site.asked()["/pt/api/v1/search/videos"] == 2 * first


@pytest.mark.parametrize("is_known", [True, False])
def test_a_page_that_reserves_its_rights_is_read_once(
    run: Run, at: Places, feed: dict[str, Any], site: Site, is_known: bool
) -> None:
    reserved = '<html><head><meta name="robots" content="noai"></head></html>'
    page = site.put("/0.html", reserved)
    site.put("/feed.xml", rss(site, item("Kinetic energy", page, f"{site.url}/0.mp4" * is_known)))
    run(feed)
    run(feed)
    assert site.asked()["/0.html"] == 1 and manifest(at) == []
    told = decisions(at)["0.html"]
    assert told["stage"] == "reserved rights" and "noai" in told["reason"]
    assert "--again asks once more" in told["reason"]
    site.put("/0.html", "<html></html>")
    run(feed, again=True)
    assert site.asked()["/0.html"] >= 2 and len(manifest(at)) == is_known


def test_a_video_that_wants_a_login_is_a_row_and_asked_again_by_request_alone(
    run: Run, at: Places, feed: dict[str, Any], site: Site
) -> None:
    closed = site.fail("/0.mp4", 401, times=9)
    run(feed)
    asked = site.asked()["/0.mp4"]
    run(feed)
    assert site.asked()["/0.mp4"] == asked
    (problem,) = [video.problem for video in read_manifest(at.manifest) if video.problem]
    assert "401" in problem and "--again asks once more" in problem
    assert decisions(at)["0.html"]["stage"] == "turned away"
    closed.times = 0
    run(feed, again=True)
    assert not any(video.problem for video in read_manifest(at.manifest))


def test_a_list_that_is_missing_has_no_answer_and_is_asked_in_the_next_run(
    run: Run, at: Places, feed: dict[str, Any], site: Site
) -> None:
    site.fail("/feed.xml", 404)
    run(feed)
    ((state, reason),) = states(at)
    assert state == "late" and "404" in reason and "--again" not in reason
    run(feed)
    assert len(manifest(at)) == 2


def test_missing_too_large_and_no_video_are_told_apart(
    run: Run, at: Places, site: Site, feed: dict[str, Any]
) -> None:
    site.put("/2.html", "<html><title>Kinetic energy, part 2</title></html>")
    entries = [
        item("Kinetic energy, part 0", f"{site.url}/0.html", f"{site.url}/0.mp4"),
        item("Kinetic energy, part 1", f"{site.url}/1.html", f"{site.url}/1.mp4"),
        item("Kinetic energy, part 2", f"{site.url}/2.html"),
    ]
    site.put("/feed.xml", rss(site, *entries))
    del site.things["/1.mp4"]
    run(feed, download={"keep_free_gb": 0, "max_gb": 1e-9})
    told = {name: row["stage"] for name, row in decisions(at).items()}
    assert told == {"0.html": "too large", "1.html": "not there", "2.html": "not usable"}


def test_what_was_too_large_is_fetched_by_a_plan_that_takes_it(
    run: Run, at: Places, feed: dict[str, Any], site: Site
) -> None:
    small = {"keep_free_gb": 0, "max_gb": 1e-9}
    run(feed, download=small)
    asked = site.asked()["/0.mp4"]
    run(feed, download=small)
    assert site.asked()["/0.mp4"] == asked
    run(feed)
    assert decisions(at)["0.html"]["stage"] == "fetched", decisions(at)["0.html"]


def test_what_robots_txt_closes_stays_closed_by_it_where_the_point_is_full(
    run: Run, at: Places, feed: dict[str, Any], site: Site
) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /0.\n")
    run(feed)
    assert decisions(at)["0.html"]["stage"] == "robots.txt"
    run(feed, quotas={"point": 1})  # the other video fills it
    assert decisions(at)["1.html"]["stage"] == "fetched"
    assert decisions(at)["0.html"]["stage"] == "robots.txt"


def test_decisions_have_addresses_as_their_sources_give_them(
    run: Run, at: Places, site: Site, tmp_path: Path
) -> None:
    table = tmp_path / "t.csv"
    page = f"{site.url}/Watch/?nolic&q=a%20b"
    media = site.put("/1.mp4", b"media")
    table.write_text(f"url,media_url,title,duration\n{page},{media},Kinetic energy,600\n")
    table.write_text(table.read_text() + f"{site.url}/copy/?x,{media},Kinetic energy,600\n")
    run({"kind": "table", "path": str(table), "license": "CC0", "license_evidence": "ours"})
    assert f'"url": "{page}"' in at.decisions.read_text()
    (copy,) = stages(at, "copy").values()
    assert copy["reason"].endswith(page)


def test_what_nothing_is_known_of_belongs_to_no_point_and_fills_none(
    run: Run, at: Places, site: Site, tmp_path: Path
) -> None:
    table = tmp_path / "t.csv"
    titles = ["Kinetic energy", "Potential energy", "The cell nucleus"]
    for n, title in enumerate(titles):
        site.put(f"/{n}.mp4", b"media %d" % n)
        site.put(f"/{n}.html", f"<html><title>{title}</title><video src='/{n}.mp4'></video></html>")
    table.write_text("url\n" + "".join(f"{site.url}/{n}.html\n" for n in range(3)))
    source = {"kind": "table", "path": str(table), "license": "CC0", "license_evidence": "ours"}
    run(source, quotas={"point": 1})
    # yt-dlp numbers the videos of a page.
    assert sorted(title.removesuffix(" (1)") for title in manifest(at)) == sorted(titles)
