"""What overlaps with a benchmark is found by the measure and taken out, and a decision says why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from datasets import load_dataset
from typer.testing import CliRunner, Result

from vid2book.builder.commands.remove import remove
from vid2book.builder.write import write_corpus
from vid2book.eval.report.command import measure


def run(command: object, *arguments: object) -> Result:
    app = typer.Typer()
    app.command()(command)  # type: ignore[type-var]
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def textbook(make, tmp_path: Path) -> Path:
    write_corpus(make.corpus(make.video("a"), make.video("b")), tmp_path / "textbook")
    return tmp_path / "textbook"


def test_measured_and_taken_out(textbook: Path, tmp_path: Path) -> None:
    before = list(load_dataset(str(textbook), split="train").remove_columns("images"))
    leaking = before[1]
    asked = next(text for text in leaking["texts"] if text)
    (tmp_path / "bench.jsonl").write_text(json.dumps({"question": asked}) + "\n")
    report = tmp_path / "report"
    arguments = ["--benchmark", tmp_path / "bench.jsonl", "--samples", "0", "-o", report]
    assert run(measure, textbook, *arguments, "--only", "contamination").exit_code == 0
    listed = [json.loads(line) for line in (report / "overlaps.jsonl").read_text().splitlines()]
    gone = {line["id"] for line in listed}
    assert leaking["id"] in gone and len(gone) < len(before)

    result = run(remove, textbook, "--overlaps", report / "overlaps.jsonl")
    assert result.exit_code == 0, result.output
    left = load_dataset(str(textbook), split="train")
    assert [row["id"] for row in left] == [row["id"] for row in before if row["id"] not in gone]
    decisions = [
        row
        for row in load_dataset(str(textbook), "decisions", split="train")
        if row["stage"] == "decontaminate"
    ]
    assert len(decisions) == len(gone)
    assert all(not row["kept"] and row["score"] >= row["threshold"] == 0.5 for row in decisions)
    assert any(
        f"sample {leaking['id']} holds a question of bench" in r["reason"] for r in decisions
    )
    videos = {row["video_id"]: row for row in load_dataset(str(textbook), "videos", split="train")}
    for video, row in videos.items():
        stays = [r for r in before if r["video_ids"] == [video] and r["id"] not in gone]
        assert row["samples"] == len(stays)
        assert row["status"] == ("kept" if stays else "filtered")

    assert run(measure, textbook, *arguments, "--only", "contamination").exit_code == 0
    assert (report / "overlaps.jsonl").read_text() == ""
    again = run(remove, textbook, "--overlaps", report / "overlaps.jsonl")
    assert again.exit_code == 0 and "nothing was removed" in again.output


def test_what_is_no_list_is_told(textbook: Path, tmp_path: Path) -> None:
    files = {
        "none.jsonl": None,
        "other.jsonl": '{"id": "x", "reason": "y", "corpus": "c"}',
        "bad.jsonl": "[1]",
        "two.jsonl": '{"id": "x", "reason": "y", "corpus": "c"}\n'
        '{"id": "x", "reason": "y", "corpus": "d"}',
    }
    told = ["not a list of overlaps", "holds none of these samples", "not a list of overlaps",
            "is of 2 corpora"]  # fmt: skip
    for (name, content), message in zip(files.items(), told, strict=True):
        if content is not None:
            (tmp_path / name).write_text(content)
        result = run(remove, textbook, "--overlaps", tmp_path / name)
        assert result.exit_code == 2 and message in result.stderr, result.output
    result = run(remove, textbook, "a", "--overlaps", tmp_path / "other.jsonl")
    assert result.exit_code == 2 and "cannot be combined with videos" in result.stderr
