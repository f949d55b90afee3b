"""From corpora to numbers: every measure sees every sample, and equal seeds give equal numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vid2book.eval import measure
from vid2book.eval.corpora import CorpusError
from vid2book.eval.measures import MEASURES

from ..support.corpora import row, write_parquet

# What others rely on, by name.
PROMISED = (
    "image_text_lift image_text_recall_at_1 insi_sim insi_sim_as_released coherence "
    "duplicate_image_share duplicate_text_share contamination"
).split()


@pytest.fixture
def corpora(tmp_path: Path) -> tuple[Path, Path]:
    """Two corpora of the same videos; the second says and shows everything twice."""
    rows = [row(f"v{i}", images=3) for i in range(8)]
    twice = rows + [r | {"id": r["id"] + "b"} for r in rows]
    return write_parquet(tmp_path / "a.parquet", rows), write_parquet(tmp_path / "b.parquet", twice)


def test_metrics(corpora: tuple[Path, Path]) -> None:
    told: list[tuple[str, int, int | None]] = []
    metrics = measure(*corpora, tell=lambda *line: told.append(line)).to_dict()
    assert metrics == json.loads(json.dumps(metrics, allow_nan=False))
    first, second = metrics["corpora"]
    assert (first["name"], first["samples"], first["videos"]) == ("a", 8, 8)
    assert (second["name"], second["samples"], second["videos"]) == ("b", 16, 8)
    assert told[:9] == [("a, samples", n, 8) for n in range(9)]
    names = {figure.name for kind in MEASURES for figure in kind.figures}
    assert set(PROMISED) <= names == set(first["measures"]) == set(metrics["figures"])
    assert all(
        0 <= m["low"] <= m["high"] <= 1
        for name in ("teaching_probability", "lexical_cohesion", "duplicate_text_share")
        if (m := first["measures"][name])["value"] is not None
    )
    for measured in first["measures"].values():
        assert (measured["value"] is None) == bool(measured["reason"])
        if measured["value"] is not None:
            assert measured["low"] <= measured["value"] <= measured["high"]
        assert measured["value"] is None or measured["scorer"]
    assert first["measures"]["insi_sim"]["reason"].startswith("no CLIP weights")
    assert first["measures"]["contamination"]["reason"].startswith("no benchmark")


def test_two_corpora_are_compared_on_shared_videos(corpora: tuple[Path, Path]) -> None:
    metrics = measure(*corpora).to_dict()
    (compared,) = metrics["compared"]
    assert (compared["first"], compared["second"], compared["shared_videos"]) == ("a", "b", 8)
    copies = compared["measures"]["duplicate_image_share"]
    assert copies["difference"] == pytest.approx(-0.5) and copies["high"] < 0
    assert copies["verdict"] == "first"
    assert compared["measures"]["in_sample_ssim"]["verdict"] is None
    assert "insi_sim" not in compared["measures"]


def test_no_verdict_on_a_few_videos(tmp_path: Path) -> None:
    rows = [row(f"v{i}", images=3) for i in range(4)]
    twice = rows + [r | {"id": r["id"] + "b"} for r in rows]
    files = [write_parquet(tmp_path / f"{n}.parquet", r) for n, r in (("a", rows), ("b", twice))]
    (compared,) = measure(*files).to_dict()["compared"]
    copies = compared["measures"]["duplicate_image_share"]
    assert copies["difference"] == -0.5 and copies["verdict"] is None
    # Four videos that agree tell nothing about a fifth.
    assert copies["low"] is None and copies["detectable"] is None


def test_no_number_is_impossible(tmp_path: Path) -> None:
    """Two videos that differ give wide intervals, and these end where the figure's values do."""
    taught = "The kinetic energy of a body is half its mass times the square of its velocity. " * 20
    chat = "Okay um yeah so like hey guys you know what I mean right. " * 4
    for name, texts in (("one", (taught, chat)), ("other", (chat, taught))):
        rows = [row("v0", images=3), row("v1")]
        for values, text in zip(rows, texts, strict=True):
            values["texts"] = [said and f"{said} {text}" for said in values["texts"]]
        write_parquet(tmp_path / f"{name}.parquet", rows)
    found = measure(tmp_path / "one.parquet", tmp_path / "other.parquet").to_dict()
    figures = {figure.name: figure for kind in MEASURES for figure in kind.figures}
    cut = set()
    for corpus in found["corpora"]:
        for name, estimate in corpus["measures"].items():
            if estimate["low"] is None:
                continue
            least, most = figures[name].limits
            assert least <= estimate["low"] < estimate["high"] <= most, name
            if least == estimate["low"] or most == estimate["high"]:
                cut.add(name)
    assert {"term_density", "tokens_per_sample"} <= cut
    (compared,) = found["compared"]
    detectable = []
    for name, difference in [*compared["measures"].items(), *compared["whole"].items()]:
        width = figures[name].width
        if difference["low"] is not None:
            assert -width <= difference["low"] < difference["high"] <= width, name
        if difference["detectable"] is not None:
            assert 0 < difference["detectable"] <= width, name
            detectable.append(name)
    assert "tokens_per_sample" in detectable and "teaching_probability" not in detectable


@pytest.mark.parametrize("ids", [lambda row, n: None, lambda row, n: n, lambda row, n: str(n)])
def test_rows_without_a_name_are_paired_with_none(
    tmp_path: Path, ids: Callable[[Any, int], Any]
) -> None:
    """A number of a row names no video: two corpora have a row 0, of whatever documents."""
    for name, first in (("a", 0), ("b", 10)):
        rows = [row(f"v{first + i}", images=2 + first // 10) for i in range(6)]
        for n, values in enumerate(rows):
            values |= {"id": ids(values, n), "video_ids": None, "elements": None}
        write_parquet(tmp_path / f"{name}.parquet", rows)
    found = measure(tmp_path / "a.parquet", tmp_path / "b.parquet").to_dict()
    assert [corpus["videos"] for corpus in found["corpora"]] == [6, 6]
    (compared,) = found["compared"]
    assert compared["shared_videos"] == 0 and compared["measures"] == {}
    assert compared["whole"]["images_per_sample"]["difference"] == -1


def test_that_bad_videos_were_dropped_shows_in_the_whole(tmp_path: Path) -> None:
    """Over shared videos nothing differs; the columns beside say that something does."""
    rows = [row(f"v{i}", images=3) for i in range(16)]
    for values in rows[8:]:
        values["images"] = [values["images"][0] if image else None for image in values["images"]]
    all_of = write_parquet(tmp_path / "all.parquet", rows)
    good = write_parquet(tmp_path / "good.parquet", rows[:8])
    found = measure(good, all_of).to_dict()
    (compared,) = found["compared"]
    paired = compared["measures"]["duplicate_image_share"]
    whole = compared["whole"]["duplicate_image_share"]
    assert (paired["difference"], paired["verdict"], paired["videos"]) == (0.0, None, 8)
    first, second = (c["measures"]["duplicate_image_share"]["value"] for c in found["corpora"])
    assert whole["difference"] == pytest.approx(first - second) == pytest.approx(-1 / 3)
    assert whole["verdict"] == "first" and whole["videos"] == 8


def test_verdicts_are_counted_and_corrected(corpora: tuple[Path, Path]) -> None:
    found = measure(*corpora).to_dict()
    tested = [d for d in found["compared"][0]["measures"].values() if d["p_adjusted"] is not None]
    # Both have the same videos, so that the whole difference is the same comparison.
    assert found["comparisons"] == len(tested) > 3
    assert all(d["p_adjusted"] >= d["p"] for d in tested)
    alike = found["compared"][0]["measures"]["images_per_sample"]
    assert alike["difference"] == 0 and alike["p_adjusted"] is None and alike["verdict"] is None


def test_same_seed_same_numbers(corpora: tuple[Path, Path]) -> None:
    first = measure(corpora[0], samples=5, seed=3).to_dict()
    assert first == measure(corpora[0], samples=5, seed=3).to_dict()
    assert first["corpora"][0]["samples"] == 5
    assert first != measure(corpora[0], samples=5, seed=4).to_dict()


def test_no_torch_is_needed(corpora: tuple[Path, Path], tmp_path: Path) -> None:
    """What `pip install vid2book[offline,measure]` brings is enough."""
    blocked = dict.fromkeys(("torch", "open_clip", "transformers", "skimage"))
    program = (
        f"import sys; sys.modules.update({blocked}); sys.argv[0] = 'vid2book'\n"
        "from vid2book.cli import main; main()"
    )
    arguments = ["measure", *map(str, corpora), "-o", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"metrics.json", "report.html"}
    assert "image_text_lift" in done.stdout


def test_a_corpus_without_anything_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"images": [], "texts": []}\n')
    with pytest.raises(CorpusError, match=r"x: no sample can be read\. a row without an image"):
        measure(tmp_path / "x.jsonl")


def test_corpora_of_one_name_are_told_apart(corpora: tuple[Path, Path]) -> None:
    metrics = measure(corpora[0], corpora[0]).to_dict()
    assert [c["name"] for c in metrics["corpora"]] == ["a", "a (2)"]
    assert {d["difference"] for d in metrics["compared"][0]["measures"].values()} == {0.0}
