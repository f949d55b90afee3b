"""A removed video is gone from everything, and stays out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from datasets import load_dataset
from huggingface_hub import DatasetCard
from typer.testing import CliRunner

from vid2book.builder import build, source
from vid2book.builder.commands.diff import compare
from vid2book.builder.commands.remove import remove
from vid2book.builder.removal import take_out
from vid2book.builder.write import write_corpus
from vid2book.folder import layout, record
from vid2book.records import Decision


def run(command, *arguments: object):
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def three(make, tmp_path: Path) -> Path:
    corpus = make.corpus(make.video("a"), make.video("a-2"), make.video("t", split="test"))
    told = "the same picture as in video a, which comes first; not video a-2"
    decision = Decision("a-2", "keyframe", "reduce", 1.0, 2.0, False, told)
    corpus.decisions(corpus.videos[1]).append(decision)
    write_corpus(corpus, tmp_path / "out")
    return tmp_path / "out"


def test_it_is_out_of_everything(three: Path, make) -> None:
    (three / "preview").mkdir()
    (three / "preview" / "a.html").write_text("a")
    (three / "build.errors.log").write_text("in stage 'read' of video 'a'")
    (three / "build.log.jsonl").write_text('{"video_id": "a"}\n{"video_id": "a-2"}\n{"kept": 3}\n')
    result = run(remove, three, "a")
    assert result.exit_code == 0, result.output
    assert "with 2 samples; 4 samples are left" in result.stdout
    assert 'deny: ["a"]' in result.stdout
    assert "another folder gives the same video another one" in " ".join(result.stdout.split())
    for config, column in (
        ("default", "video_ids"),
        ("videos", "video_id"),
        ("decisions", "video_id"),
    ):
        splits = load_dataset(str(three), config)
        assert {str(v) for rows in splits.values() for v in rows[column]} <= {
            "a-2", "t", "['a-2']", "['t']",
        }  # fmt: skip
    reasons = load_dataset(str(three), "decisions", split="train")["reason"]
    assert "the same picture as in a video that was removed, which comes first; not video a-2" in (
        list(reasons)
    )
    assert (three / "ATTRIBUTION.csv").read_text().count("\n") == 3
    assert not (three / "preview").exists() and not (three / "build.errors.log").exists()
    assert (three / "build.log.jsonl").read_text() == '{"video_id": "a-2"}\n{"kept": 3}\n'


def test_what_is_left_is_as_if_built_without(three: Path, make, tmp_path: Path) -> None:
    take_out(three, ["a"])
    alone = make.corpus(make.video("a-2"), make.video("t", split="test"))
    write_corpus(alone, tmp_path / "alone")
    for name in ("data", "videos"):
        left = {f.name: f.read_bytes() for f in (three / name).iterdir()}
        assert left == {f.name: f.read_bytes() for f in (tmp_path / "alone" / name).iterdir()}
    card, other = (DatasetCard.load(p / "README.md") for p in (three, tmp_path / "alone"))
    infos = [
        [i for i in c.data.dataset_info if i["config_name"] != "decisions"] for c in (card, other)
    ]
    assert infos[0] == infos[1]
    counts = [c.text.split("## Loading")[0] for c in (card, other)]
    assert counts[0] == counts[1]
    assert card.text.split("## Licences")[1] == other.text.split("## Licences")[1]
    assert "deny:\n  - a\n" in card.text


def test_the_next_build_leaves_it_out_and_says_so(
    three: Path, make, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make.corpus(make.video("a"), make.video("a-2"), make.video("t", split="test"))
    monkeypatch.setattr(source, "open_corpus", lambda *_: corpus)
    denied: list[tuple[str, ...]] = []
    monkeypatch.setattr(
        source, "fill", lambda given, *_: denied.append(given.config.reduce.deny) or iter(())
    )
    take_out(three, ["a"])
    for _ in range(2):  # what is removed stays so in the corpus that is written then
        result = run(build.build, "lectures", "-o", three)
        assert "Skipped, because you removed it" in result.stderr
        assert record.removed(three) == ["a"]
    assert denied == [("a",), ("a",)]


def test_two_at_once_and_one_after_another_are_the_same(make, three: Path, tmp_path: Path) -> None:
    corpus = make.corpus(make.video("a"), make.video("a-2"), make.video("t", split="test"))
    write_corpus(corpus, tmp_path / "other")
    take_out(tmp_path / "other", ["a", "a-2"])
    write_corpus(corpus, three)
    take_out(three, ["a"])
    take_out(three, ["a-2"])
    assert json.loads((three / layout.RECORD).read_text())["removed"] == ["a", "a-2"]
    names = ("README.md", "ATTRIBUTION.csv", "videos/test-00000.parquet")
    assert [(three / n).read_bytes() for n in names] == [
        (tmp_path / "other" / n).read_bytes() for n in names
    ]
    assert set(load_dataset(str(three), "videos")) == {"test"}


@pytest.mark.parametrize(
    ("ids", "words"), [(["b"], "no video b"), (["a", "a-2", "t"], "nothing would be left")]
)
def test_what_cannot_be_done_changes_nothing(three: Path, ids: list[str], words: str) -> None:
    before = {f: f.read_bytes() for f in three.rglob("*") if f.is_file()}
    result = run(remove, three, *ids)
    assert result.exit_code == 2
    assert words in result.stderr
    assert before == {f: f.read_bytes() for f in three.rglob("*") if f.is_file()}


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    assert run(remove, tmp_path, "a").exit_code == 2


def test_diff_names_what_changed(make, tmp_path: Path) -> None:
    old = make.corpus(make.video("a"), make.video("b"), make.video("c"), make.video("d"))
    new = make.corpus(
        make.video("b", title="A new title"),
        make.video("c"),
        make.video("d"),
        make.video("e"),
        status={"d": "filtered"},
    )
    first = new.samples(new.videos[1])[0]
    new.samples(new.videos[1])[0] = make.changed(first, texts=(None, "Other words.") * 2)
    write_corpus(old, tmp_path / "old")
    write_corpus(new, tmp_path / "new")
    result = run(compare, tmp_path / "old", tmp_path / "new")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("+ e ")
    assert lines[1].startswith("- a ")
    assert lines[2] == "~ b  title Lecture b, part one to A new title"
    assert lines[3] == "~ c  content"
    assert lines[4].startswith("~ d  status kept to filtered, reason, clips 4 to 0")
    assert lines[-1] == "1 added, 1 removed, 3 changed"
    same = run(compare, tmp_path / "new", tmp_path / "new")
    assert same.stdout == "no video was added, removed or changed\n"


def test_diff_of_no_corpus_is_told(tmp_path: Path) -> None:
    result = run(compare, tmp_path, tmp_path)
    assert result.exit_code == 2
    assert "not a corpus" in result.stderr
