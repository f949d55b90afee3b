"""From a taxonomy to a published corpus: collect, build and push, all over loopback."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from datasets import load_dataset

from vid2book.manifest import read_manifest

from ..support.collected import archive_answer, archive_item, item, peertube_video, rss
from ..support.hub.server import Hub
from ..support.library import LECTURES, command, film, vid2book
from ..support.site import Site

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
pytest.importorskip("yt_dlp", reason="the extra 'collect' is not installed")

TAXONOMY = """
subject: Science
courses:
  Physics:
    Energy: [kinetic energy, work]
  Biology:
    Cells: [cell nucleus]
  Computing:
    Searching: [binary search]
"""
CAPTIONS = """WEBVTT

00:00.300 --> 00:04.000
The nucleus of a cell stores the genes.

00:04.000 --> 00:08.000
Ribosomes read a copy of the genes and build proteins from amino acids.
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Three sources: an archive, an instance of PeerTube and a feed."""
    films = {name: film(tmp_path / f"{name}.mp4", shots) for name, shots in LECTURES.items()}
    media = {name: path.read_bytes() for name, path in films.items()}
    with Site() as site:
        site.put("/robots.txt", "User-agent: *\nDisallow: /closed/\n")
        items = [
            archive_item(site, "energy", "Work and kinetic energy", media["physics"]),
            archive_item(site, "sold", "Kinetic energy of bodies", media["physics"],
                         "https://creativecommons.org/licenses/by-nc/4.0/"),
            archive_item(site, "lost", "Kinetic energy explained", media["physics"]),
        ]  # fmt: skip
        del site.things["/ia/download/lost/lost.mp4"]
        site.put("/ia/advancedsearch.php", archive_answer(*items))

        video = peertube_video(site, "11d08e05", "Binary search in a sorted list", 1)
        site.put("/pt/api/v1/search/videos", {"total": 1, "data": [video]})
        address = site.put("/static/sorting.mp4", media["sorting"])
        file = {
            "fileDownloadUrl": address,
            "resolution": {"id": 360},
            "size": len(media["sorting"]),
        }
        site.put("/api/v1/videos/11d08e05", video | {"files": [file]})
        site.put("/api/v1/videos/11d08e05/captions", {"total": 0, "data": []})
        site.put("/w/11d08e05", "<html><body>Binary search</body></html>", "text/html")

        site.put("/media/cells.mp4", media["cells"])
        site.put("/media/cells.en.vtt", CAPTIONS)
        page = """<html><head><title>Inside the cell nucleus</title></head><body>
        <video><source src="/media/cells.mp4" type="video/mp4">
        <track kind="subtitles" srclang="en" src="/media/cells.en.vtt"></video></body></html>"""
        entries = [
            item("Inside the cell nucleus", site.put("/lectures/cells.html", page)),
            item("The cell nucleus, closed", site.put("/closed/cells.html", page)),
            item("The cell nucleus, reserved", site.put("/r.html", page, tdm_reservation="1")),
        ]
        site.put("/feed.xml", rss(site, *entries))
        yield site


def test_killed_and_resumed_from_a_taxonomy_to_the_hub(
    site: Site, hub: Hub, env: dict[str, str], push, tmp_path: Path
) -> None:
    taxonomy, plan = tmp_path / "science.yaml", tmp_path / "plan.yaml"
    taxonomy.write_text(TAXONOMY)
    sources = [
        {"kind": "internet_archive", "url": f"{site.url}/ia"},
        {"kind": "peertube", "url": f"{site.url}/pt"},
        {"kind": "feed", "url": f"{site.url}/feed.xml"},
    ]
    more = {
        "manners": {"contact": "test@example.org", "seconds_between": 0},
        "review": {"min_minutes": 0},
        "download": {"keep_free_gb": 0, "at_once": 1},
    }
    plan.write_text(yaml.safe_dump({"sources": sources, **more}))
    manifest = tmp_path / "collected" / "manifest.jsonl"
    asked = ("collect", taxonomy, "-o", manifest, "--plan", plan)

    # One lecture breaks off in the middle, another is put off, and the process is killed.
    cut = site.fail("/ia/download/energy/energy.mp4", 0)
    busy = site.fail("/lectures/cells.html", 429, headers={"Retry-After": "1"})
    with subprocess.Popen(command(*asked)) as running:
        assert cut.reached.wait(60)
        wait_for_half(manifest)
        running.send_signal(signal.SIGKILL)
    cut.release.set()
    if manifest.exists():  # what is there can be read at any moment
        assert {v.title for v in read_manifest(manifest) if v.problem} <= {
            "Kinetic energy explained"
        }

    done = vid2book(*asked)
    assert done.returncode == 0, done.stderr
    assert busy.reached.is_set()
    counts = site.asked()
    assert counts["/ia/advancedsearch.php"] == 4  # once for each point, in both runs together
    assert counts["/pt/api/v1/search/videos"] == 4
    assert counts["/feed.xml"] == 1
    parts = [
        h["range"] for path, h in site.requests if path.endswith("energy.mp4") and "range" in h
    ]
    assert any(not part.startswith("bytes=0-") for part in parts)
    assert not any(path.startswith("/closed/") for path, _ in site.requests)

    reasons = last_reasons(manifest)
    assert reasons["/ia/details/sold"] == (
        "its licence is cc-by-nc-4.0, which the plan does not take"
    )
    assert "robots.txt" in reasons["/closed/cells.html"]
    assert "tdm-reservation" in reasons["/r.html"]
    assert "404" in reasons["/ia/details/lost"]
    assert [reasons[path] for path in KEPT] == ["fetched"] * 3

    videos = {video.title: video for video in read_manifest(manifest)}
    assert "not fetched" in videos.pop("Kinetic energy explained").problem
    cells = videos["Inside the cell nucleus"]
    assert cells.captions and cells.captions_language == "en" and cells.license == "cc-by-4.0"
    assert cells.metadata["license_evidence"] == f"stated by the feed in {site.url}/feed.xml"
    assert cells.knowledge_point == "cell nucleus" and cells.metadata["upload_date"] == "20240506"

    again = len(site.requests)
    assert vid2book(*asked).returncode == 0
    assert {path for path, _ in site.requests[again:]} <= {
        "/robots.txt", "/.well-known/tdmrep.json", "/closed/cells.html", "/r.html",
    }  # fmt: skip

    corpus = tmp_path / "corpus"
    built = vid2book("build", manifest, "-o", corpus, "--store", tmp_path / "store", "--workers", 1)
    assert built.returncode == 1 and "not fetched" in built.stderr  # one video has failed
    assert push(corpus, "1.0.0").exit_code == 0
    rows = load_dataset(str(corpus), "videos", split="train")
    status = {row["title"]: row["status"] for row in rows}
    assert status.pop("Kinetic energy explained") == "failed"
    assert set(status.values()) == {"kept"} and len(status) == 3
    assert "README.md" in hub.repos["org/name"].at("1.0.0").files


def wait_for_half(manifest: Path) -> None:
    """Until some of a file that breaks off is on the disk."""
    folder, end = manifest.with_name("manifest.videos"), time.monotonic() + 30
    while not any(part.stat().st_size for part in folder.glob("*.part")):
        assert time.monotonic() < end
        time.sleep(0.05)


KEPT = ["/ia/details/energy", "/w/11d08e05", "/lectures/cells.html"]


def last_reasons(manifest: Path) -> dict[str, str]:
    """By the path of the page, why it was taken or not in the end."""
    lines = manifest.with_name("manifest.decisions.jsonl").read_text().splitlines()
    told = [json.loads(line) for line in lines]
    return {"/" + row["url"].split("/", 3)[3]: row["reason"] for row in told}
