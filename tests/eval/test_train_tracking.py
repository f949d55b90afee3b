"""Held-out loss and the trackers that a run tells of its losses."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from vid2book.eval.corpora import open_corpus
from vid2book.eval.train import TrainError, evaluate_loss, train
from vid2book.eval.train.log import HELD_OUT, losses
from vid2book.eval.vlm import load

from ..support import vlms
from ..support.corpora import row, write_parquet
from ..support.training import recipe, write_corpus

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return vlms.save("llava", tmp_path_factory.mktemp("model"))


def test_the_held_out_loss_is_taken_before_within_and_at_the_end(
    model: Path, corpus: Path, tmp_path: Path
) -> None:
    rows = [row(f"another {k}", images=1 + k % 3) for k in range(7)]
    rows[2]["images"] = [{"bytes": b"no image", "path": None}, *rows[2]["images"][1:]]
    held_out = open_corpus(write_parquet(tmp_path / "held.parquet", rows))
    settings = recipe(epochs=1, held_out_every=4)
    result = train(settings, corpus, model, tmp_path / "out", held_out=held_out)
    found = [json.loads(x) for x in (result.model / HELD_OUT).read_text().splitlines()]
    assert [line["step"] for line in found] == [0, 4, 6] and result.steps == 6
    for place, line in ((model, found[0]), (result.model, found[-1])):
        one = evaluate_loss(load(place), held_out.samples(), settings.data)
        mean = sum(x.loss_sum for x in one) / sum(x.tokens for x in one)
        assert len(one) == 6 and line["loss"] == pytest.approx(mean, rel=1e-4)
    assert result.held_out_loss == found[-1]["loss"] < found[0]["loss"]
    without = train(recipe(epochs=1), corpus, model, tmp_path / "without")
    assert without.held_out_loss is None
    assert losses(without.model) == losses(result.model)  # looking changes nothing


def test_a_held_out_corpus_that_tells_nothing_is_refused(
    model: Path, corpus: Path, tmp_path: Path
) -> None:
    silent = open_corpus(write_parquet(tmp_path / "x.parquet", [row("a") | {"texts": [None] * 4}]))
    with pytest.raises(TrainError, match="no texts"):
        train(recipe(), corpus, model, tmp_path / "out", held_out=silent)


def test_tensorboard_has_every_step_once(model: Path, corpus: Path, tmp_path: Path) -> None:
    event_accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator"
    )
    settings = recipe(epochs=1, trackers=["tensorboard"], held_out_every=3)
    held_out = open_corpus(write_parquet(tmp_path / "held.parquet", [row("another")]))
    train(settings, corpus, model, tmp_path / "out", samples=16, held_out=held_out)
    (folder,) = {path.parent for path in (tmp_path / "out" / "tensorboard").rglob("events.*")}
    events = event_accumulator.EventAccumulator(str(folder))
    events.Reload()
    assert [event.step for event in events.Scalars("loss")] == [1, 2, 3, 4]
    told = [event.value for event in events.Scalars("loss")]
    assert told == pytest.approx(losses(tmp_path / "out"), rel=1e-5)
    assert [event.step for event in events.Scalars("held_out_loss")] == [0, 3, 4]


def test_trackio_has_every_step(
    model: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("trackio")
    for module in ("utils", "sqlite_storage"):
        monkeypatch.setattr(f"trackio.{module}.TRACKIO_DIR", tmp_path / "trackio")
    settings = recipe(epochs=1, trackers=["trackio"])
    train(settings, corpus, model, tmp_path / "out", samples=16)
    (file,) = (tmp_path / "trackio").glob("*.db")
    with sqlite3.connect(file) as database:
        found = database.execute("select step, metrics from metrics order by step").fetchall()
    assert [step for step, _ in found] == [1, 2, 3, 4]


def test_wandb_has_every_step(
    model: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wandb = pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    settings = recipe(epochs=1, trackers=["wandb"])
    train(settings, corpus, model, tmp_path / "out", samples=16)
    (file,) = (tmp_path / "out" / "wandb").glob("offline-run-*/run-*.wandb")
    assert file.stat().st_size > 0 and wandb.run is None  # closed


def test_a_tracker_that_is_not_installed_is_named(
    model: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accelerate.tracking.get_available_trackers", list)
    with pytest.raises(TrainError, match="pip install wandb trackio"):
        train(recipe(trackers=["wandb", "trackio"]), corpus, model, tmp_path / "out")


def test_attention_that_is_not_installed_is_named(
    model: Path, corpus: Path, tmp_path: Path
) -> None:
    with pytest.raises(TrainError, match="attention: flash_attention_2: FlashAttention2"):
        train(recipe(attention="flash_attention_2"), corpus, model, tmp_path / "out")


def test_attention_is_what_the_recipe_says(model: Path, corpus: Path, tmp_path: Path) -> None:
    one, other = (
        losses(train(recipe(steps=2, attention=name), corpus, model, tmp_path / name).model)
        for name in ("sdpa", "eager")
    )
    assert one == pytest.approx(other, rel=1e-4)
