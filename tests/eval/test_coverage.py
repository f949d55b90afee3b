"""How much of its videos a corpus holds, where its tables tell what they held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vid2book.eval import measure
from vid2book.eval.spans import holds, length, union

from ..support.corpora import png, write_parquet

Row = dict[str, Any]
SPLITS = ("test", "train")  # all are read


def element(video: str, kind: str, start: float, end: float, drop: str = "") -> Row:
    return {
        "kind": kind, "video_id": video, "start": start, "end": end, "clip_start": start,
        "clip_end": end, "name": "x", "score": 1.0, "drop": drop,
    }  # fmt: skip


def decided(video: str, level: str, stage: str, start: float, end: float, kept: bool,
            reason: str = "") -> Row:  # fmt: skip
    return {"video_id": video, "level": level, "stage": stage, "start": start, "end": end,
            "kept": kept, "reason": reason, "score": None, "threshold": None, "text": "",
            "raw": "", "provisional": False}  # fmt: skip


def write(folder: Path, shown: int, drop: str = "", tables: bool = True) -> Path:
    """Six videos of 100 s: four states of 20 s, a pause, and a word a second while they stand.

    `shown` of the states are in the corpus, the others are not there or are marked with `drop`.
    """
    names = [f"v{i}" for i in range(6)]
    samples: list[Row] = []
    decisions: list[Row] = []
    transcripts: list[Row] = []
    for n, video in enumerate(names):
        elements = []
        for k in range(4):
            start = 20.0 * k
            if k < shown or drop:
                mark = "" if k < shown else drop
                elements.append(element(video, "image", start + 19, start + 20, mark))
                elements.append(element(video, "text", start, start + 20, mark))
            decisions.append(decided(video, "keyframe", "keyframes", start, start + 20, True))
        decisions.append(
            decided(video, "keyframe", "keyframes", 80, 90, False,
                    "nothing new; see the picture of 79.0 s")
        )  # fmt: skip
        decisions.append(decided(video, "keyframe", "keyframes", 90, 100, False, "a change"))
        decisions.append(decided(video, "sentence", "judge", 0, 5, False, "off topic"))
        words = [{"start": t, "end": t + 1.0, "word": "w", "score": 1.0} for t in range(80)]
        segment = {"start": 0.0, "end": 80.0, "text": "w " * 80, "words": words}
        transcripts.append({"video_id": video, "segments": [segment]})
        image = {"bytes": png(n), "path": None}
        images = [image if e["kind"] == "image" else None for e in elements]
        samples.append(
            {
                "id": f"{video}-0",
                "video_ids": [video],
                "images": images,
                "texts": [None if i else "Some words." for i in images],
                "elements": elements,
            }
        )
    for split, part in zip(SPLITS, (slice(0, 1), slice(1, 6)), strict=True):
        write_parquet(folder / "data" / f"{split}-00000.parquet", samples[part])
    if tables:
        videos = [{"video_id": v, "duration_s": 100.0, "status": "kept"} for v in names]
        failed = [{"video_id": "broken", "duration_s": 0.0, "status": "failed"}]
        write_parquet(folder / "videos" / "train-00000.parquet", videos + failed)
        write_parquet(folder / "decisions" / "train-00000.parquet", decisions)
        write_parquet(folder / "transcripts" / "train-00000.parquet", transcripts)
    return folder


def figures(*corpora: Path, **options: Any) -> list[dict[str, Any]]:
    return [corpus["measures"] for corpus in measure(*corpora, **options).to_dict()["corpora"]]


def test_what_is_missing_shows(tmp_path: Path) -> None:
    whole, half = write(tmp_path / "whole", 4), write(tmp_path / "half", 2)
    report = measure(whole, half, samples=2).to_dict()  # the tables are read whole
    one, other = (corpus["measures"] for corpus in report["corpora"])
    assert one["screen_coverage"]["value"] == 1.0 and other["screen_coverage"]["value"] == 0.5
    assert one["screen_coverage"]["clusters"] == 6 and one["screen_coverage"]["n"] == 24
    # The dropped sentence takes 5 words of 80; half of the paragraphs have 35 left.
    assert one["speech_coverage"]["value"] == pytest.approx(75 / 80)
    assert other["speech_coverage"]["value"] == pytest.approx(35 / 80)
    # 80 s of states and 10 s that the last picture shows too; the half lacks that picture.
    assert one["time_coverage"]["value"] == pytest.approx(0.9)
    assert other["time_coverage"]["value"] == pytest.approx(0.4)
    assert one["screens_per_minute"]["value"] == pytest.approx(2.4)
    verdicts = {n: d["verdict"] for n, d in report["compared"][0]["measures"].items()}
    assert verdicts["screen_coverage"] == verdicts["speech_coverage"] == "first"
    assert verdicts["screens_per_minute"] == "differs"


def test_what_is_marked_is_held_where_it_is_asked_for(tmp_path: Path) -> None:
    marked = write(tmp_path / "marked", 2, drop="align: a talking head")
    assert figures(marked)[0]["screen_coverage"]["value"] == 0.5
    assert figures(marked, marked=True)[0]["screen_coverage"]["value"] == 1.0


def test_a_corpus_without_tables_tells_what_is_missing(tmp_path: Path) -> None:
    found = figures(write(tmp_path / "bare", 4, tables=False))[0]
    assert found["speech_coverage"]["value"] is None
    assert "no table `transcripts`" in found["speech_coverage"]["reason"]
    assert "no table `decisions`" in found["screen_coverage"]["reason"]


def test_spans() -> None:
    joined = union([(5, 6), (0, 2), (1, 3), (3, 4), (9, 8)])
    assert joined == [(0, 4), (5, 6)] and length(joined) == 5
    assert [holds(joined, t) for t in (-1, 0, 3.5, 4.5, 6, 7)] == [
        False, True, True, False, True, False,
    ]  # fmt: skip
