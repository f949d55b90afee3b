"""A bug in a worker costs its video, and leaves its whole traceback."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from vid2book.folder.layout import ERRORS, TABLES

from ..support.library import Library, manifest, vid2book


@pytest.fixture
def build(library: Library, tmp_path: Path):
    """Runs a build in whose speech model nobody would expect what there is."""
    model = tmp_path / "model"
    model.mkdir()
    (model / "model.bin").write_bytes(b"no weights")
    captions = tmp_path / "physics.srt"
    captions.write_text(
        "1\n00:00:00,500 --> 00:02:00,000\nThe kinetic energy of a body grows with the square of "
        "its velocity, and work is the product of force and distance in physics.\n"
    )
    rows = [
        {"video_id": video.video_id, "path": video.path} for video in library.corpus().videos[:2]
    ]
    rows[0]["captions"] = str(captions)
    source = manifest(tmp_path, rows)
    config = tmp_path / "broken.yaml"
    config.write_text(f"transcribe: {{model: {model}}}\n")

    def run(*options: object) -> subprocess.CompletedProcess[str]:
        out, store = tmp_path / "out", tmp_path / "store"
        return vid2book("build", source, "-o", out, "--store", store, "--config", config, *options)

    return run


def test_the_traceback_is_in_a_log_that_the_closing_message_names(build, tmp_path: Path) -> None:
    done = build()
    assert done.returncode == 1
    log = tmp_path / "out" / ERRORS
    assert "1 video failed with an unexpected error" in done.stderr
    assert str(log) in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr
    told = log.read_text()
    assert told.count("Traceback (most recent call last)") >= 1
    assert "in stage 'recognise' of video 'cells'" in told
    assert "faster_whisper.py" in told
    rows = pq.read_table(tmp_path / "out" / TABLES["videos"]).to_pylist()
    reasons = {row["video_id"]: row["reason"] for row in rows}
    assert reasons["physics"] == ""
    assert 0 < len(reasons["cells"]) <= 200 and "\n" not in reasons["cells"]


def test_a_model_that_cannot_be_loaded_is_no_bug(library: Library, tmp_path: Path) -> None:
    pytest.importorskip("open_clip", reason="needs the extra 'clip'")
    config = tmp_path / "clip.yaml"
    config.write_text("keyframes: {algorithm: clip, clip_weights: no_such_tag}\n")
    done = vid2book(
        "build", library.manifest, "-o", tmp_path / "out", "--store", tmp_path / "store",
        "--config", config, "--limit", 1,
    )  # fmt: skip
    assert done.returncode == 2
    told = " ".join(done.stderr.split())
    assert "cannot be loaded" in told and "tag of open_clip.list_pretrained()" in told
    assert "unexpected error" not in told and "Traceback" not in told
    assert not (tmp_path / "out").exists()


def test_verbose_shows_it(build, tmp_path: Path) -> None:
    done = build("-v")
    assert done.returncode == 1
    assert "Traceback (most recent call last)" in done.stderr
    assert (tmp_path / "out" / TABLES["default"]).is_dir()


def test_debug_stops_at_the_first(build, tmp_path: Path) -> None:
    done = build("--debug", "--workers", 1)
    assert done.returncode == 2
    assert "in stage 'recognise' of video 'cells'" in done.stderr
    assert (tmp_path / "out" / ERRORS).is_file()
    assert not (tmp_path / "out" / TABLES["default"]).exists()
