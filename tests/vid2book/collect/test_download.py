"""What becomes of a download, with yt-dlp's own code on a loopback site."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from vid2book.collect.candidate import Candidate, CaptionFile, MediaFile
from vid2book.collect.download import Downloader, OutOfSpaceError, video_id
from vid2book.collect.facts import PartRow
from vid2book.collect.ledger import Ledger
from vid2book.collect.plan import Download
from vid2book.collect.web import Web

from ...support.media import write_video
from ...support.screens import slide
from ...support.site import Site

pytest.importorskip("yt_dlp", reason="the extra 'collect' is not installed")

Fetch = Callable[..., PartRow]


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = write_video(
        tmp_path_factory.mktemp("media") / "a.mp4", [slide("Waves", ("one",))] * 5, 5
    )
    return path.read_bytes()


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "m.ledger.sqlite")


@pytest.fixture
def fetch(web: Web, ledger: Ledger, tmp_path: Path) -> Fetch:
    """Fetches a candidate; what the ledger says then."""

    def run(candidate: Candidate, **settings: Any) -> PartRow:
        wanted = Download(**({"keep_free_gb": 0} | settings))
        folder = tmp_path / "m.videos"
        Downloader(wanted, web, ledger, folder, tmp_path / "m.archive.txt").fetch(candidate)
        return ledger.parts("media")[candidate.key]

    return run


def candidate(site: Site, files: Sequence[MediaFile], **more: Any) -> Candidate:
    site.put("/page.html", "<html><head><title>Waves</title></head></html>")
    told = {"title": "Waves", "license": "CC BY 4.0", "language": "en"} | more
    return Candidate(f"{site.url}/page.html", "s", files=tuple(files), is_complete=True, **told)


def test_the_smallest_file_of_the_highest_picture_that_is_wanted(
    site: Site, fetch: Fetch, media: bytes, tmp_path: Path
) -> None:
    heights = [(1080, 900), (720, 500), (720, 300), (360, 100)]
    files = [
        MediaFile(site.put(f"/{height}-{size}.mp4", media), height, size)
        for height, size in heights
    ]
    part = fetch(candidate(site, files))
    assert part.status == "done"
    assert [path for path in site.asked() if path.endswith(".mp4")] == ["/720-300.mp4"]
    path = Path(part.result["path"])
    assert path.read_bytes() == media
    assert part.result["sha256"] == hashlib.sha256(media).hexdigest()
    assert (tmp_path / "m.archive.txt").read_text().startswith("generic ")
    info = json.loads(path.with_suffix(".info.json").read_text())
    assert info["license"] == "CC BY 4.0" and info["webpage_url"] == f"{site.url}/page.html"


def test_captions_of_the_videos_language_come_with_it(
    site: Site, fetch: Fetch, ledger: Ledger, media: bytes
) -> None:
    told = "WEBVTT\n\n00:00.000 --> 00:01.000\nWaves.\n"
    captions = tuple(
        CaptionFile(site.put(f"/{name}.vtt", told), name) for name in ("en-GB", "fr", "de")
    )
    file = MediaFile(site.put("/a.mp4", media))
    part = fetch(candidate(site, [file], captions=captions))
    assert part.result["captions"].endswith(".en-GB.vtt")
    assert part.result["captions_language"] == "en-GB"
    assert not site.asked()["/fr.vtt"]
    assert ledger.parts("captions").popitem()[1].status == "done"


def test_lost_captions_cost_no_video(
    site: Site, fetch: Fetch, ledger: Ledger, media: bytes
) -> None:
    file = MediaFile(site.put("/a.mp4", media))
    lost = CaptionFile(f"{site.url}/lost.vtt", "en")
    part = fetch(candidate(site, [file], captions=(lost,)))
    assert part.status == "done" and part.result["captions"] == ""
    assert ledger.parts("captions").popitem()[1].status == "gone"


def test_a_download_goes_on_where_it_broke_off(site: Site, fetch: Fetch, media: bytes) -> None:
    file = MediaFile(site.put("/a.mp4", media), 0, len(media), "md5:" + _md5(media))
    broken = site.fail("/a.mp4", 0)
    broken.release.set()  # half of it, and the connection is closed
    first = fetch(candidate(site, [file]))
    again = fetch(candidate(site, [file]))
    assert (first.status, again.status) == ("late", "done")
    ranges = [told["range"] for path, told in site.requests if path == "/a.mp4" and "range" in told]
    assert any(0 < int(asked[6:].partition("-")[0]) <= len(media) // 2 for asked in ranges)


def test_another_file_than_the_source_tells_is_not_kept(
    site: Site, fetch: Fetch, media: bytes, tmp_path: Path
) -> None:
    file = MediaFile(site.put("/a.mp4", media), checksum="sha1:" + "0" * 40)
    part = fetch(candidate(site, [file]))
    assert part.status == "late" and "sha1" in part.reason
    assert not list((tmp_path / "m.videos").glob("*.mp4"))


@pytest.mark.parametrize(
    ("path", "status", "wanted"),
    [("/a.mp4", 404, "gone"), ("/a.mp4", 403, "closed"), ("/page.html", 410, "gone"),
     ("/page.html", 403, "closed"), ("/a.mp4", 429, "late")],
)  # fmt: skip
def test_why_there_is_no_video_stays_with_it(
    site: Site, fetch: Fetch, media: bytes, path: str, status: int, wanted: str
) -> None:
    file = MediaFile(site.put("/a.mp4", media))
    video = candidate(site, [file])
    site.fail(path, status, times=99)
    part = fetch(video)
    assert part.status == wanted and str(status) in part.reason


def test_media_that_robots_txt_closes_are_refused(site: Site, fetch: Fetch, media: bytes) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /media/\n")
    part = fetch(candidate(site, [MediaFile(site.put("/media/a.mp4", media))]))
    assert part.status == "refused" and "robots.txt" in part.reason
    assert not site.asked()["/media/a.mp4"]


def test_reserved_media_are_refused_before_their_bytes(
    site: Site, fetch: Fetch, media: bytes, tmp_path: Path
) -> None:
    address = site.put("/a.mp4", media, tdm_reservation="1")
    part = fetch(candidate(site, [MediaFile(address)]))
    assert part.status == "closed" and "tdm-reservation" in part.reason
    assert not list((tmp_path / "m.videos").iterdir())


def test_what_is_too_large_is_left(site: Site, fetch: Fetch, media: bytes) -> None:
    part = fetch(candidate(site, [MediaFile(site.put("/a.mp4", media))]), max_gb=1e-6)
    assert part.status == "gone" and "larger than" in part.reason


def test_a_full_disk_ends_the_collection(site: Site, fetch: Fetch, media: bytes) -> None:
    with pytest.raises(OutOfSpaceError, match="keep_free_gb"):
        fetch(candidate(site, [MediaFile(site.put("/a.mp4", media))]), keep_free_gb=1e9)


def test_bandwidth_is_bounded(site: Site, fetch: Fetch, media: bytes) -> None:
    large = media + bytes(400_000)
    started = time.monotonic()
    rate = {"megabytes_per_second": 0.4, "at_once": 1}
    assert fetch(candidate(site, [MediaFile(site.put("/a.mp4", large))]), **rate).status == "done"
    assert time.monotonic() - started > 0.5


def test_a_page_with_a_video_is_read_by_ytdlp(site: Site, fetch: Fetch, media: bytes) -> None:
    site.put("/a.mp4", media)
    video = candidate(site, [])
    source = '<video><source src="/a.mp4" type="video/mp4"></video>'
    site.put("/page.html", f"<html><title>Waves</title><body>{source}</body></html>")
    part = fetch(video)
    assert part.status == "done" and Path(part.result["path"]).read_bytes() == media


def test_a_playlist_of_segments_is_joined(site: Site, fetch: Fetch, media: bytes) -> None:
    half = len(media) // 2
    site.put("/0.ts", media[:half])
    site.put("/1.ts", media[half:])
    lines = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n0.ts\n#EXTINF:1,\n1.ts\n#EXT-X-ENDLIST\n"
    site.put("/a.m3u8", lines, "application/vnd.apple.mpegurl")
    video = candidate(site, [])
    source = '<video><source src="/a.m3u8" type="application/x-mpegURL"></video>'
    site.put("/page.html", f"<html><title>Waves</title><body>{source}</body></html>")
    part = fetch(video)
    assert part.status == "done", part.reason
    assert Path(part.result["path"]).stat().st_size >= len(media) - 1


def test_a_page_without_a_video_is_told(site: Site, fetch: Fetch) -> None:
    part = fetch(candidate(site, []))
    assert part.status == "gone" and "page.html" in part.reason


def test_ids_name_files_and_differ() -> None:
    youtube = Candidate("https://youtu.be/-QWERTYuio1", "s")
    assert video_id(youtube) == "-QWERTYuio1"
    names = [
        video_id(Candidate(url, "s", given_id="Über: 1/2"))
        for url in ("https://a.org/1", "https://a.org/2")
    ]
    assert names[0] != names[1] and all(name.startswith("Uber-1-2-") for name in names)


def _md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


def test_a_disk_that_fills_up_on_the_way_is_no_fault_of_the_video(
    site: Site, fetch: Fetch, ledger: Ledger, media: bytes
) -> None:
    resource = pytest.importorskip("resource", reason="Windows has no limits of this kind")
    video = candidate(site, [MediaFile(site.put("/a.mp4", media + bytes(4_000_000)))])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
    try:
        with pytest.raises(OutOfSpaceError):
            fetch(video)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert video.key not in ledger.parts("media")
    assert fetch(video).status == "done"


@pytest.mark.parametrize("there", [1.0, 1.5])
def test_a_part_that_is_whole_or_too_long_is_no_dead_end(
    site: Site, fetch: Fetch, media: bytes, tmp_path: Path, there: float
) -> None:
    """A run was killed after the last byte, or the file has become a shorter one."""
    video = candidate(site, [MediaFile(site.put("/a.mp4", media))])
    part = tmp_path / "m.videos" / f"{video_id(video)}.mp4.part"
    part.parent.mkdir()
    part.write_bytes((media * 2)[: int(there * len(media))])
    found = fetch(video)
    assert found.status == "done", found.reason
    assert Path(found.result["path"]).read_bytes() == media
