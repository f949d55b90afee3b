"""Sources that list what they have: feeds, tables, folders, buckets and pages for yt-dlp."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import fsspec
import pytest

from vid2book.collect import plan
from vid2book.collect.outcomes import Gone, Refused
from vid2book.collect.rights import licence_of
from vid2book.collect.sources.feed import Feed
from vid2book.collect.sources.folder import Folder
from vid2book.collect.sources.table import Table
from vid2book.collect.sources.yt import Listing
from vid2book.collect.web import Web

from ....support.collected import item, rss
from ....support.site import Site

pytest.importorskip("yt_dlp", reason="the extra 'collect' is not installed")

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Series</title>
<entry><id>a</id><title>Waves</title><link href="https://example.org/a"/>
<link rel="enclosure" type="video/mp4" length="7" href="https://example.org/a.mp4"/>
<link rel="license" href="https://creativecommons.org/licenses/by-sa/3.0/"/>
<rights>Some rights</rights><updated>2022-03-04T05:06:07Z</updated></entry></feed>"""


def feed(site: Site, web: Web) -> Feed:
    return Feed(plan.Feed(kind="feed", url=f"{site.url}/feed.xml"), web)


def test_a_podcast_with_enclosures_needs_no_more_questions(site: Site, web: Web) -> None:
    length = "<itunes:duration>1:02:03</itunes:duration>"
    one = item("Waves", "https://example.org/1", "https://example.org/1.mp4", length)
    site.put("/feed.xml", rss(site, one, item("Sound", "https://example.org/2")))
    waves, sound = feed(site, web).search("", "").candidates
    assert waves.is_complete and not sound.is_complete
    assert waves.duration == 3723 and waves.language == "en" and waves.channel == "Lectures"
    assert waves.upload_date == "20240506" and waves.files[0].url == "https://example.org/1.mp4"
    assert licence_of(waves) == "cc-by-4.0" and "stated by the feed" in waves.license_evidence


def test_an_atom_entry_has_its_own_licence(site: Site, web: Web) -> None:
    site.put("/feed.xml", ATOM, "application/atom+xml")
    (waves,) = feed(site, web).search("", "").candidates
    assert licence_of(waves) == "cc-by-sa-3.0" and "entry a in http" in waves.license_evidence
    assert waves.files[0].size == 7 and waves.upload_date == "20220304"


LICENCES = """<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:cc="http://creativecommons.org/ns#" xmlns:podcast="https://podcastindex.org/namespace/1.0"
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:creativeCommons="http://backend.userland.com/creativeCommonsRssModule"
 xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Lectures</title><item><title>Waves</title>
 <enclosure url="/a.mp4" type="video/mp4"/>%s</item></channel></rss>"""


@pytest.mark.parametrize(
    "element",
    [
        '<media:license type="text/html" href="%s">Creative Commons</media:license>',
        "<dc:rights>%s</dc:rights>",
        "<dcterms:license>%s</dcterms:license>",
        '<cc:license rdf:resource="%s"/>',
        "<creativeCommons:license>%s</creativeCommons:license>",
        '<atom:link rel="license" href="%s"/>',
        '<podcast:license url="%s">cc</podcast:license>',
    ],
)
def test_the_elements_that_state_a_licence(site: Site, web: Web, element: str) -> None:
    site.put("/feed.xml", LICENCES % element % "http://creativecommons.org/licenses/by/3.0/")
    (waves,) = feed(site, web).search("", "").candidates
    assert licence_of(waves) == "cc-by-3.0" and "entry Waves" in waves.license_evidence


def test_rights_in_prose_are_no_licence(site: Site, web: Web) -> None:
    site.put("/feed.xml", ATOM.replace('<link rel="license"', '<link rel="x"'))
    (waves,) = feed(site, web).search("", "").candidates
    assert licence_of(waves) == "some rights"


def test_what_is_no_feed_is_told(site: Site, web: Web) -> None:
    site.put("/feed.xml", "<html>Not here</html>", "text/html")
    with pytest.raises(Gone, match="no RSS and no Atom"):
        feed(site, web).search("", "")


def test_a_table_gives_what_its_rows_tell(tmp_path: Path, web: Web) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "Title,URL,Licence,Knowledge Point,Duration\n"
        "Waves,https://example.org/1,CC BY 4.0,wave,60\n"
        "Not an address,here,CC BY 4.0,,\n,https://example.org/2,,,\n"
    )
    found = Table(plan.Table(kind="table", path=path), web).search("", "")
    assert [c.url for c in found.candidates] == ["https://example.org/1", "https://example.org/2"]
    waves = found.candidates[0]
    assert waves.point == "wave" and waves.duration == 60 and "list.csv" in waves.license_evidence
    assert found.cursor == ""


def test_an_address_of_a_file_in_a_table_is_asked_for_once(tmp_path: Path, web: Web) -> None:
    path = tmp_path / "list.csv"
    path.write_text("url\nhttps://example.org/1.mp4?key=2\nhttps://example.org/1.html\n")
    file, page = Table(plan.Table(kind="table", path=path), web).search("", "").candidates
    assert file.is_complete and file.files[0].url == file.url
    assert not page.is_complete and not page.files


def test_a_folder_with_info_files_is_taken_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"video")
    (tmp_path / "a.en.vtt").write_text("WEBVTT\n")
    info = {"title": "Waves", "license": "CC0", "webpage_url": "https://example.org/a", "id": "a1"}
    (tmp_path / "a.info.json").write_text(json.dumps(info))
    (found,) = Folder(plan.Folder(kind="folder", url=str(tmp_path))).search("", "").candidates
    assert found.path == str(tmp_path / "a.mp4") and found.url == "https://example.org/a"
    assert licence_of(found) == "cc0-1.0" and found.more["captions"].endswith("a.en.vtt")


def test_a_bucket_is_listed(tmp_path: Path) -> None:
    bucket = fsspec.filesystem("memory")
    bucket.pipe({"/lectures/1/a b.mp4": b"video", "/lectures/readme.txt": b"text"})
    try:
        (found,) = (
            Folder(plan.Folder(kind="folder", url="memory://lectures")).search("", "").candidates
        )
        assert found.url == "memory://lectures/1/a b.mp4" and found.files[0].size == 5
    finally:
        bucket.rm("/lectures", recursive=True)


def page(title: str, media: str) -> str:
    return (
        f"<html><head><title>{title}</title></head><body><video>"
        f'<source src="{media}" type="video/mp4"></video></body></html>'
    )


def test_ytdlp_lists_the_videos_of_a_feed_and_reads_a_page(site: Site, web: Web) -> None:
    site.put("/a.mp4", b"media")
    address = site.put("/a.html", page("Waves", "/a.mp4"))
    site.put("/list.xml", rss(site, item("Waves", address)))
    source = Listing(plan.YtDlp(kind="yt_dlp", url=f"{site.url}/list.xml"), web)
    (found,) = source.search("", "").candidates
    assert found.url == address and not found.is_complete
    (known,) = source.details(found)
    assert known.is_complete and known.title == "Waves"
    agents = {told["user-agent"] for path, told in site.requests}
    assert agents == {web.agent}


def test_ytdlp_obeys_robots_txt_and_reservations(site: Site, web: Web) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /closed/\n")
    site.put("/closed/a.mp4", b"media")
    address = site.put("/a.html", '<meta name="robots" content="noai">' + page("Waves", "/b.mp4"))
    source = Listing(plan.YtDlp(kind="yt_dlp", url=f"{site.url}/closed/a.mp4"), web)
    with pytest.raises(Refused, match=r"robots\.txt"):
        source.search("", "")
    source = Listing(plan.YtDlp(kind="yt_dlp", url=address), web)
    (found,) = source.search("", "").candidates
    with pytest.raises(Refused, match="noai"):
        source.details(found)
    assert site.asked()["/closed/a.mp4"] == 0


def test_a_search_on_youtube_is_off_until_it_is_permitted(web: Web) -> None:
    source = Listing(plan.YtDlpSearch(kind="yt_dlp_search"), web)
    with pytest.raises(Refused, match="YouTube's terms"):
        source.search("kinetic energy", "")


def test_cookies_are_read_and_never_written(site: Site, web: Web, tmp_path: Path) -> None:
    own = tmp_path / "cookies.txt"
    own.write_text(
        "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t4102444800\tsession\tsecret\n"
    )
    before = shutil.copy(own, tmp_path / "before.txt")
    site.put("/a.mp4", b"media")
    address = site.put("/a.html", page("Waves", "/a.mp4"), Set_Cookie="more=1; Max-Age=999")
    source = Listing(plan.YtDlp(kind="yt_dlp", url=address), web, own)
    (found,) = source.search("", "").candidates
    source.details(found)
    assert any("session=secret" in told.get("cookie", "") for _, told in site.requests)
    assert own.read_bytes() == Path(before).read_bytes()


ENCLOSURES_ALONE = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Series</title>
<entry><id>urn:uuid:1</id><title>Waves</title>
<link rel="enclosure" type="video/mp4" href="media/a.mp4"/></entry>
<entry><id>tag:example.org,2024:2</id><title>Sound</title>
<link rel="enclosure" href="https://example.org/b.webm?key=1"/></entry>
<entry><id>urn:uuid:5</id><title>Light</title>
<link rel="enclosure" href="https://example.org/play?id=5"/></entry>
<entry><id>urn:uuid:3</id><title>Heard</title>
<link rel="enclosure" type="audio/mpeg" href="https://example.org/c.mp3"/></entry>
<entry><id>http://example.org/id/4</id><title>Nothing</title></entry></feed>"""


def test_an_entry_without_a_page_is_its_enclosure_and_one_without_both_is_counted(
    site: Site, web: Web
) -> None:
    site.put("/feed.xml", ENCLOSURES_ALONE, "application/atom+xml")
    page = feed(site, web).search("", "")
    assert [c.url for c in page.candidates] == [
        f"{site.url}/media/a.mp4",
        "https://example.org/b.webm?key=1",
        "https://example.org/play?id=5",
    ]
    assert all(c.is_complete and c.files[0].url == c.url for c in page.candidates)
    assert page.left_out == {
        "no page, and an enclosure that is no video (audio/mpeg)": 1,
        "neither an enclosure nor a page": 1,
    }


def test_a_guid_is_a_page_only_if_it_is_an_address(site: Site, web: Web) -> None:
    def entry(guid: str, more: str = "") -> str:
        return f"<item><title>{guid}</title><guid>{guid}</guid>{more}</item>"

    media = '<enclosure url="/p2.mp4" type="video/mp4"/>'
    site.put("/feed.xml", rss(site, entry("p2", media), entry("https://example.org/p3", media)))
    short, address = feed(site, web).search("", "").candidates
    assert short.url == f"{site.url}/p2.mp4" and short.given_id == "p2"
    assert address.url == "https://example.org/p3"


def test_entries_that_share_the_page_of_their_series_are_videos_of_their_own(
    site: Site, web: Web
) -> None:
    entries = [item(f"Part {n}", f"{site.url}/all#{n}", f"{site.url}/{n}.mp4") for n in range(3)]
    site.put("/feed.xml", rss(site, *entries, item("Part 3", f"{site.url}/all#3")))
    found = feed(site, web).search("", "")
    assert len({c.key for c in found.candidates}) == 3
    assert found.left_out == {"a page that other entries have too": 1}


def test_a_feed_that_has_not_changed_is_not_sent_again(site: Site, web: Web) -> None:
    site.put("/feed.xml", rss(site, item("Waves", "https://example.org/1")), ETag='"one"')
    page = feed(site, web).search("", "")
    site.fail("/feed.xml", 304)
    unchanged = feed(site, web).search("", page.again)
    assert unchanged.candidates == [] and unchanged.again == page.again
    assert site.requests[-1][1]["if-none-match"] == '"one"'
