"""Published labels of real lectures, and a corpus held against them."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from vid2book.records import Element

from ..support.corpora import png, write_parquet

openpyxl = pytest.importorskip("openpyxl")

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "yardstick"
ROWS = [
    (10.0, -1, " Welcome back."),
    (20.0, 1, " A lens bends light."),
    (30.0, 1, " It has a focus."),
    (40.0, 2, " A mirror sends it back."),
    (None, 2, "no time"),
    (50.0, 1, " Again, the lens."),
]


@pytest.fixture(scope="module")
def score() -> Iterator[ModuleType]:
    sys.path.insert(0, str(FOLDER))
    yield importlib.import_module("score")
    sys.path.remove(str(FOLDER))
    for name in ("score", "labels"):
        sys.modules.pop(name)


def labels(folder: Path, head: list[str]) -> Path:
    book = openpyxl.Workbook()
    for row in [head, *ROWS]:
        book.active.append(row)
    path = folder / "ground_truth_optics.xlsx"
    book.save(path)
    return path


def element(kind: Any, start: float, end: float) -> Element:
    return Element(kind, "optics", start, end, start, end, "")


def test_labels_of_sentences_become_slides_in_time(score: ModuleType, tmp_path: Path) -> None:
    (lecture,) = score.read_labels(labels(tmp_path, ["Time", "Slidenumber", "Value"]))
    assert lecture.id == "optics"
    assert [(s.start, s.end, s.slide) for s in lecture.shown] == [
        (10.0, 30.0, 1),
        (30.0, 40.0, 2),
        (40.0, 50.0, 1),
    ]
    assert lecture.said[0].slide is None and lecture.said[1].text == "A lens bends light."
    assert lecture.slide_at(35.0) == 2 and lecture.slide_at(5.0) is None
    with pytest.raises(ValueError, match="expected columns Time, Slidenumber and Value"):
        score.read_labels(labels(tmp_path, ["When", "Slidenumber", "Value"]))


def test_a_sentence_is_right_at_the_picture_of_its_slide(score: ModuleType, tmp_path: Path) -> None:
    (lecture,) = score.read_labels(labels(tmp_path, ["Key", "Slidenumber", "Value"]))
    right = [
        element(kind, start, end)
        for change, end in ((10, 30), (30, 40), (40, 50))
        for kind, start in (("image", change + 5), ("text", change))
    ]
    assert score.place(lecture, [right]) == score.Placed(right=4)
    late = [element("text", 10, 40), element("image", 35, 40)]  # slide 2 for both slides
    assert score.place(lecture, [late]) == score.Placed(right=1, wrong=2, missing=1)
    assert score.place(lecture, [[element("text", 10, 50)]]) == score.Placed(wrong=4)


def test_slides_and_sentences_that_are_known_are_interleaved_rightly(
    score: ModuleType, tmp_path: Path
) -> None:
    (lecture,) = score.read_labels(labels(tmp_path, ["Time", "Slidenumber", "Value"]))
    found = score.place(lecture, score.interleaved(lecture))
    assert found.missing == 0 and found.right >= 3


def test_a_corpus_is_held_against_talks(
    score: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [
        {"start": 0.0, "end": 9.0, "ocr_text": "Dance and HCI", "speech_text": "We think of it."},
        {"start": 9.0, "end": 20.0, "ocr_text": "Body", "speech_text": "The body moves."},
    ]
    for talk in ("CHI-1", "CHI-2"):
        (tmp_path / talk / "ocr").mkdir(parents=True)
        (tmp_path / talk / "ocr" / "seg_speech_ocr.json").write_text(json.dumps(rows))
    elements = [
        {"kind": kind, "video_id": "CHI-1", "start": start, "end": end, "clip_start": start,
         "clip_end": end, "name": "", "score": None, "drop": ""}
        for kind, start, end in (("image", 3.0, 9.0), ("text", 0.0, 20.0))
    ]  # fmt: skip
    row = {
        "id": "CHI-1_0000",
        "video_ids": ["CHI-1"],
        "images": [{"bytes": png(1), "path": None}, None],
        "texts": [None, "We think of it. The body moves."],
        "ocr_texts": ["Dance and HCI", None],
        "elements": elements,
    }
    write_parquet(tmp_path / "corpus" / "train-00000.parquet", [row])
    # `datasets` names its cache of a folder by this header.
    card = (
        f"configs:\n- config_name: default\n  description: content {tmp_path}\n"
        "  data_files: train-00000.parquet\n"
    )
    (tmp_path / "corpus" / "README.md").write_text(f"---\n{card}---\n")
    (one, _) = score.read_labels(tmp_path)
    assert score.place(one, score.of_corpus(tmp_path / "corpus", "train")["CHI-1"]) == score.Placed(
        right=1, wrong=1
    )
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "argv", ["score.py", str(tmp_path), str(tmp_path / "corpus")])
    score.main()
    told = capsys.readouterr().out
    assert "CHI-2 is not in" in told
    assert "1 of 2" in told and "0.500" in told  # slides shown; sentences at theirs
