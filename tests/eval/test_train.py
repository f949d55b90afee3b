"""Runs of tiny models: what they learn, that a killed run goes on exactly, what users are told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from vid2book.config import names as pipeline_names
from vid2book.eval.corpora import InterleavedCorpus, open_corpus
from vid2book.eval.sources import Bad, HubDataset, Row
from vid2book.eval.train import (
    Data,
    TrainConfig,
    TrainError,
    evaluate_loss,
    load_config,
    loop,
    names,
    train,
)
from vid2book.eval.train.config import Lora
from vid2book.eval.train.log import losses
from vid2book.eval.train.model import learning_rate
from vid2book.eval.train.order import share, shuffled
from vid2book.eval.vlm import VlmError, load

from ..support import vlms
from ..support.corpora import row, write_parquet

torch = pytest.importorskip("torch")
safetensors = pytest.importorskip("safetensors")

ROWS = [row(f"lecture {k}", images=1 + k % 3) for k in range(24)]
IMAGES = sum(1 + k % 3 for k in range(24))


def recipe(**fields: object) -> TrainConfig:
    given = {
        "learning_rate": 0.01,
        "epochs": 2,
        "warmup": 0.1,
        "accumulation": 2,
        "data": Data(max_tokens=160, window=8),
    }
    return TrainConfig(**(given | fields))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for shard in range(2):
        rows = ROWS[12 * shard : 12 * shard + 12]
        write_parquet(folder / "data" / f"train-{shard:05d}-of-00002.parquet", rows)
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for family in vlms.FAMILIES:
        vlms.save(family, folder / family)
    return folder


@pytest.mark.parametrize("family", vlms.FAMILIES)
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
    everything = recipe(epochs=1, accumulation=100)
    train(everything, corpus, models / "llava", tmp_path / "out")
    held_out = evaluate_loss(load(models / "llava"), open_corpus(corpus).samples())
    mean = sum(one.loss_sum for one in held_out) / sum(one.tokens for one in held_out)
    assert losses(tmp_path / "out") == [pytest.approx(mean, rel=1e-5)]


def test_accumulated_sequences_are_one_step_of_a_longer_one(
    models: Path, corpus: Path, tmp_path: Path
) -> None:
    short = recipe(epochs=1, accumulation=100, data=Data(max_tokens=120, window=1))
    long = recipe(epochs=1, accumulation=1, data=Data(max_tokens=4000, window=1))
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


def test_a_finished_run_is_returned_and_never_overwritten(
    models: Path, corpus: Path, tmp_path: Path
) -> None:
    once = recipe(epochs=1)
    result = train(once, corpus, models / "llava", tmp_path / "out")
    assert train(once, corpus, models / "llava", tmp_path / "out", resume=True) == result
    with pytest.raises(TrainError, match="already holds a run"):
        train(once, corpus, models / "llava", tmp_path / "out")
    with pytest.raises(TrainError, match="another config"):
        train(recipe(epochs=3), corpus, models / "llava", tmp_path / "out", resume=True)


@pytest.mark.parametrize("family", vlms.FAMILIES)
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
    part, inside = before.family.vision, before.family.connector
    vision = {name for name in moved if f"model.{part}." in name}
    assert vision == {name for name in vision if inside and inside in name}
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


def test_the_window_orders_every_pass_anew_and_loses_nothing() -> None:
    first, second = (list(shuffled(iter(range(25)), 10, seed=1, epoch=e)) for e in (0, 1))
    assert sorted(first) == sorted(second) == list(range(25)) and first != second
    assert sorted(first[:10]) == list(range(10))
    parts = [list(share(iter(range(25)), process, 3, 2)) for process in range(3)]
    assert sorted(x for part in parts for x in part) == list(range(6, 25))


def test_the_rate_rises_stays_or_falls() -> None:
    constant, cosine = recipe(warmup=0.5), recipe(warmup=0.5, schedule="cosine")
    assert learning_rate(constant, 0.25) == learning_rate(cosine, 0.25) == 0.005
    assert learning_rate(constant, 1.0) == 0.01
    assert learning_rate(cosine, 0.75) == pytest.approx(0.005)
    assert learning_rate(cosine, 1.0) == pytest.approx(0.0)


def test_the_card_tells_corpus_and_recipe(models: Path, corpus: Path, tmp_path: Path) -> None:
    train(recipe(epochs=1), corpus, models / "llava", tmp_path / "out", samples=4)
    text = (tmp_path / "out" / "README.md").read_text()
    head = yaml.safe_load(text.split("---\n")[1])
    assert head["pipeline_tag"] == "image-text-to-text"
    assert "base_model" not in head  # a folder here is no name on the Hub
    written = yaml.safe_load(text.split("```yaml\n")[1].split("```")[0])
    assert TrainConfig(**written) == recipe(epochs=1)
    assert "| its version | content " in text and "| samples | 4 |" in text


def test_every_shipped_recipe_loads() -> None:
    assert {"paper", "tiny"} <= set(names())
    for name in names():
        load_config(name)
    paper = load_config("paper")
    assert (paper.learning_rate, paper.warmup, paper.epochs) == (2e-5, 0.03, 1)
    assert (paper.schedule, paper.data.max_images) == ("constant", 12)
    assert not {"tiny", "lora"} & set(pipeline_names())


def bad_corpus(folder: Path, name: str, **columns: object) -> Path:
    return write_parquet(folder / f"{name}.parquet", [ROWS[0] | columns])


def test_what_is_wrong_is_told_before_anything_is_loaded(
    models: Path, corpus: Path, tmp_path: Path
) -> None:
    one, out = recipe(epochs=1), tmp_path / "out"
    size = len(ROWS[0]["images"])
    no_images = bad_corpus(tmp_path, "a", images=[None] * size)
    with pytest.raises(TrainError, match="no images"):
        train(one, no_images, models / "llava", out / "a")
    no_texts = bad_corpus(tmp_path, "b", texts=[None] * size)
    with pytest.raises(TrainError, match="no texts"):
        train(one, no_texts, models / "llava", out / "b")
    neither = write_parquet(tmp_path / "c.parquet", [{"caption": "a slide"}])
    with pytest.raises(TrainError, match="a row without lists 'images' and 'texts'"):
        train(one, neither, models / "llava", out / "c")
    with pytest.raises(VlmError, match="cannot load"):
        train(one, corpus, models / "none", out / "d")
    both = recipe(epochs=1, data=Data(text="speech+ocr"))
    with pytest.raises(TrainError, match="no text_ocr_list"):
        train(both, corpus, models / "llava", out / "e")
    assert not out.exists()


def test_a_damaged_shard_costs_its_rows(models: Path, tmp_path: Path) -> None:
    for shard, rows in enumerate([ROWS[:3], ROWS[3:6]]):
        write_parquet(tmp_path / "corpus" / f"train-{shard:05d}-of-00002.parquet", rows)
    (tmp_path / "corpus" / "train-00001-of-00002.parquet").write_bytes(b"PAR1 no more")
    result = train(recipe(epochs=1), tmp_path / "corpus", models / "llava", tmp_path / "out")
    assert result.samples == 3
    assert result.dropped == {"train-00001-of-00002.parquet cannot be read": 1}


class Streamed(HubDataset):
    """A dataset of the Hub, without a Hub: rows in order, how many is not known."""

    def rows(self, samples: int | None, seed: int) -> Iterator[tuple[int, Row | Bad]]:
        yield from list(enumerate(ROWS))[:samples]


def test_a_stream_needs_an_end_and_then_trains(models: Path, tmp_path: Path) -> None:
    stream = InterleavedCorpus("org/lectures", Streamed("org/lectures", "v1", None, "train"))
    with pytest.raises(TrainError, match="give --samples, or steps"):
        train(recipe(epochs=1), stream, models / "llava", tmp_path / "none")
    some = train(recipe(epochs=1), stream, models / "llava", tmp_path / "some", samples=6)
    assert some.samples == 6
    lines = (some.model / "train.jsonl").read_text().splitlines()
    assert json.loads(lines[-1])["rows"] == 6
    many = train(recipe(steps=30), stream, models / "llava", tmp_path / "many")
    assert many.steps == 30 and many.samples > len(ROWS)  # more than one pass
    card = (many.model / "README.md").read_text()
    assert "| its version | revision v1 |" in card and "datasets:\n- org/lectures" in card


def test_broken_images_cost_their_row(models: Path, tmp_path: Path) -> None:
    broken = ROWS[1] | {"images": [{"bytes": b"no image", "path": None}, *ROWS[1]["images"][1:]]}
    file = write_parquet(tmp_path / "corpus.parquet", [ROWS[0], broken, ROWS[2]])
    result = train(recipe(epochs=1), file, models / "llava", tmp_path / "out")
    assert result.samples == 2
    assert result.dropped == {"a row with an image that cannot be read": 1}


def test_a_corpus_of_broken_images_ends_however_many_steps_are_asked_for(
    models: Path, tmp_path: Path
) -> None:
    broken = [{"bytes": b"no image", "path": None}, *ROWS[0]["images"][1:]]
    file = write_parquet(tmp_path / "corpus.parquet", [ROWS[0] | {"images": broken}])
    with pytest.raises(TrainError, match=r"nothing could be learned .*cannot be read': 1"):
        train(recipe(steps=5), file, models / "llava", tmp_path / "out")


def test_no_memory_is_told_with_what_helps(
    models: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(loop, "token_losses", full)
    with pytest.raises(TrainError, match=r"out of memory.*data\.max_tokens \(now 160\)"):
        train(recipe(), corpus, models / "llava", tmp_path / "out")


def test_the_log_has_a_line_a_step(models: Path, corpus: Path, tmp_path: Path) -> None:
    settings = recipe(epochs=1, steps=3, tensorboard=True)
    train(settings, corpus, models / "llava", tmp_path / "out")
    lines = [json.loads(x) for x in (tmp_path / "out" / "train.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3]
    assert {"loss", "learning_rate", "grad_norm", "samples", "images", "tokens"} <= set(lines[0])
    assert list((tmp_path / "out" / "tensorboard").iterdir())
