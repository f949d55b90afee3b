"""`vid2book build` ends with the right files, words and exit code."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner, Result

from vid2book.builder import build, building, source, write
from vid2book.builder.dry_run import plan
from vid2book.config import ConfigError
from vid2book.folder import layout, record
from vid2book.manifest import ManifestError
from vid2book.pipeline.local import Event

from ..support.small_videos import small_video
from ..support.writer import another_writer


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Runs the command with a corpus in place of the pipeline, or with an error."""

    def invoke(given, *arguments: str) -> Result:
        def open_corpus(*_: object):
            if isinstance(given, Exception):
                raise given
            return given

        monkeypatch.setattr(source, "open_corpus", open_corpus)

        def fill(corpus, *_: object) -> Iterator[Event]:
            for video in corpus.videos:
                reason = corpus.outcome(video).reason if video.video_id == "broken" else ""
                yield Event(video, duration=360.0, seconds=9.5, failure=reason)

        monkeypatch.setattr(source, "fill", fill)
        app = typer.Typer()
        app.command()(build.build)
        return CliRunner().invoke(app, ["lectures", "-o", str(tmp_path / "out"), *arguments])

    return invoke


def test_another_corpus_in_the_folder_is_replaced_with_a_note_and_its_book_goes(
    make, run, tmp_path: Path
) -> None:
    assert run(make.corpus(make.video("a"), make.video("b"))).exit_code == 0
    (tmp_path / "out" / "preview").mkdir()
    (tmp_path / "out" / "preview" / "index.html").write_text("b")
    again = run(make.corpus(make.video("a"), make.video("b")))
    assert "does not have" not in again.stderr and (tmp_path / "out" / "preview").exists()
    result = run(make.corpus(make.video("a"), make.video("c")))
    assert "holds 1 video that this build does not have: b." in " ".join(result.stderr.split())
    assert not (tmp_path / "out" / "preview").exists()


def test_it_writes_a_corpus_and_says_what_is_in_it(make, run, tmp_path: Path) -> None:
    result = run(make.corpus(make.video("a"), make.video("b"), status={"b": "filtered"}))
    assert result.exit_code == 0
    shown = [line.split() for line in result.stdout.splitlines()]
    for line in ("videos kept 1", "videos filtered 1", "videos failed 0", "hours of video 0.20",
                 "samples 2", "images 4", "words 24"):  # fmt: skip
        assert line.split() in shown
    assert f"vid2book view {tmp_path / 'out'}" in result.stdout
    assert record.checked_record(tmp_path / "out") is not None


def test_a_failed_video_is_told_and_the_rest_is_written(corpus, run, tmp_path: Path) -> None:
    result = run(corpus)
    assert result.exit_code == 1
    assert "4/4 broken: failed, cannot read /home/someone/lectures/broken.mp4" in result.stderr
    assert "Not in the corpus" in result.stdout
    assert result.stdout.index("broken") < result.stdout.index("chat")  # failures first
    assert record.checked_record(tmp_path / "out").samples == 4


def test_nothing_kept_writes_no_corpus(make, run, tmp_path: Path) -> None:
    result = run(
        make.corpus(make.video("a"), make.video("b"), status={"a": "failed", "b": "filtered"})
    )
    assert result.exit_code == 2
    assert "no video gave a sample" in result.stderr
    assert "chat only" in result.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "error", [ConfigError("keyframes.rate: unknown key"), ManifestError("line 3: no path [red]")]
)
def test_a_wrong_input_is_one_line(run, error: Exception) -> None:
    result = run(error)
    assert result.exit_code == 2
    assert result.stderr == f"Error: {error}\n"


def test_a_split_that_cannot_be_written_is_told_at_once(make, run, tmp_path: Path) -> None:
    result = run(make.corpus(make.video("a", split="a b")))
    assert result.exit_code == 2
    assert "'a b'" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_of_something_else_is_left_alone(corpus, run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "README.md").write_text("my thesis")
    result = run(corpus)
    assert result.exit_code == 2
    assert "README.md" in result.stderr
    assert (tmp_path / "out" / "README.md").read_text() == "my thesis"


def test_a_second_build_is_told_who_builds_there(make, run, tmp_path: Path) -> None:
    assert run(make.corpus(make.video("a"))).exit_code == 0
    before = {f: f.read_bytes() for f in (tmp_path / "out").rglob("*") if f.is_file()}
    with another_writer(tmp_path / "out") as other:
        result = run(make.corpus(make.video("b")))
        assert result.exit_code == 2
        assert f"process {other.pid} on" in result.stderr and "is writing to it" in result.stderr
        assert {f: f.read_bytes() for f in before} == before
    assert run(make.corpus(make.video("b"))).exit_code == 0


def test_the_same_corpus_is_written_once(
    make, run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make.corpus(make.video("a"))
    assert run(corpus).exit_code == 0
    monkeypatch.setattr(write, "write_corpus", None)
    assert run(corpus).exit_code == 0
    log = [json.loads(line) for line in (tmp_path / "out" / layout.LOG).read_text().splitlines()]
    assert [line.get("video_id") for line in log] == ["a", None, "a", None]
    assert log[0]["seconds"] == 9.5
    assert [log[n]["kept"] for n in (1, 3)] == [1, 1]
    assert log[1]["revision"] == log[3]["revision"]


def test_a_result_that_changed_is_written_again(make, run, tmp_path: Path) -> None:
    corpus = make.corpus(make.video("a"), make.video("b"), status={"b": "failed"})
    assert run(corpus).exit_code == 1
    better = dataclasses.replace(corpus, results=make.corpus(*corpus.videos).results)
    assert run(better).exit_code == 0
    assert record.checked_record(tmp_path / "out").samples == 4


def test_nothing_to_do_needs_no_datasets() -> None:
    code = "import sys, vid2book.builder.build; sys.exit('datasets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("source", "out", "told"),
    [
        (
            "https://nowhere.invalid/m.jsonl",
            "corpus",
            "https://nowhere.invalid/m.jsonl: the name of the server cannot be looked up",
        ),
        ("lectures", "s3://bucket/corpus", "s3://bucket/corpus: only a folder on this machine"),
    ],
)
def test_a_place_elsewhere_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, out: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(build.build)
    result = CliRunner().invoke(app, [source, "-o", out])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {told}") and result.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_options_reach_the_corpus(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.mp4").write_bytes(b"no video")
    corpus = source.open_corpus(tmp_path, "offline", tmp_path / "store", limit=1, minutes=2)
    assert [video.video_id for video in corpus.videos] == ["a"]
    assert corpus.until == 120
    assert corpus.store.root == tmp_path / "store"


def test_to_state_the_licence_computes_nothing_again(tmp_path: Path) -> None:
    videos, store = tmp_path / "videos", tmp_path / "store"
    videos.mkdir()
    names = ("energy", "genes")
    for name in names:
        small_video(videos, name)
    building.build(videos, tmp_path / "first", store=store, progress=False)
    rows = [f"{name}.mp4,{name}.vtt,CC BY 4.0\n" for name in names]
    (videos / "list.csv").write_text("".join(["path,captions,license\n", *rows]))
    corpus = source.open_corpus(videos / "list.csv", "offline", store)
    assert {step.todo for step in plan(corpus, corpus.videos).steps} == {0}
    building.build(videos / "list.csv", tmp_path / "second", store=store, progress=False)
    first, second = (_table(tmp_path / name, "data") for name in ("first", "second"))
    licence = first.column_names.index("license")
    assert first.remove_column(licence).equals(second.remove_column(licence))
    assert second["license"].to_pylist() == ["CC BY 4.0"] * 2 != first["license"].to_pylist()
    titles = _table(tmp_path / "first", "videos")["title"].to_pylist()
    assert titles == list(names)  # as ever in the table


def _table(corpus: Path, name: str) -> pa.Table:
    (file,) = (corpus / name).glob("*.parquet")
    return pq.read_table(file)
