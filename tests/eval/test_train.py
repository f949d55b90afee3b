"""Runs of tiny models: what they learn, and that a killed run goes on exactly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from vid2book.eval.corpora import open_corpus
from vid2book.eval.train import Data, TrainError, evaluate_loss, load_config, train
from vid2book.eval.train.config import Lora
from vid2book.eval.train.log import losses
from vid2book.eval.vlm import load

from ..support import vlms
from ..support.training import ROWS, recipe, write_corpus

torch = pytest.importorskip("torch")
safetensors = pytest.importorskip("safetensors")

IMAGES = sum(1 + k % 3 for k in range(24))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for family in {*vlms.FEW, "qwen2_5_vl", "smolvlm"}:
        vlms.save(family, folder / family)
    return folder


@pytest.mark.parametrize("family", vlms.FEW)
def test_every_family_learns_the_corpus(
    family: str, models: Path, corpus: Path, tmp_path: Path
) -> None:
    result = train(recipe(), corpus, models / family, tmp_path / "out")
    assert (result.samples, result.images) == (48, 2 * IMAGES)
    curve = losses(tmp_path / "out")
    assert len(curve) == result.steps
    assert result.loss < curve[0] - 0.5
    samples = list(open_corpus(corpus).samples())
    before = evaluate_loss(load(models / family), samples, recipe().data)
    after = evaluate_loss(load(result.model), samples, recipe().data)
    assert [one.id for one in after] == [one.id for one in before] == [r["id"] for r in ROWS]
    assert sum(one.loss_sum for one in after) < 0.8 * sum(one.loss_sum for one in before)
    # A pass counts every token once.
    assert 2 * sum(one.tokens for one in after) == result.loss_tokens


def test_held_out_loss_does_not_depend_on_what_shares_the_sequence(
    models: Path, corpus: Path
) -> None:
    vlm = load(models / "idefics3")
    samples = list(open_corpus(corpus).samples())
    together = evaluate_loss(vlm, samples, Data(max_tokens=600))
    alone = [evaluate_loss(vlm, [one], Data(max_tokens=600))[0] for one in samples]
    for a, b in zip(together, alone, strict=True):
        assert (a.id, a.tokens) == (b.id, b.tokens)
        assert a.loss_sum == pytest.approx(b.loss_sum, rel=1e-5)


def test_the_first_loss_is_the_held_out_loss_of_its_samples(
    models: Path, corpus: Path, tmp_path: Path
) -> None:
    """The training loss is nats per token over all sequences of a step, not a mean of means."""
    everything = recipe(epochs=1, batch_size=100)
    train(everything, corpus, models / "llava", tmp_path / "out")
    held_out = evaluate_loss(load(models / "llava"), open_corpus(corpus).samples())
    mean = sum(one.loss_sum for one in held_out) / sum(one.tokens for one in held_out)
    assert losses(tmp_path / "out") == [pytest.approx(mean, rel=1e-5)]


def test_accumulated_sequences_are_one_step_of_a_longer_one(
    models: Path, corpus: Path, tmp_path: Path
) -> None:
    short = recipe(epochs=1, batch_size=100, data=Data(max_tokens=120, window=1))
    long = recipe(epochs=1, batch_size=100, data=Data(max_tokens=4000, window=1))
    a = load(train(short, corpus, models / "qwen2_5_vl", tmp_path / "a").model)
    b = load(train(long, corpus, models / "qwen2_5_vl", tmp_path / "b").model)
    for (name, x), (_, y) in zip(
        a.model.named_parameters(), b.model.named_parameters(), strict=True
    ):
        # Adam's first step is the sign of the gradient times the rate, so tiny ones may differ.
        close = (x - y).abs() < 1e-4
        assert close.float().mean() > 0.95, name


def test_a_killed_run_goes_on_exactly(models: Path, corpus: Path, tmp_path: Path) -> None:
    settings = recipe(
        checkpoint_every=3, schedule="cosine", weights="lora", lora=Lora(dropout=0.1, rank=4)
    )
    whole = train(settings, corpus, models / "smolvlm", tmp_path / "whole")
    config = tmp_path / "recipe.yaml"
    config.write_text(yaml.safe_dump(settings.model_dump()))
    out = tmp_path / "killed"
    command = [sys.executable, "-c", "from vid2book.cli import main; main()", "train"]
    command += [str(corpus), "--model", str(models / "smolvlm"), "-o", str(out)]
    running = subprocess.Popen([*command, "--config", str(config)], start_new_session=True)
    until = time.monotonic() + 120
    while time.monotonic() < until and running.poll() is None:
        if (out / "checkpoints" / "step-00000003").is_dir() and len(losses(out)) >= 5:
            break
        time.sleep(0.005)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    done = losses(out)
    assert 5 <= len(done) < whole.steps
    saved = safetensors.safe_open(next(out.glob("checkpoints/*/model.safetensors")), "pt").keys()
    assert saved and all("lora" in name for name in saved)  # what is frozen is not saved
    went_on = train(load_config(config), corpus, models / "smolvlm", out, resume=True)
    assert losses(out) == losses(tmp_path / "whole")
    assert done == losses(out)[: len(done)]
    for name in ("steps", "samples", "images", "loss_tokens", "loss", "dropped"):
        assert getattr(went_on, name) == getattr(whole, name)
    for (name, x), (_, y) in zip(
        load(went_on.model).model.named_parameters(),
        load(whole.model).model.named_parameters(),
        strict=True,
    ):
        assert torch.equal(x, y), name


def test_what_is_trained_on_is_not_held_out(models: Path, corpus: Path, tmp_path: Path) -> None:
    file = next((corpus / "data").glob("train-*.parquet"))
    with pytest.raises(TrainError, match=r"would also be trained on: .* the same files"):
        train(
            recipe(), corpus, models / "llava", tmp_path / "run", held_out=open_corpus(file, "test")
        )


def test_a_finished_run_is_returned_and_never_overwritten(
    models: Path, corpus: Path, tmp_path: Path
) -> None:
    once = recipe(epochs=1)
    result = train(once, corpus, models / "llava", tmp_path / "out")
    assert train(once, corpus, models / "llava", tmp_path / "out", resume=True) == result
    data = once.data.model_copy(update={"workers": 0})
    elsewhere = recipe(epochs=1, data=data, checkpoint_every=7)  # learns the same
    assert train(elsewhere, corpus, models / "llava", tmp_path / "out", resume=True) == result
    with pytest.raises(TrainError, match="already holds a run"):
        train(once, corpus, models / "llava", tmp_path / "out")
    with pytest.raises(TrainError, match="another config"):
        train(recipe(epochs=3), corpus, models / "llava", tmp_path / "out", resume=True)


@pytest.mark.parametrize("family", vlms.FEW)
def test_a_frozen_encoder_stays_and_the_connector_learns(
    family: str, models: Path, corpus: Path, tmp_path: Path
) -> None:
    settings = recipe(epochs=1, weights="frozen-vision", gradient_checkpointing=True)
    result = train(settings, corpus, models / family, tmp_path / "out", samples=6)
    before, after = load(models / family), load(result.model)
    moved = {
        name
        for (name, x), (_, y) in zip(
            before.model.named_parameters(), after.model.named_parameters(), strict=True
        )
        if not torch.equal(x, y)
    }
    encoder = before.model.get_encoder(modality="image")
    part = next(name for name, module in before.model.named_modules() if module is encoder)
    connectors = tuple(f"{part}.{inside}." for inside in before.family.connectors)
    vision = {name for name in moved if name.startswith(f"{part}.")}
    assert all(name.startswith(connectors) for name in vision) and bool(vision) == bool(connectors)
    assert any(word in name for name in moved for word in ("connector", "projector", "merger"))
    assert any("lm_head" in name or "embed_tokens" in name for name in moved)


def test_adapters_leave_the_encoder_alone_and_are_merged(
    models: Path, corpus: Path, tmp_path: Path
) -> None:
    settings = recipe(epochs=1, weights="lora", lora=Lora(rank=2), precision="bfloat16")
    result = train(settings, corpus, models / "qwen2_5_vl", tmp_path / "out", samples=8)
    assert (result.model / "adapter" / "adapter_config.json").is_file()
    with safetensors.safe_open(
        result.model / "adapter" / "adapter_model.safetensors", "pt"
    ) as file:
        keys = list(file.keys())
    assert keys and not any(".visual." in key for key in keys)
    assert load(result.model).model.config.model_type == "qwen2_5_vl"
