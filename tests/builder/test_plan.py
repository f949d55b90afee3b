"""`vid2book plan` tells what a build would take, and is near what it takes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from vid2book.builder.forecast import (
    LOADING,
    OTHER,
    ForecastError,
    forecast,
    length,
)
from vid2book.builder.source import open_corpus
from vid2book.folder.layout import LOG
from vid2book.pipeline.graph import STAGES
from vid2book.pipeline.names import SHOWN
from vid2book.records import Video
from vid2book.store import Store

from ..support.library import vid2book
from ..support.small_videos import small_library

_STARTING = 2.0  # CPU seconds that a build takes to import what it needs
LECTURES = Path(__file__).parents[2] / "examples" / "lectures"


def test_what_a_build_takes_is_told_by_stage(tmp_path: Path) -> None:
    manifest = small_library(tmp_path)
    done = vid2book(
        "plan", manifest, "--sample", 1, "--nodes", 3, "--workers", 1, "--price", 7,
        env={"PATH": "", "VID2BOOK_STORE": str(tmp_path / "store"), "COLUMNS": "200"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [line.split("│")[1:-1] for line in done.stdout.splitlines() if "│" in line]
    names = [row[0].strip() for row in rows]
    assert {"transcribe", "keyframes", "loading models", "all"} <= set(names)
    assert set(names) <= {*SHOWN, "clips", *("everything else", "writing the corpus"), *names[-2:]}
    assert all(re.search(r"[1-9]", "".join(row[1:])) for row in rows), "a row of zeros"
    last = done.stdout.splitlines()[-1]
    assert re.match(
        r"2 videos of 16 seconds in all: the build takes about [\d.]+ (seconds|minutes) on 3 "
        r"machines like this one with 3 workers and costs \d+\.\d\d in the currency of --price\. "
        r"What takes longest is loading models \(\d+%\)\. Estimated from 8 seconds of video\.",
        last,
    )
    assert not (tmp_path / "store").exists()  # nothing stays


@pytest.mark.slow
def test_a_script_reads_the_same(tmp_path: Path) -> None:
    done = vid2book(
        "plan", small_library(tmp_path), "--sample", 1, "--workers", 2, "--json", "-q",
        env={"PATH": "", "VID2BOOK_STORE": str(tmp_path / "store")},
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert (told["videos"], told["workers"], told["cost"]) == (2, 2, None)
    assert told["seconds"] > 0 and done.stderr == ""
    assert set(SHOWN) - {"interleave"} < {line["stage"] for line in told["stages"]}


def test_a_manifest_of_which_nothing_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_text("no video")
    corpus = open_corpus([tmp_path / "broken.mp4"], store=tmp_path / "store")
    with pytest.raises(ForecastError, match=r"used; the reason for broken: broken\.mp4: not a"):
        forecast(corpus, 1, 4, 1.0)


def test_the_length_of_many_videos_follows_from_some(tmp_path: Path) -> None:
    manifest = small_library(tmp_path)
    corpus = open_corpus([manifest])
    assert length(corpus) == pytest.approx(16.0, abs=0.5)
    many = [replace(corpus.videos[n % 2], video_id=str(n)) for n in range(900)]
    lost = [Video(f"lost {n}", str(tmp_path / "lost.mp4")) for n in range(100)]
    found = length(replace(corpus, videos=(*many, *lost), store=Store(tmp_path / "store")))
    assert found == pytest.approx(900 * 8, rel=0.1)


def test_what_happens_once_is_counted_once_however_many_videos_there_are(tmp_path: Path) -> None:
    few = open_corpus([small_library(tmp_path)], store=tmp_path / "store")
    many = replace(
        few, videos=tuple(replace(few.videos[n % 2], video_id=f"n{n}") for n in range(80))
    )
    one, other = (
        {line.name: line.cpu for line in forecast(corpus, 1, 1, 1.0).lines}
        for corpus in (few, many)
    )
    assert other["keyframes"] > 10 * one["keyframes"] > 0
    for name in (LOADING, OTHER):
        assert other[name] < 10 * one[name], f"{name}: of 2 and of 80 videos"


def test_the_storage_is_what_the_store_takes(tmp_path: Path) -> None:
    corpus = open_corpus([small_library(tmp_path)])
    told = {line.name: line.size for line in forecast(corpus, 1, 2, 1.0).lines}
    built = vid2book("build", tmp_path, "-o", tmp_path / "out", "--store", tmp_path / "store")
    assert built.returncode == 0, built.stderr
    taken = sum(f.stat().st_size for f in (tmp_path / "store" / "videos").rglob("*.zip"))
    assert told["keyframes"] > told["recognise"] > 0
    assert sum(told[stage.name] for stage in STAGES) == pytest.approx(taken, rel=0.2)


@pytest.mark.slow
def test_the_examples_take_what_was_told(tmp_path: Path) -> None:
    told = forecast(open_corpus([LECTURES]), 2, 4, 3.0, begun=_STARTING)
    out = tmp_path / "corpus"
    built = vid2book("build", LECTURES, "-o", out, "--store", tmp_path / "store", "--workers", 2)
    assert built.returncode == 0, built.stderr
    took = json.loads((out / LOG).read_text().splitlines()[-1])["cpu_seconds"]
    print(f"{told.cpu:.1f} s told, {took:.1f} s taken")
    assert told.cpu == pytest.approx(took, rel=0.25)
