"""Manifests, folders and videos that are not on this machine."""

from __future__ import annotations

import gzip
import json

import pytest

from vid2book.manifest import ManifestError, read_manifest, read_sources
from vid2book.remote.urls import join, name_of, parent_of

from ...support import s3
from ...support.web import Web


def rows(*told: dict[str, str]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in told).encode()


def test_a_manifest_of_the_web(web: Web) -> None:
    url = web.put(
        "/course/list.jsonl.gz",
        gzip.compress(
            rows(
                {"path": "week 1/a.mp4", "captions": "week 1/a.en.vtt"},
                {"path": "/b.mp4", "source_url": "https://example.org/b"},
                {"path": "https://cdn.example/c.mp4?token=abcdefgh1"},
                {"path": "s3://bucket/d.mkv", "captions": ""},
            )
        ),
    )
    a, b, c, d = read_manifest(f"{url}?token=abcdefgh1")
    assert a.path == f"{web.url}/course/week%201/a.mp4" and a.video_id == "a"
    assert a.captions == f"{web.url}/course/week%201/a.en.vtt" and a.captions_language == "en"
    assert (a.source_url, b.source_url) == (a.path, "https://example.org/b")
    assert b.path == "/b.mp4" and "there is no file" in b.problem  # absolute: of this machine
    assert c.path.endswith("c.mp4?token=abcdefgh1") and c.source_url == "https://cdn.example/c.mp4"
    assert (d.path, d.video_id, d.source_url, d.problem) == ("s3://bucket/d.mkv", "d.mkv", "", "")


def test_a_folder_of_a_bucket(bucket: str) -> None:
    client, info = s3.client(), json.dumps({"title": "Waves", "language": "en"}).encode()
    for name, data in {
        "a.mp4": b"", "a.info.json": info, "a.en.vtt": b"WEBVTT\n", "a.de.vtt": b"WEBVTT\n",
        "two/b [aB3_-xYz012].mp4": b"", "c.mp4.part": b"", ".hidden/d.mp4": b"", "notes.txt": b"",
    }.items():  # fmt: skip
        client.pipe_file(f"{bucket}/lectures/{name}", data)
    found = read_sources([f"{bucket}/lectures"])
    a, b = found.videos
    assert (a.path, a.title) == (f"{bucket}/lectures/a.mp4", "Waves")
    assert a.captions == f"{bucket}/lectures/a.en.vtt"
    assert b.path == f"{bucket}/lectures/two/b [aB3_-xYz012].mp4" and b.video_id == "aB3_-xYz012"
    assert [passed.path for passed in found.passed_over] == ["c.mp4.part"]
    client.pipe_file(f"{bucket}/lectures/manifest.csv", b"path\nx.mp4\n")
    [x] = read_manifest(f"{bucket}/lectures/")
    assert x.path == f"{bucket}/lectures/x.mp4"


def test_other_peoples_columns(web: Web) -> None:
    table = rows(
        {"file_name": "a.mp4", "text": "of a video folder"},
        {"video_url": "https://cdn.example/b.webm"},
        {"url": "https://www.youtube.com/watch?v=aB3_-xYz012&token=abcdefgh1"},
        {"videoid": "1", "contentUrl": "https://cdn.example/d.mp4", "name": "not a.mp4"},
        {"video_uid": "1", "canonical_s3_location": "s3://bucket/e.mp4", "type": "mp4"},
        {"video": {"path": "f.mp4", "bytes": None}},
        {"preview": "https://cdn.example/p.mp4", "whole": "https://cdn.example/w.mp4"},
        {"path": "simplecache::s3://bucket/a.mp4"},
        {"path": "zip://a.mp4::https://example.org/a.zip"},
    )
    a, b, page, d, e, f, unsure, *chains = read_manifest(web.put("/m.jsonl", table))
    assert (a.path, b.path) == (f"{web.url}/a.mp4", "https://cdn.example/b.webm")
    assert "https://www.youtube.com/watch?v=aB3_-xYz012 is none: fetch" in page.problem
    assert "abcdefgh1" not in page.problem
    assert (d.path, e.path) == ("https://cdn.example/d.mp4", "s3://bucket/e.mp4")
    assert f.path == f"{web.url}/f.mp4" and "no 'path' of a video file" in unsure.problem
    assert all("is not followed" in chain.problem for chain in chains)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{web}/gone.jsonl?token=abcdefgh1", "/gone.jsonl: there is no such file"),
        ("{web}/lectures/", "a folder on the web has no list"),
        ("{web}/broken.parquet", "broken.parquet: cannot be read as parquet"),
        ("{web}/empty.csv", "empty.csv: no rows in it"),
        ("{bucket}/nothing", "there is no such folder, or nothing in it"),
        ("s3://no-such-bucket/x", "it cannot be listed"),
    ],
)
def test_a_source_that_cannot_be_read_is_told(
    web: Web, bucket: str, source: str, told: str
) -> None:
    web.put("/broken.parquet", b"PAR1 no parquet")
    web.put("/empty.csv", b"path,title\n")
    with pytest.raises(ManifestError) as error:
        read_manifest(source.format(web=web.url, bucket=bucket))
    assert told in str(error.value)
    assert "abcdefgh1" not in str(error.value) and "/tmp" not in str(error.value)


def test_places_are_joined() -> None:
    assert join("https://x.org/a/", "b c/d#1.mp4") == "https://x.org/a/b%20c/d%231.mp4"
    assert join("https://x.org/a/", "b%20c.mp4") == "https://x.org/a/b%20c.mp4"
    assert join("s3://bucket/a/", "../b/c d.mp4") == "s3://bucket/b/c d.mp4"
    assert join("s3://bucket/a/", "b\\c.mp4") == "s3://bucket/a/b/c.mp4"
    assert name_of("https://x.org/a/b%20c.mp4?x=1/2") == "b c.mp4"
    assert parent_of("https://x.org/a/b.mp4?x=1") == "https://x.org/a/"
    assert parent_of("hf://buckets/me/lectures/b.mp4") == "hf://buckets/me/lectures/"
