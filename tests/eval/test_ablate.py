"""Ablations: cells, folders that are made once, tables; and a whole study."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from vid2book.config import ConfigError
from vid2book.eval.ablate import config, report
from vid2book.eval.ablate.command import ablate
from vid2book.eval.ablate.config import Ablation, Folder, Settings, StudyCorpus
from vid2book.eval.ablate.folders import AblateError, Folders
from vid2book.eval.ablate.grid import cells, pick
from vid2book.eval.ablate.runs import AnsweredQuestion, RunResult
from vid2book.eval.ablate.table import measures, table, unmatched
from vid2book.eval.train import SampleLoss


def ablation(**values: Any) -> Ablation:
    given = {
        "title": "A study",
        "corpus": {"path": "corpus"},
        "model": {"path": "model"},
        "axes": {"images": {"aligned": {}, "shuffled": {"shuffle_order": 1.0}}},
    }
    return Ablation.model_validate(given | values)


def test_cells_are_all_combinations_and_the_first_is_the_base() -> None:
    study = ablation(
        train={"learning_rate": 1e-3, "data": {"max_tokens": 100}},
        axes={
            "images": {"aligned": {}, "shuffled": {"shuffle_order": 1.0}},
            "text": {"speech": {}, "both": {"train": {"data": {"text": "speech+ocr"}}}},
        },
    )
    found = cells(study)
    names = ["aligned, speech", "aligned, both", "shuffled, speech", "shuffled, both"]
    assert [cell.name for cell in found] == names
    assert found[3].settings.shuffle_order == 1.0
    assert found[3].recipe.data.text == "speech+ocr"
    assert found[3].recipe.data.max_tokens == 100
    assert found[3].recipe.learning_rate == 1e-3
    assert [cell.name for cell in pick(found, ("shuffled, both",))] == ["shuffled, both"]
    with pytest.raises(AblateError, match="no cell 'else'; there are aligned, speech"):
        pick(found, ("else",))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"train": {"learning_rat": 1}}, "learning_rat"),
        ({"corpus": {"path": "a", "make": "b {out}"}}, "give one of path, make, videos"),
        ({"model": {"make": "python m.py"}}, "must say {out}"),
        ({"axes": {"a": {"b": {"pipeline": {"read": {"enabled": False}}}}}}, "corpus.videos"),
        ({"axes": {"a": {"b": {"shuffle_order": 20}}}}, "less than or equal to 1"),
    ],
)
def test_what_cannot_be_studied_is_told(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ablation(**values)


def test_every_shipped_ablation_is_valid() -> None:
    assert {"order", "keyframes", "refinement", "ocr", "image_order"} <= set(config.names())
    for name in config.names():
        assert len(cells(config.load(name))) >= 2
    with pytest.raises(ConfigError, match="there is no config named 'else'"):
        config.load("else")


def test_a_folder_is_made_once_until_what_it_reads_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VID2BOOK_STORE", str(tmp_path / "store"))
    script = tmp_path / "script.py"
    script.write_text("import sys, pathlib; pathlib.Path(sys.argv[1]).mkdir()")
    told: list[str] = []
    folders = Folders(tmp_path / "work", told.append)
    made = Folder(make=f"python {script} {{out}} {{seed}}", reads=(str(script),))
    first = folders.model(made, seed=0)
    assert folders.model(made, seed=0) == first
    assert len(told) == 1
    assert folders.model(made, seed=1).key != first.key
    script.write_text(script.read_text() + "  # another")
    assert folders.model(made, seed=0).key != first.key
    assert len(told) == 3


def test_a_command_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "work", lambda said: None)
    failing = StudyCorpus(make="python -c \"raise SystemExit('no disk left')\" {out}")
    with pytest.raises(AblateError, match=r"(?s)exit status 1.*no disk left"):
        folders.corpus(failing, {})
    with pytest.raises(AblateError, match="nothing was written"):
        folders.corpus(StudyCorpus(make="python -c pass {out}"), {})
    with pytest.raises(AblateError, match="cannot run no-such-program"):
        folders.corpus(StudyCorpus(make="no-such-program {out}"), {})
    with pytest.raises(AblateError, match="lectures is not there"):
        folders.corpus(StudyCorpus(videos="lectures"), {})
    assert not list((tmp_path / "work" / "corpora").glob("[0-9a-f]*"))


def test_the_short_study_runs_and_is_not_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VID2BOOK_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(Path(__file__).resolve().parents[2])
    app = typer.Typer()
    app.command()(ablate)
    out = tmp_path / "order"

    def run(*options: str) -> Result:
        asked = ["order", "--short", "-o", str(out), "--workers", "2", *options]
        result = CliRunner().invoke(app, asked)
        assert result.exit_code == 0, result.output
        return result

    assert "making" in run().stderr
    told = json.loads((out / "table.json").read_text())
    assert told["unmatched"] == []
    assert [cell["cell"] for cell in told["cells"]] == ["aligned", "images shuffled"]
    assert set(told["measures"]) == {"held-out loss", "0-shot accuracy", "2-shot accuracy"}
    assert told["cells"][0]["images"] == [128]  # 8 lectures of 16 slides
    assert told["cells"][0]["estimates"]["held-out loss"]["lessons"] is not None
    times = {file: file.stat().st_mtime_ns for file in out.rglob("found.json")}
    assert len(times) == 2
    lost = next(iter(times))
    lost.unlink()  # as if the run had been killed just before its end
    again = run("--json")
    assert "making" not in again.stderr and json.loads(again.stdout) == told
    assert json.loads((out / "table.json").read_text()) == told
    changed = {f for f in times if f.stat().st_mtime_ns != times[f]}
    assert changed == {lost}


def found(loss: float, right: float, videos: int = 30) -> RunResult:
    """Losses and answers about `loss` and `right`, some videos harder than others."""
    hard = np.linspace(-0.2, 0.2, videos)
    names = [f"v{video}" for video in range(videos)]
    return RunResult(
        samples=10,
        images=40,
        loss_tokens=1000,
        steps=5,
        losses=tuple(
            SampleLoss(name, name, 10 * (loss + more), 10)
            for name, more in zip(names, hard, strict=True)
        ),
        answers=tuple(AnsweredQuestion(0, name, name, right) for name in names),
    )


def test_differences_are_paired_and_need_both_intervals() -> None:
    seeds = {0: 0.01, 1: 0.0, 2: -0.01}
    lines = table(
        {
            "base": {s: found(1.0 + e, 0.5) for s, e in seeds.items()},
            "worse": {s: found(1.1 + e, 0.4) for s, e in seeds.items()},
            "wavers": {s: found(1.0 + 20 * e, 0.5) for s, e in seeds.items()},
        }
    )
    base, worse, wavers = lines
    assert base.estimates["held-out loss"].value == pytest.approx(1.0)
    assert base.estimates["0-shot accuracy"].value == pytest.approx(50.0)
    low, high = base.estimates["held-out loss"].lessons or (0, 0)
    assert low < 0.97 and high > 1.03  # videos differ
    assert base.differences == {}
    # Paired, so that neither the seeds nor the videos blur it.
    difference = worse.differences["held-out loss"]
    assert difference.value == pytest.approx(0.1)
    assert difference.seeds == pytest.approx((0.1, 0.1))
    assert difference.lessons == pytest.approx((0.1, 0.1))
    assert difference.excludes_zero
    assert worse.differences["0-shot accuracy"].value == pytest.approx(-10.0)
    # By Student's t with two degrees of freedom: 4.303 * 0.19 / sqrt(3).
    assert wavers.differences["held-out loss"].seeds == pytest.approx((-0.472, 0.472), abs=1e-3)
    assert not wavers.differences["held-out loss"].excludes_zero


def test_with_one_seed_only_the_lessons_speak() -> None:
    lines = table({"base": {0: found(1.0, 0.5)}, "worse": {0: found(1.1, 0.5)}})
    assert lines[1].differences["held-out loss"].seeds is None
    assert lines[1].differences["held-out loss"].excludes_zero


def test_cells_that_are_not_matched_are_told(tmp_path: Path) -> None:
    from dataclasses import replace

    results = {"base": {0: found(1.0, 0.5)}, "less": {0: replace(found(1.1, 0.5), images=39)}}
    lines = table(results)
    assert unmatched(lines) == ["images"]
    study = ablation()
    report.write(study, lines, [], measures(results["base"][0]), tmp_path)
    text = (tmp_path / "table.md").read_text()
    assert "Cells differ in images" in text
    assert "| less | **+0.1** [+0.1, +0.1] |" in text
    told = json.loads((tmp_path / "table.json").read_text())
    assert told["unmatched"] == ["images"]
    assert told["cells"][1]["differences"]["held-out loss"]["excludes_zero"] is True
    assert (tmp_path / "table.png").read_bytes().startswith(b"\x89PNG")


def test_settings_of_the_base_hold_for_all_cells() -> None:
    study = ablation(
        corpus={"videos": "lectures"},
        pipeline={"splits": {"ratios": {"train": 0.9, "test": 0.1}}},
        axes={"refine": {"yes": {}, "no": {"pipeline": {"refine": {"enabled": False}}}}},
    )
    pipelines = [cell.settings.pipeline for cell in cells(study)]
    assert all(p["splits"]["ratios"]["test"] == 0.1 for p in pipelines)
    assert pipelines[1]["refine"] == {"enabled": False}
    assert Settings.model_validate({}).pipeline == {}
