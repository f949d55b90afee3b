"""A corpus as it was written before `elements` had scores and reasons still opens everywhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from datasets import load_dataset
from typer.testing import CliRunner, Result

from vid2book import cli
from vid2book.builder.export.formats import Format
from vid2book.builder.export.write import write_export
from vid2book.builder.features import FEATURES
from vid2book.eval.corpora import open_corpus
from vid2book.eval.train.order import count, fault
from vid2book.folder import record

WRITTEN = Path(__file__).parents[1] / "data" / "format-4"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WRITTEN, tmp_path / "old"))


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(cli.app, [str(a) for a in arguments])
    assert result.exit_code == 0, result.output
    return result


def test_it_is_known(old: Path) -> None:
    held = record.checked_record(old)
    assert held is not None and held.samples == 4 and held.marked_images == 0


def test_view(old: Path) -> None:
    run("view", old, "--no-browser")
    assert (old / "preview" / "videos" / "optics-1.html").read_text().count("<figure") == 4


def test_why(old: Path) -> None:
    assert (
        "In the corpus optics-1-00000, text at position 1" in run("why", old, "optics-1", 2).stdout
    )


def test_diff(old: Path, corpus) -> None:
    from vid2book.builder.write import write_corpus

    assert "no video was added" in run("diff", old, old).stdout
    write_corpus(corpus, old.parent / "new")
    assert "0 added, 0 removed" in run("diff", old, old.parent / "new").stdout


def test_remove(old: Path) -> None:
    run("remove", old, "optics-2")
    rows = load_dataset(str(old), split="train")
    assert rows.features == FEATURES["default"]
    assert {(e["score"], e["drop"]) for row in rows for e in row["elements"]} == {(None, "")}
    assert record.checked_record(old).removed == ["optics-2"]


def test_measure_and_train(old: Path) -> None:
    corpus = open_corpus(old)
    first, second = corpus.samples()
    assert not corpus.skipped and (first.id, second.id) == ("optics-1-00000", "optics-1-00001")
    assert all(e is not None and e.drop == "" for e in first.elements)
    assert count(corpus) == 2 and not fault(corpus, "speech")
    assert len(list(open_corpus(old, split="test").samples())) == 2


def test_export(old: Path, tmp_path: Path) -> None:
    assert write_export(old, Format.mm_textbook, tmp_path / "out").samples == 4
