"""A corpus whose store, manifest and videos are not on this machine is the same corpus."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ..support import s3
from ..support.library import Library, corpus_bytes, film, manifest, vid2book
from ..support.screens import PHYSICS, slide
from ..support.web import Web

_CAPTIONS = """WEBVTT

00:00:00.000 --> 00:00:03.000
Work is the product of force and distance, and its unit is the joule.

00:00:03.000 --> 00:00:06.000
The kinetic energy of a body grows with the square of its velocity.
"""
_CONFIG = "transcribe: {backend: captions}\n"


def test_a_store_in_a_bucket_gives_the_same_corpus(
    library: Library, bucket: str, tmp_path: Path
) -> None:
    """What is there is found, and what is taken away is made again, and that alone."""
    client = s3.client()
    client.put(f"{library.store}/", f"{bucket}/store/", recursive=True)
    there = s3.objects(f"{bucket}/store")
    arguments = ("build", library.manifest, "--store", f"{bucket}/store", "--workers", 1)
    first = vid2book(*arguments, "-o", tmp_path / "first")
    assert first.returncode == 0, first.stderr
    assert first.stderr.count("in the store") == 3
    assert corpus_bytes(tmp_path / "first") == corpus_bytes(library.out)
    assert s3.objects(f"{bucket}/store") == there
    texts = [path for path in there if "/legible-" in path]
    assert len(texts) == 3
    client.rm_file(f"{bucket}/store/{texts[0]}")
    again = vid2book(*arguments, "-o", tmp_path / "again")
    assert again.returncode == 0, again.stderr
    assert again.stderr.count("in the store") == 2
    assert corpus_bytes(tmp_path / "again") == corpus_bytes(library.out)
    assert s3.objects(f"{bucket}/store") == there


@pytest.fixture
def lecture(tmp_path: Path) -> Path:
    """A folder with one short lecture, its captions, and a manifest."""
    folder = tmp_path / "course"
    folder.mkdir()
    film(folder / "work.mp4", [(slide("Work and energy", PHYSICS[:2]), ""), (slide("End", ()), "")])
    (folder / "work.en.vtt").write_text(_CAPTIONS)
    row = {"path": "work.mp4", "captions": "work.en.vtt", "title": "Work and energy"}
    manifest(folder, [row | {"source_url": "https://example.org/work"}])
    (tmp_path / "captions.yaml").write_text(_CONFIG)
    return folder


@pytest.mark.parametrize("where", ["web", "bucket"])
def test_videos_from_elsewhere_give_the_same_corpus(
    lecture: Path, tmp_path: Path, web: Web, bucket: str, where: str
) -> None:
    for file in lecture.iterdir():
        web.put(f"/{file.name}", file.read_bytes())
        s3.client().put(str(file), f"{bucket}/{file.name}")
    source = {"web": f"{web.url}/manifest.jsonl?sig=secret", "bucket": bucket}[where]
    for name, given in (("here", lecture), ("there", source)):
        out = ("-o", tmp_path / name, "--store", tmp_path / "store", "--workers", 2)
        told = vid2book("build", given, *out, "--config", tmp_path / "captions.yaml")
        assert told.returncode == 0, told.stderr
    assert corpus_bytes(tmp_path / "there") == corpus_bytes(tmp_path / "here")
    assert web.asked["GET /work.mp4"] <= 1  # one copy for all stages
    again = vid2book("build", source, *out, "--config", tmp_path / "captions.yaml")
    assert "in the store" in again.stderr and web.asked["GET /work.mp4"] <= 1


def test_what_cannot_be_had_costs_its_own_row(lecture: Path, tmp_path: Path, web: Web) -> None:
    web.put("/page.mp4", b"<html>", kind="text/html")
    web.put("/broken.mp4", b"no video at all")
    rows = [
        {"path": str(lecture / "work.mp4"), "captions": str(lecture / "work.en.vtt")},
        {"path": f"{web.url}/gone.mp4?sig=secret"},
        {"path": f"{web.url}/page.mp4?sig=secret"},
        {"path": f"{web.url}/broken.mp4?sig=secret"},
        {"path": "s3://no-such-bucket/a.mp4"},
        {"path": "nowhere://a/b.mp4"},
    ]
    (tmp_path / "list.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = vid2book(
        "build", tmp_path / "list.jsonl", "-o", tmp_path / "out", "--store", tmp_path / "store",
        "--config", tmp_path / "captions.yaml", env=_wide(),
    )  # fmt: skip
    assert told.returncode == 1, told.stderr
    for reason in (
        "gone: failed, cannot be read: there is no such file (HTTP 404 Not Found)",
        "page: failed, cannot be read: it is a web page",
        "broken: failed, broken.mp4: not a readable video",
        "cannot be read: nothing is known of nowhere://",
    ):
        assert reason in told.stderr
    assert told.stderr.count("failed, ") == 5 and "work: failed" not in told.stderr
    assert "secret" not in told.stderr + "".join(map(str, corpus_bytes(tmp_path / "out").values()))


def _wide() -> dict[str, str]:
    return os.environ | {"COLUMNS": "300"}
