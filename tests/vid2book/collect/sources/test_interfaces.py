"""The clients of public interfaces, on a loopback server that answers in their shapes.

The shapes are those of the documentation of each; none of this was tried on the real sites.
"""

from __future__ import annotations

from typing import Any

import pytest

from vid2book.collect import plan
from vid2book.collect.outcomes import Gone, Later, Unusable
from vid2book.collect.rights import licence_of, licence_refusal
from vid2book.collect.sources.base import Page
from vid2book.collect.sources.commons import Commons
from vid2book.collect.sources.every import queries, source_of
from vid2book.collect.sources.internet_archive import Archive
from vid2book.collect.sources.oai_pmh import OaiPmh
from vid2book.collect.sources.peertube import PeerTube
from vid2book.collect.taxonomy import KnowledgePoint
from vid2book.collect.web import Web
from vid2book.licences import OPEN

from ....support.collected import CC_BY, archive_answer, archive_item, peertube_video
from ....support.site import Site


def archive(site: Site, web: Web) -> Archive:
    return Archive(plan.InternetArchive(kind="internet_archive", url=f"{site.url}/ia"), web)


def test_archive_finds_items_and_their_files(site: Site, web: Web) -> None:
    media = b"not a video"
    told = archive_item(site, "energy", "Kinetic energy", media, file={"md5": "abc"})
    site.put("/ia/advancedsearch.php", archive_answer(told, {"title": "an item without a name"}))
    (found,) = archive(site, web).search("work: (energy)", "").candidates
    assert found.url == f"{site.url}/ia/details/energy" and not found.is_complete
    asked = next(path for path, _ in site.requests if "advancedsearch" in path)
    assert "mediatype%3Amovies" in asked and "work%5C%3A" in asked  # the colon is escaped
    (video,) = archive(site, web).details(found)
    assert video.is_complete and video.duration == 151.2 and video.upload_date == "20190304"
    assert video.description == "A lecture. Kinetic energy ." or "lecture" in video.description
    assert [f.url for f in video.files] == [f"{site.url}/ia/download/energy/energy.mp4"]
    assert video.files[0].checksum == "md5:abc" and video.files[0].height == 360
    assert licence_of(video) == "cc-by-4.0" and "licenseurl" in video.license_evidence


def test_an_item_with_a_course_in_it_is_several_videos(site: Site, web: Web) -> None:
    files = [
        {"name": "1 Work.mov", "source": "original", "length": "10:00"},
        {"name": "1 Work.mp4", "source": "derivative", "original": "1 Work.mov", "height": "480"},
        {"name": "1 Work.en.vtt", "source": "original"},
        {"name": "2 Power.mp4", "source": "original", "title": "Power", "length": "600.5"},
        {"name": "secret.mp4", "source": "original", "private": "true"},
    ]
    item = {"metadata": {"identifier": "course", "title": ["Mechanics"]}, "files": files}
    site.put("/ia/metadata/course", item)
    site.put("/ia/advancedsearch.php", archive_answer({"identifier": "course"}))
    source = archive(site, web)
    (found,) = source.search("work", "").candidates
    one, two = source.details(found)
    assert one.title == "Mechanics - 1 Work" and two.title == "Mechanics - Power"
    assert one.duration == 600 and len(one.files) == 2 and one.key != two.key
    assert one.files[1].url.endswith("/ia/download/course/1%20Work.mp4")
    assert [(c.language, c.url[-13:]) for c in one.captions] == [("en", "%20Work.en.vtt"[-13:])]


@pytest.mark.parametrize("answer", [{}, {"is_dark": True, "files": []}, [], {"files": [{}]}])
def test_an_item_that_is_dark_or_empty_is_gone(site: Site, web: Web, answer: Any) -> None:
    site.put("/ia/metadata/x", answer)
    site.put("/ia/advancedsearch.php", archive_answer({"identifier": "x"}))
    source = archive(site, web)
    with pytest.raises(Gone):
        source.details(source.search("x", "").candidates[0])


def test_peertube_goes_on_with_the_next_page(site: Site, web: Web) -> None:
    settings = plan.PeerTube(kind="peertube", url=f"{site.url}/pt", results=150)
    source = PeerTube(settings, web)
    videos = [peertube_video(site, f"u{i}", f"Video {i}", 1) for i in range(100)]
    site.put("/pt/api/v1/search/videos", {"total": 120, "data": videos})
    first = source.search("energy", "")
    assert len(first.candidates) == 100 and first.cursor == "100"
    live = peertube_video(site, "live", "Now", 1) | {"isLive": True}
    site.put("/pt/api/v1/search/videos", {"total": 120, "data": [live, *videos[:19]]})
    second = source.search("energy", first.cursor)
    assert len(second.candidates) == 19 and second.cursor == ""
    assert "start=100" in site.requests[-1][0] and "count=50" in site.requests[-1][0]


@pytest.mark.parametrize(
    ("number", "name"), [(1, "cc-by"), (7, "cc0-1.0"), (4, "cc-by-nc"), (None, "unknown")]
)
def test_peertube_tells_licences_by_number(
    site: Site, web: Web, number: int | None, name: str
) -> None:
    source = PeerTube(plan.PeerTube(kind="peertube", url=f"{site.url}/pt"), web)
    video = peertube_video(site, "u1", "Energy", number)
    site.put("/pt/api/v1/search/videos", {"total": 1, "data": [video]})
    (found,) = source.search("energy", "").candidates
    assert licence_of(found) == name
    assert bool(licence_refusal(found, OPEN)) == (number in (4, None))


def test_peertube_tells_the_files_of_an_instance(site: Site, web: Web) -> None:
    video = peertube_video(site, "u1", "Energy", 1)
    site.put("/pt/api/v1/search/videos", {"total": 1, "data": [video]})
    files = [{"fileUrl": f"{site.url}/1.mp4", "resolution": {"id": 720}, "size": 5}]
    sound = [{"fileUrl": f"{site.url}/0.mp4", "resolution": {"id": 0}, "size": 1}]
    told = video | {"files": files, "streamingPlaylists": [{"files": sound}]}
    site.put("/api/v1/videos/u1", told)
    captions = [
        {"language": {"id": "en"}, "captionPath": "/lazy/en.vtt"},
        {"language": {"id": "fr"}, "captionPath": "/lazy/fr.vtt", "automaticallyGenerated": True},
    ]
    site.put("/api/v1/videos/u1/captions", {"total": 2, "data": captions})
    source = PeerTube(plan.PeerTube(kind="peertube", url=f"{site.url}/pt"), web)
    (found,) = source.details(source.search("energy", "").candidates[0])
    assert [(f.height, f.size) for f in found.files] == [(720, 5)]
    assert [(c.language, c.url) for c in found.captions] == [("en", f"{site.url}/lazy/en.vtt")]
    assert found.channel == "Ada teaches" and found.upload_date == "20230506"


def commons_page(site: Site, number: int, licence: str = "CC BY-SA 4.0") -> dict[str, Any]:
    info = {
        "url": f"{site.url}/{number}.webm",
        "descriptionurl": f"{site.url}/wiki/File:{number}.webm",
        "mime": "video/webm",
        "size": 10,
        "height": 1080,
        "duration": 61.5,
        "sha1": "abc",
        "user": "Ada",
        "timestamp": "2021-02-03T04:05:06Z",
        "extmetadata": {
            "LicenseShortName": {"value": licence},
            "ObjectName": {"value": f"Video {number}"},
            "ImageDescription": {"value": "<b>About</b> &amp; more"},
            "Artist": {"value": '<a href="//x">Ada L.</a>'},
        },
        "derivatives": [
            {
                "src": f"{site.url}/{number}.480.webm",
                "type": "video/webm; codecs=vp9",
                "height": 480,
            },
            {"src": f"{site.url}/{number}.mp3", "type": "audio/mpeg"},
        ],
    }
    return {"pageid": number, "index": number, "title": f"File:{number}.webm", "videoinfo": [info]}


def test_commons_goes_on_where_it_says(site: Site, web: Web) -> None:
    settings = plan.Commons(kind="commons", url=f"{site.url}/w/api.php", results=3)
    source = Commons(settings, web)
    pages = [commons_page(site, 2), commons_page(site, 1), {"pageid": 3, "title": "File:x.ogg"}]
    more = {"gsroffset": 2, "continue": "gsroffset||"}
    site.put("/w/api.php", {"query": {"pages": pages[:2]}, "continue": more})
    first = source.search("energy", "")
    assert [c.title for c in first.candidates] == ["Video 1", "Video 2"]
    site.put("/w/api.php", {"query": {"pages": pages[2:]}})
    assert source.search("energy", first.cursor) == Page([])
    assert "gsroffset=2" in site.requests[-1][0]
    video = first.candidates[0]
    assert video.description == "About & more" and video.uploader == "Ada L."
    assert [(f.height, f.checksum) for f in video.files] == [(1080, "sha1:abc"), (480, "")]
    assert licence_of(video) == "cc-by-sa-4.0" and video.upload_date == "20210203"


def test_commons_that_lags_is_asked_later(site: Site, web: Web) -> None:
    site.put(
        "/w/api.php", {"error": {"code": "maxlag", "info": "Waiting for a server: 6 s lagged"}}
    )
    settings = plan.Commons(kind="commons", url=f"{site.url}/w/api.php")
    with pytest.raises(Later, match="lagged"):
        Commons(settings, web).search("energy", "")


RECORD = """<record><header{status}><identifier>oai:x:{n}</identifier></header><metadata>
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Lecture {n}</dc:title>
<dc:type>{kind}</dc:type><dc:identifier>doi:10/{n}</dc:identifier>
<dc:identifier>https://example.org/v/{n}</dc:identifier><dc:rights>All may use it</dc:rights>
<dc:rights>https://creativecommons.org/licenses/by/4.0/</dc:rights><dc:date>2020-01-02</dc:date>
<dc:language>ger</dc:language><dc:creator>Ada</dc:creator></oai_dc:dc></metadata></record>"""


def oai(*records: str, token: str = "") -> str:
    end = f"<resumptionToken>{token}</resumptionToken>" if token else "<resumptionToken/>"
    inner = "".join(records)
    return (
        f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{inner}{end}'
        "</ListRecords></OAI-PMH>"
    )


def test_oai_pmh_lists_videos_page_by_page(site: Site, web: Web) -> None:
    source = OaiPmh(plan.OaiPmh(kind="oai_pmh", url=f"{site.url}/oai", set="lectures"), web)
    one = RECORD.format(n=1, kind="MovingImage", status="")
    text = RECORD.format(n=2, kind="Text", status="")
    deleted = RECORD.format(n=3, kind="Video", status=' status="deleted"')
    site.put("/oai", oai(one, text, deleted, token="t 2"), "text/xml")
    first = source.search("", "")
    assert "set=lectures" in site.requests[-1][0]
    assert [c.url for c in first.candidates] == ["https://example.org/v/1"]
    assert first.cursor == "t 2"
    video = first.candidates[0]
    assert licence_of(video) == "cc-by-4.0" and video.uploader == "Ada"
    assert "dc:rights of record oai:x:1" in video.license_evidence
    site.put("/oai", oai(RECORD.format(n=4, kind="video/mp4", status="")), "text/xml")
    second = source.search("", first.cursor)
    assert len(second.candidates) == 1 and second.cursor == ""
    assert "resumptionToken=t" in site.requests[-1][0] and "set=" not in site.requests[-1][0]


@pytest.mark.parametrize(
    ("code", "kind"),
    [("noRecordsMatch", None), ("badVerb", Gone), ("cannotDisseminateFormat", Gone)],
)
def test_errors_of_oai_pmh(site: Site, web: Web, code: str, kind: type[Gone] | None) -> None:
    error = f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="{code}">no</error>'
    site.put("/oai", f"{error}</OAI-PMH>", "text/xml")
    source = OaiPmh(plan.OaiPmh(kind="oai_pmh", url=f"{site.url}/oai"), web)
    if kind is None:
        assert source.search("", "").candidates == []
    else:
        with pytest.raises(kind, match=code):
            source.search("", "")


def test_what_is_no_answer_is_asked_again_another_time(site: Site, web: Web) -> None:
    site.put("/oai", "<html>We are moving", "text/html")
    site.put("/pt/api/v1/search/videos", "<html>We are moving", "text/html")
    with pytest.raises(Later, match="no XML"):
        OaiPmh(plan.OaiPmh(kind="oai_pmh", url=f"{site.url}/oai"), web).search("", "")
    with pytest.raises(Later, match="no JSON"):
        PeerTube(plan.PeerTube(kind="peertube", url=f"{site.url}/pt"), web).search("a", "")


def test_rights_may_be_a_reference(site: Site, web: Web) -> None:
    record = RECORD.format(n=1, kind="Moving Image", status="")
    stated = f"<dc:rights>{CC_BY}</dc:rights>"
    assert stated in record
    rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    told = f'<dc:rights {rdf} rdf:resource="{CC_BY}"/>'
    site.put("/oai", oai(record.replace(stated, told)), "text/xml")
    source = OaiPmh(plan.OaiPmh(kind="oai_pmh", url=f"{site.url}/oai"), web)
    (video,) = source.search("", "").candidates
    assert licence_of(video) == "cc-by-4.0"


def test_a_query_that_several_points_have_is_for_none_of_them() -> None:
    points = [KnowledgePoint("Physics", "Optics", "Lenses", name) for name in ("a", "b", "c")]
    settings = plan.PeerTube(kind="peertube", query="{course}")
    assert queries(settings, points) == {"Optics": None}


@pytest.mark.parametrize(
    "answer",
    [
        "<rss version='2.0'><channel><title>A feed</title></channel></rss>",
        "<OAI-PMH xmlns='http://www.openarchives.org/OAI/2.0/'><Identify/></OAI-PMH>",
    ],
)
def test_xml_that_lists_no_records_is_no_answer(site: Site, web: Web, answer: str) -> None:
    site.put("/oai", answer, "text/xml")
    source = OaiPmh(plan.OaiPmh(kind="oai_pmh", url=f"{site.url}/oai"), web)
    with pytest.raises(Unusable, match="no list of OAI-PMH"):
        source.search("", "")


@pytest.mark.parametrize("answer", [{"error": "the index is down"}, [], {"data": None}])
@pytest.mark.parametrize("kind", ["internet_archive", "peertube", "commons"])
def test_json_without_a_list_is_no_answer(site: Site, web: Web, kind: str, answer: Any) -> None:
    """A search that found nothing has an empty list, which is another thing."""
    for path in ("/advancedsearch.php", "/api/v1/search/videos"):
        site.put(f"/x{path}", answer)
    site.put("/x", answer)
    settings = plan.Plan.model_validate({"sources": [{"kind": kind, "url": f"{site.url}/x"}]})
    with pytest.raises(Later):
        source_of(settings.sources[0], web).search("waves", "")
