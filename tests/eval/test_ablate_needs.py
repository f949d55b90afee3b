"""What a study lacks, or has wrong, is told before any work, in a few lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from vid2book.eval.ablate.command import ablate
from vid2book.eval.ablate.config import load, names
from vid2book.eval.ablate.folders import AblateError, KeyedFolder
from vid2book.eval.ablate.grid import cells
from vid2book.eval.ablate.held_out import HeldOutSet, check
from vid2book.eval.ablate.needs import check as check_needs
from vid2book.eval.ablate.study import study as run_study
from vid2book.eval.ablate.table import measures, table

from ..support import vlms
from ..support.corpora import png, row, write_parquet
from ..support.training import write_corpus
from .test_ablate import ablation

pytest.importorskip("torch")


def invoke(*args: str) -> Result:
    app = typer.Typer()
    app.command()(ablate)
    return CliRunner().invoke(app, list(args))


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (
            "{shuffle_ordr: 1}",
            "unknown key 'axes.images.one.shuffle_ordr' (did you mean 'shuffle_order'?); "
            "allowed here: corpus, pipeline",
        ),
        (
            "{train: {batchsize: 3}}",
            "unknown key 'axes.images.one.train.batchsize' (did you mean 'batch_size'?)",
        ),
        (
            "{train: {data: {max_token: 3}}}",
            "'axes.images.one.train.data.max_token' (did you mean 'max_tokens'?); allowed here",
        ),
        (
            "{pipeline: {judge: {enabld: no}}}",
            "'axes.images.one.pipeline.judge.enabld' (did you mean 'enabled'?); allowed here",
        ),
        ("{train: {learning_rate: fast}}", "axes.images.one.train.learning_rate: must be a number"),
        ("{shuffle_order: [1]}", "axes.images.one.shuffle_order: must be a number"),
    ],
)
def test_a_typo_in_an_axis_is_named_by_its_key(cell: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(
        "title: A study\ncorpus: {videos: lectures}\nmodel: {path: model}\n"
        f"axes: {{images: {{one: {cell}}}}}\n"
    )
    result = invoke(str(file), "-o", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_what_is_missing_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    study = ablation(
        corpus={"videos": "lectures", "config": "offline"},
        model={"path": str(tmp_path / "model")},
        held_out={"benchmarks": ["scienceqb"], "benchmark_data": "data"},
        axes={"ocr": {"yes": {}}},
    )
    with pytest.raises(AblateError) as told:
        check_needs(study, cells(study))
    lines = str(told.value).splitlines()
    assert lines[1] == (
        "corpus.videos: a folder or manifest of videos at lectures; --videos names it"
    )
    assert lines[2].startswith(f"model.path: {tmp_path / 'model'} cannot be had here")
    assert "scienceqb" in lines[3] and lines[4] == "held_out.benchmark_data: a folder at data"
    assert len(lines) == 5
    made = ablation(corpus={"make": "python x.py {out}", "reads": ["x.py", "y"]})
    with pytest.raises(AblateError, match=r"corpus.reads: x.py, y; .* where the study is run"):
        check_needs(made, cells(made))


def test_a_split_without_videos_is_told_before_anything_is_built(tmp_path: Path) -> None:
    vlms.save("llava", tmp_path / "model")
    for n in range(6):
        (tmp_path / f"v{n}.mp4").write_bytes(b"no video")
    few, enough = (
        ablation(
            corpus={"videos": str(tmp_path)},
            pipeline={"splits": {"ratios": {"train": 1 - share, "test": share}}},
            model={"path": str(tmp_path / "model")},
            axes={"one": {"cell": {}}},
        )
        for share in (0.01, 0.5)
    )
    with pytest.raises(AblateError, match=r"'test': none of the 6 .* \(pipeline.splits.ratios"):
        check_needs(few, cells(few))
    check_needs(enough, cells(enough))


@pytest.mark.parametrize("name", names())
def test_a_short_study_of_videos_is_short_and_holds_out_half(name: str) -> None:
    study = load(name).shortened()
    if study.corpus.videos:
        (first, *_) = cells(study)
        assert first.settings.pipeline["splits"]["ratios"] == {"train": 0.5, "test": 0.5}
        assert (study.budget or 0) <= 10_000


def test_videos_and_model_can_be_named_on_the_command_line(tmp_path: Path) -> None:
    result = invoke("ocr", "--videos", str(tmp_path / "v"), "--model", str(tmp_path / "m"))
    told = " ".join(result.output.split())
    assert result.exit_code == 2
    assert f"videos at {tmp_path / 'v'};" in told and f"model.path: {tmp_path / 'm'}" in told


def test_questions_are_looked_for_before_training(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    write_parquet(corpus / "data" / "test-00000.parquet", [row("held")])
    kept = KeyedFolder(str(corpus), "corpus")
    asked = ablation(held_out={"questions": "questions"}).held_out
    with pytest.raises(AblateError, match=r"held_out.questions: .*slides has no test.parquet"):
        check(asked, (HeldOutSet("split test", kept),), [kept])
    for split in ("test", "train"):
        rows = [{"image": {"bytes": png(1), "path": None}, "question": "What?"}]
        write_parquet(corpus / "questions" / "slides" / f"{split}.parquet", rows)
    with pytest.raises(AblateError, match=r"test.parquet has no answer"):
        check(asked, (HeldOutSet("split test", kept),), [kept])


def test_benchmarks_are_asked_in_every_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("lm_eval")
    monkeypatch.setenv("VID2BOOK_STORE", str(tmp_path / "store"))
    corpus = write_corpus(tmp_path / "corpus")
    write_parquet(corpus / "data" / "test-00000.parquet", [row(f"held{n}") for n in range(3)])
    vlms.save("llava", tmp_path / "model")
    for split in ("test", "train"):
        rows = [
            {"image": {"bytes": png(n), "path": None}, "question": f"What is {n}?", "answer": "x"}
            for n in range(12)
        ]
        write_parquet(tmp_path / "data" / "slides" / f"{split}.parquet", rows)
    given: dict[str, Any] = {"benchmarks": ["slides"], "benchmark_data": str(tmp_path / "data")}
    study = ablation(
        corpus={"path": str(corpus)},
        model={"path": str(tmp_path / "model")},
        train={"steps": 1, "batch_size": 2, "data": {"max_tokens": 160, "workers": 0}},
        held_out=given | {"shots": [0], "limit": 4},
        seeds=[0],
    )
    check_needs(study, cells(study))
    results = run_study(study, cells(study), tmp_path / "out", ["cpu"], lambda said: None)
    assert {len(runs[0].answers) for runs in results.values()} == {4}
    listed = [measure.name for measure in measures(results["aligned"][0])]
    assert listed == ["held-out loss", "0-shot accuracy"]
    assert json.dumps([line.cell for line in table(results)]) == '["aligned", "shuffled"]'
