"""The bounds on a video's length hold where its source states none, or a false one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vid2book.collect.decide import Decisions
from vid2book.collect.places import Places

from ...support.collected import decisions, item, manifest, rss, stages
from ...support.media import write_video
from ...support.screens import slide
from ...support.site import Site

pytest.importorskip("yt_dlp", reason="the extra 'collect' is not installed")

Run = Callable[..., Decisions]
LONG, SHORT = {"min_minutes": 0.1}, {"min_minutes": 0.01}  # of a video of two seconds


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("media") / "a.mp4"
    return write_video(path, [slide("Energy", ("one",))] * 10, 5).read_bytes()


@pytest.fixture
def feed(site: Site, media: bytes) -> dict[str, Any]:
    """A feed of two videos, of which it tells no length."""
    entries = [
        item(f"Kinetic energy, part {n}", "", site.put(f"/{n}.mp4", media)) for n in range(2)
    ]
    site.put("/feed.xml", rss(site, *entries))
    return {"kind": "feed", "url": f"{site.url}/feed.xml"}


def test_a_short_video_of_unknown_length_is_refused_once_it_is_measured(
    run: Run, at: Places, feed: dict[str, Any], site: Site
) -> None:
    run(feed, review=LONG)
    assert manifest(at) == []
    told = decisions(at)["0.mp4"]
    assert told["stage"] == "rules" and "kept" in told and not told["kept"]
    assert told["reason"] == (
        "0.0 minutes, shorter than 0.1 (measured after the download; it was unknown before)"
    )
    before = len(site.requests)
    run(feed, review=SHORT)  # another bound asks nobody
    assert len(manifest(at)) == 2 and len(site.requests) == before


def test_what_is_too_short_is_in_the_manifest_at_no_time(
    run: Run, at: Places, feed: dict[str, Any]
) -> None:
    class Watching:
        seen: set[str]

        def __init__(self) -> None:
            self.seen = set()

        def counted(self, candidates: int, rows: int) -> None:
            self.seen |= set(manifest(at)) if at.manifest.exists() else set()

        def downloading(self, title: str, size: int) -> None:
            self.counted(0, 0)

    watching = Watching()
    run(feed, review=LONG, quotas={"point": 1}, download={"keep_free_gb": 0, "at_once": 1},
        progress=watching)  # fmt: skip
    assert watching.seen == set()


def test_a_decision_says_that_a_length_is_not_known_yet(
    run: Run, at: Places, feed: dict[str, Any]
) -> None:
    run(feed, review=SHORT, quotas={"point": 1})
    waiting, fetched = sorted(stages(at, "rules").values(), key=lambda told: told["reason"])[::-1]
    assert waiting["kept"] and waiting["reason"].startswith("length unknown: its source states non")
    assert fetched["kept"] and "(measured after the download; it was unknown" in fetched["reason"]


def test_a_false_length_does_not_count(run: Run, at: Places, site: Site, media: bytes) -> None:
    stated = "<itunes:duration>10:00</itunes:duration>"
    entry = item("Kinetic energy", "", site.put("/1.mp4", media), stated)
    site.put("/feed.xml", rss(site, entry))
    run({"kind": "feed", "url": f"{site.url}/feed.xml"}, review=LONG)
    assert (
        "measured after the download; it is 10.0 by its source" in decisions(at)["1.mp4"]["reason"]
    )
    assert manifest(at) == []


def test_a_file_that_cannot_be_measured_stays_and_says_so(run: Run, at: Places, site: Site) -> None:
    site.put("/feed.xml", rss(site, item("Kinetic energy", "", site.put("/1.mp4", b"no video"))))
    run({"kind": "feed", "url": f"{site.url}/feed.xml"}, review=LONG)
    assert manifest(at) == ["Kinetic energy"]
    assert "length unknown" in stages(at, "rules")["1.mp4"]["reason"]
    assert "not a readable video" in stages(at, "rules")["1.mp4"]["reason"]


def test_videos_of_an_earlier_run_that_were_not_measured_are(
    run: Run, at: Places, tmp_path: Path, media: bytes
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "Kinetic energy.mp4").write_bytes(media)
    source = {"kind": "folder", "url": str(own), "license": "CC0", "license_evidence": "ours"}
    run(source, review=SHORT)
    assert manifest(at) == ["Kinetic energy"]
    with sqlite3.connect(at.ledger) as db:
        db.execute("delete from parts where part = 'length'")
    run(source, review=LONG)
    assert manifest(at) == []


def test_a_refused_file_that_was_deleted_is_not_fetched_again(
    run: Run, at: Places, feed: dict[str, Any], site: Site
) -> None:
    run(feed, review=LONG)
    for file in at.videos.glob("*.mp4"):
        file.unlink()
    before = len(site.requests)
    run(feed, review=LONG)
    assert len(site.requests) == before and decisions(at)["0.mp4"]["stage"] == "rules"
