"""What was decided at one moment of one video."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from vid2book.folder.record import FolderError
from vid2book.viewer.why import WhyError, parse_time, why


def decision(
    level: str,
    stage: str,
    start: float,
    end: float,
    kept: bool,
    reason: str,
    score: float | None = None,
    threshold: float | None = None,
    text: str = "",
    video_id: str = "optics-1",
) -> dict[str, Any]:
    return dict(
        video_id=video_id,
        level=level,
        stage=stage,
        start=start,
        end=end,
        kept=kept,
        reason=reason,
        score=score,
        threshold=threshold,
        text=text,
    )


DECISIONS = [
    decision("video", "judge", 0, 90, True, "it teaches", 0.8, 0.25),
    decision("keyframe", "keyframes", 10, 40, True, "a stable state", 0.4),
    decision("keyframe", "align", 10, 40, False, "a talking head", 0.11, 0.02),
    decision("line", "read", 10, 40, False, "the reader is unsure", 0.31, 0.6, "lcns"),
    decision("sentence", "judge", 12, 20, True, "", 0.9, 0.5, "A lens bends light."),
    decision(
        "sentence",
        "judge",
        30,
        36,
        False,
        "not about the topic",
        0.1,
        0.5,
        "\x1b[31mSubscribe\x1b[0m [bold]now[/bold]",
    ),
    decision("sentence", "judge", 5, 9, True, "", 0.7, 0.5, "other", video_id="optics-2"),
    # What was decided over the whole corpus comes last.
    decision("keyframe", "reduce", 60, 70, False, "as in optics-2", 3, 6),
]
VIDEOS = [
    {"video_id": "optics-1", "title": "Lenses", "duration_s": 90.0, "status": "kept", "reason": ""},
    {
        "video_id": "optics-2",
        "title": "Mirrors",
        "duration_s": 30.0,
        "status": "filtered",
        "reason": "too short",
    },
]
PLACE = {
    "kind": "text",
    "video_id": "optics-1",
    "start": 12.0,
    "end": 20.0,
    "clip_start": 12.0,
    "clip_end": 20.0,
    "name": "",
}
SAMPLES = [
    {
        "id": "optics-1-0000",
        "video_ids": ["optics-1"],
        "images": [None],
        "texts": ["A lens bends light."],
        "ocr_texts": [None],
        "elements": [PLACE],
    }
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for config, rows in [("data", SAMPLES), ("videos", VIDEOS), ("decisions", DECISIONS)]:
        (folder / config).mkdir()
        file = folder / config / "train-00000-of-00001.parquet"
        pq.write_table(pa.Table.from_pylist(rows), file, row_group_size=3)
    return folder


def printed(corpus: Path, at: float) -> str:
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(why(corpus, "optics-1", at))
    return console.export_text()


def test_what_stands_at_a_moment(corpus: Path) -> None:
    found = why(corpus, "optics-1", 15)
    assert [(d.stage, d.kept, d.score) for d in found.here["keyframe"]] == [
        ("keyframes", True, 0.4),
        ("align", False, 0.11),
    ]
    assert [d.text for d in found.here["sentence"]] == ["A lens bends light."]
    assert [d.text for d in found.here["line"]] == ["lcns"]
    assert found.near["sentence"] == () and found.here["clip"] == found.near["clip"] == ()
    assert [(p.sample, p.position, p.text) for p in found.corpus] == [
        ("optics-1-0000", 0, "A lens bends light.")
    ]
    assert [d.reason for d in found.video] == ["it teaches"]


def test_the_nearest_where_nothing_stands(corpus: Path) -> None:
    found = why(corpus, "optics-1", 50)
    assert all(not decisions for decisions in found.here.values())
    assert [(d.start, d.stage) for d in found.near["keyframe"]] == [
        (10, "keyframes"),
        (10, "align"),
        (60, "reduce"),
    ]
    assert [d.start for d in found.near["sentence"]] == [30]
    assert found.corpus == ()


def test_a_stretch_ends_before_its_end(corpus: Path) -> None:
    assert why(corpus, "optics-1", 19.99).here["sentence"]
    assert not why(corpus, "optics-1", 20).here["sentence"]


def test_it_prints_scores_and_commands_no_terminal(corpus: Path) -> None:
    text = printed(corpus, 32)
    assert "0.11 against 0.02" in text and "a talking head" in text
    assert "[bold]now[/bold]" in text and "\x1b" not in text
    assert "nothing from this moment" in text
    assert "before" in printed(corpus, 50) and "after" in printed(corpus, 50)


def test_questions_that_cannot_be_answered(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(WhyError, match="did you mean optics-1 or optics-2"):
        why(corpus, "optic-1", 3)
    with pytest.raises(WhyError, match="it has 2 others"):
        why(corpus, "zzz", 3)
    with pytest.raises(WhyError, match="1:30 long and has no 1:31"):
        why(corpus, "optics-1", 91)
    shutil.copytree(corpus, tmp_path / "pushed", ignore=shutil.ignore_patterns("decisions"))
    with pytest.raises(WhyError, match="has no decisions"):
        why(tmp_path / "pushed", "optics-1", 3)
    with pytest.raises(FolderError, match="no such folder"):
        why(tmp_path / "nowhere", "optics-1", 3)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12:34", 754), ("1:02:03", 3723), ("75", 75), ("75.5", 75.5), ("90:00", 5400), (" 0:09 ", 9)],
)
def test_times_that_are_read(text: str, seconds: float) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "abc", "-5", "1:60", "1:75:00", "1::2", "nan", "1e3", "1:2:3:4", "12:34:"]
)
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(WhyError, match="is not a time; write 12:34"):
        parse_time(text)
