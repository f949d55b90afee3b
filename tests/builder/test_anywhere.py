"""A corpus whose store, manifest and videos are not on this machine is the same corpus."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from vid2book.builder import write_corpus
from vid2book.builder.source import fill, open_corpus
from vid2book.remote import identity, scratch

from ..support import s3
from ..support.library import Library, command, corpus_bytes, film, manifest, vid2book
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
    texts = [path for path in there if "/rehear-" in path]
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


@pytest.mark.parametrize("where", ["web", pytest.param("bucket", marks=pytest.mark.slow)])
def test_videos_from_elsewhere_give_the_same_corpus(
    lecture: Path, tmp_path: Path, web: Web, bucket: str, where: str
) -> None:
    for file in lecture.iterdir():
        web.put(f"/{file.name}", file.read_bytes())
        s3.client().pipe_file(f"{bucket}/{file.name}", file.read_bytes())
    there = {"web": f"{web.url}/manifest.jsonl?sig=secret", "bucket": bucket}[where]
    config = tmp_path / "captions.yaml"
    found = []
    for source in (lecture, there):
        corpus = open_corpus(source, config, tmp_path / "store")
        assert [event.failure for event in fill(corpus, 1)] == [""]
        write_corpus(corpus, out := tmp_path / f"corpus-{len(found)}")
        files = corpus_bytes(out)
        del files[".vid2book.json"]  # names the inputs, which are others
        found.append(files)
    assert found[0] == found[1]
    assert web.asked["GET /work.mp4"] <= 1  # one copy for all stages
    identity._known.clear()
    again = open_corpus(there, config, tmp_path / "store")
    assert [event.seconds for event in fill(again, 1)] == [0]
    assert web.asked["GET /work.mp4"] <= 1 and not scratch.folder().exists()


def test_what_cannot_be_had_costs_its_own_row(lecture: Path, tmp_path: Path, web: Web) -> None:
    web.put("/page.mp4", b"<html>", kind="text/html")
    web.put("/broken.mp4", b"no video at all")
    rows = [
        {"path": f"{web.url}/gone.mp4?sig=secret"},
        {"path": f"{web.url}/page.mp4?sig=secret"},
        {"path": f"{web.url}/broken.mp4?sig=secret"},
        {"path": "http://127.0.0.1:9/refused.mp4?sig=secret"},
        {"path": "s3://no-such-bucket/a.mp4"},
        {"path": "nowhere://a/b.mp4"},
    ]
    (tmp_path / "list.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    corpus = open_corpus(tmp_path / "list.jsonl", tmp_path / "captions.yaml", tmp_path / "store")
    told = {event.video.video_id: event.failure for event in fill(corpus, 1)}
    for name, reason in {
        "gone": "cannot be read: there is no such file (HTTP 404 Not Found)",
        "page": "cannot be read: it is a web page",
        "broken": "broken.mp4: not a readable video",
        "refused": "cannot be read: Connection refused",
        "a": "cannot be read: ",
        "b": "cannot be read: nothing is known of nowhere://",
    }.items():
        assert told[name].startswith(reason)
    assert "secret" not in "".join(told.values())


@pytest.mark.slow
def test_everything_in_a_bucket_and_a_run_that_is_killed(
    library: Library, bucket: str, tmp_path: Path
) -> None:
    """Videos, manifest and results in a bucket, and the run is killed twice on its way."""
    client = s3.client()
    for file in library.manifest.parent.iterdir():
        if file.is_file():
            client.put(str(file), f"{bucket}/lectures/{file.name}")
    out, store = tmp_path / "out", f"{bucket}/store"
    told = command("build", f"{bucket}/lectures", "-o", out, "--store", store, "--workers", 2)
    for seconds in (12, 25):
        with subprocess.Popen(told, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as build:
            with suppress(subprocess.TimeoutExpired):
                build.wait(seconds)
            build.kill()
    done = subprocess.run(told, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    here, there = corpus_bytes(library.out), corpus_bytes(out)
    del here[".vid2book.json"], there[".vid2book.json"]
    assert there == here
    checked = vid2book("store", "check", "--store", store)
    assert checked.returncode == 0 and ", 0 damaged" in checked.stdout
    assert len([path for path in s3.objects(store) if path.startswith("videos/")]) <= 4 * 3 + 2
