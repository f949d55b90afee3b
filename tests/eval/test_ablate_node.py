"""A study on a machine with GPUs: devices, launched runs, one project of curves; main effects."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from vid2book.eval.ablate import report
from vid2book.eval.ablate.effects import main_effects
from vid2book.eval.ablate.folders import AblateError, KeyedFolder
from vid2book.eval.ablate.grid import Cell, cells
from vid2book.eval.ablate.held_out import HeldOutSet
from vid2book.eval.ablate.places import hide_all_but, places
from vid2book.eval.ablate.runs import Job, RunResult, run
from vid2book.eval.ablate.study import study as run_study
from vid2book.eval.ablate.table import measures, table

from ..support import vlms
from ..support.corpora import row, write_parquet
from ..support.training import ROWS, recipe, write_corpus
from .test_ablate import ablation, found

torch = pytest.importorskip("torch")

TWO_AXES = {
    "images": {"aligned": {}, "shuffled": {"shuffle_order": 1.0}},
    "rate": {"low": {}, "high": {"train": {"learning_rate": 0.1}}},
}


def test_devices_are_named_and_shared_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert places("cpu", 3) == ["cpu", "cpu", "cpu"]
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert places(None, None) == ["cpu"]
    with pytest.raises(AblateError, match="no GPU here, only cpu"):
        places("cuda", None)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    assert places(None, None) == places("cuda", None) == ["cuda:0", "cuda:1", "cuda:2"]
    assert places("cuda:2,cuda:0", 3) == ["cuda:2", "cuda:0", "cuda:2"]
    with pytest.raises(AblateError, match="no device cuda:7 here"):
        places("cuda:0,cuda:7", None)


def test_a_process_sees_its_own_device_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,GPU-5f")
    monkeypatch.setenv("ACCELERATE_USE_CPU", "false")
    hide_all_but("cuda:1")
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "GPU-5f"
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    hide_all_but("cuda:1")
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "1"
    hide_all_but("cpu")
    assert os.environ["CUDA_VISIBLE_DEVICES"] == ""


def grid(**losses: float) -> tuple[list[Cell], dict[str, dict[int, RunResult]]]:
    """The cells of two axes, with losses by the first letters of their settings."""
    chosen = cells(ablation(axes=TWO_AXES))
    by_cell = {
        cell.name: {
            seed: found(losses["".join(name[0] for name in cell.chosen)] + 0.001 * seed, 0.5)
            for seed in range(3)
        }
        for cell in chosen
    }
    return chosen, by_cell


def test_main_effects_are_means_over_the_other_axes(tmp_path: Path) -> None:
    chosen, by_cell = grid(al=1.0, ah=1.2, sl=1.1, sh=1.5)
    measured = measures(by_cell["aligned, low"][0])
    effects = main_effects(chosen, ["images", "rate"], by_cell, measured)
    assert [(e.axis, e.setting, e.base) for e in effects] == [
        ("images", "shuffled", "aligned"),
        ("rate", "high", "low"),
    ]
    shuffled, high = (effect.differences["held-out loss"] for effect in effects)
    assert shuffled.value == pytest.approx(0.2) and high.value == pytest.approx(0.3)
    assert shuffled.stands and high.stands and shuffled.asked == 30
    assert effects[0].differences["0-shot accuracy"].value == 0
    study, lines = ablation(axes=TWO_AXES), table(by_cell)
    report.write(study, lines, effects, measured, tmp_path)
    assert "| images | shuffled against aligned | **+0.2**" in (tmp_path / "table.md").read_text()
    told = json.loads((tmp_path / "table.json").read_text())["effects"]
    assert told[1]["differences"]["held-out loss"]["value"] == pytest.approx(0.3)


def test_without_a_whole_grid_there_are_no_main_effects() -> None:
    chosen, by_cell = grid(al=1.0, ah=1.2, sl=1.1, sh=1.5)
    measured = measures(by_cell["aligned, low"][0])
    assert not main_effects(chosen[:3], ["images", "rate"], by_cell, measured)
    assert not main_effects(chosen[:2], ["images", "rate"], by_cell, measured)


@pytest.fixture
def there(tmp_path: Path) -> dict[str, Any]:
    """A corpus with held-out lessons, and a model."""
    write_corpus(tmp_path / "corpus")
    held_out = [row(f"held{n}") for n in range(10)]
    write_parquet(tmp_path / "corpus" / "data" / "test-00000.parquet", held_out)
    vlms.save("llava", tmp_path / "model")
    return {
        "corpus": {"path": str(tmp_path / "corpus")},
        "model": {"path": str(tmp_path / "model")},
    }


def test_the_curves_of_all_cells_stand_in_one_project(
    there: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tensorboard")
    monkeypatch.setenv("VID2BOOK_STORE", str(tmp_path / "store"))
    settings = {"batch_size": 4, "steps": 2, "trackers": ["tensorboard"], "data": {"workers": 0}}
    study = ablation(**there, train=settings | {"data": {"max_tokens": 160}}, seeds=[0])
    told: list[str] = []
    run_study(study, cells(study), tmp_path / "study", ["cpu"], told.append)
    curves = {path.parents[1].name for path in (tmp_path / "study/tensorboard").rglob("events.*")}
    assert curves == {"aligned_seed_0", "shuffled_seed_0"}
    assert told[-1] == "2 of 2: shuffled, seed 0"


@pytest.mark.slow
def test_a_run_by_accelerate_launch_is_that_of_one_process(
    there: dict[str, Any], tmp_path: Path
) -> None:
    """In two processes, which share every step."""
    launch = tmp_path / "launch.yaml"
    launch.write_text(
        "compute_environment: LOCAL_MACHINE\ndistributed_type: MULTI_CPU\nnum_machines: 1\n"
        "num_processes: 2\nmachine_rank: 0\nuse_cpu: true\nmixed_precision: 'no'\n"
    )
    study = ablation(**there)
    kept = KeyedFolder(there["corpus"]["path"], "corpus")
    job = Job(
        cell="aligned",
        seed=0,
        corpus=kept,
        model=KeyedFolder(there["model"]["path"], "model"),
        held_out=(HeldOutSet("split test", kept),),
        held_out_config=study.held_out,
        offered=24,
        recipe=recipe(),
        only=frozenset(row["id"] for row in ROWS[:20]),
    )
    one = run(job, tmp_path / "one" / "runs")
    both = run(job, tmp_path / "both" / "runs", launch=launch)
    assert (one.steps, one.samples, one.loss_tokens) == (both.steps, both.samples, both.loss_tokens)
    for ours, theirs in zip(one.losses, both.losses, strict=True):
        assert ours.loss_sum == pytest.approx(theirs.loss_sum, rel=1e-3)
