"""Several processes, and the launch files for them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from vid2book.eval.corpora import open_corpus
from vid2book.eval.train import Data, TrainConfig, train
from vid2book.eval.train.log import losses
from vid2book.eval.train.model import layer_classes
from vid2book.eval.vlm import load

from ..support import vlms
from ..support.corpora import row, write_parquet

torch = pytest.importorskip("torch")
pytest.importorskip("accelerate")

COMMAND = "from vid2book.cli import main; main()\n"

# accelerate shards on GPUs alone; told that it is sharding, it does so on CPUs as well.
SHARDED = """
from accelerate.state import AcceleratorState, PartialState
from accelerate.utils import DistributedType, FullyShardedDataParallelPlugin
from vid2book.eval.train import loop

real = loop.accelerator_for

def sharding(*given):
    accelerator = real(*given)
    for state in (PartialState, AcceleratorState):
        state._shared_state["distributed_type"] = DistributedType.FSDP
    AcceleratorState._shared_state["fsdp_plugin"] = FullyShardedDataParallelPlugin(
        fsdp_version=2,
        auto_wrap_policy="transformer_based_wrap",
        state_dict_type="SHARDED_STATE_DICT",
        reshard_after_forward=True,
    )
    return accelerator

loop.accelerator_for = sharding
"""


def launch(*arguments: str | Path, processes: int = 2, before: str = "") -> None:
    """`vid2book train` in processes on the CPU, which share gradients by gloo."""
    script = Path(arguments[0]).parent / "vid2book_script.py"
    script.write_text(before + COMMAND)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc_per_node", str(processes), str(script), "train", *map(str, arguments)]
    done = subprocess.run(
        command, env=os.environ | {"ACCELERATE_USE_CPU": "true"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def written(folder: Path, config: TrainConfig) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(config.model_dump()))
    return path


@pytest.mark.slow
@pytest.mark.parametrize("family", ["llava", "smolvlm"])
def test_two_processes_do_what_one_does(family: str, tmp_path: Path) -> None:
    rows = [row(f"lecture {k}", images=1 + k % 3) for k in range(13)]
    rows[3]["images"] = [None] * len(rows[3]["images"])  # text alone, in one process
    corpus = write_parquet(tmp_path / "corpus.parquet", rows)
    model = vlms.save(family, tmp_path / "model")
    one_step = TrainConfig(batch_size=40, learning_rate=0.01, data=Data(max_tokens=160))
    held_out = write_parquet(tmp_path / "held.parquet", rows)
    alone = train(one_step, corpus, model, tmp_path / "alone", held_out=open_corpus(held_out))
    arguments = [corpus, "--model", model, "--config", written(tmp_path, one_step)]
    launch(*arguments, "-o", tmp_path / "two", "--held-out", held_out)
    for file in ("train.jsonl", "held_out.jsonl"):
        one, two = losses(tmp_path / "alone", file), losses(tmp_path / "two", file)
        assert two == pytest.approx(one, rel=1e-3) and two[0] == pytest.approx(one[0], rel=1e-5)
    for (name, x), (_, y) in zip(
        load(alone.model).model.named_parameters(),
        load(tmp_path / "two").model.named_parameters(),
        strict=True,
    ):
        # Adam's first step is the sign of the gradient times the rate, so tiny ones may differ.
        assert ((x - y).abs() < 1e-4).float().mean() > 0.95, name


SMALL_STEPS = TrainConfig(
    learning_rate=1e-3, batch_size=4, checkpoint_every=2, data=Data(max_tokens=160, window=48)
)


@pytest.mark.slow
@pytest.mark.parametrize("weights", ["full", "lora"])
@pytest.mark.parametrize("before", ["", SHARDED], ids=["ddp", "fsdp"])
def test_two_processes_go_on_exactly(before: str, weights: str, tmp_path: Path) -> None:
    rows = [row(f"lecture {k}", images=1 + k % 3) for k in range(25)]
    corpus = write_parquet(tmp_path / "corpus.parquet", rows)
    model = vlms.save("llava", tmp_path / "model")
    config = written(tmp_path, SMALL_STEPS.model_copy(update={"weights": weights}))
    out = tmp_path / "out"
    arguments = [corpus, "--model", model, "-o", out, "--config", config]
    launch(*arguments, before=before)
    whole = losses(out)
    last = sorted(out.glob("checkpoints/*"))[-1]
    assert (last / "pytorch_model_fsdp_0").is_dir() == bool(before)  # sharded, or in one file
    shutil.rmtree(last)
    (out / "result.json").unlink()
    launch(*arguments, "--resume", before=before)
    assert len(whole) > 5 and losses(out) == whole
    trained, begun = (dict(load(x).model.named_parameters()) for x in (out, model))
    moved = {name for name in begun if not torch.equal(begun[name], trained[name])}
    assert any("language_model" in name for name in moved)
    assert (out / "adapter" / "adapter_model.safetensors").is_file() == (weights == "lora")


@pytest.mark.slow
@pytest.mark.parametrize("first", [1, 2])
def test_another_number_of_processes_goes_on_with_the_same_samples(
    first: int, tmp_path: Path
) -> None:
    """What a step learns from is told by its counts, and that it is the same by its loss."""
    rows = [row(f"lecture {k}", images=1 + k % 3) for k in range(25)]
    corpus = write_parquet(tmp_path / "corpus.parquet", rows)
    arguments = [corpus, "--model", vlms.save("llava", tmp_path / "model")]
    arguments += ["--config", written(tmp_path, SMALL_STEPS), "-o", tmp_path / "out"]
    launch(*arguments, processes=first)
    whole = lines(tmp_path / "out")
    for folder in sorted((tmp_path / "out").glob("checkpoints/*"))[1:]:
        shutil.rmtree(folder)
    (tmp_path / "out" / "result.json").unlink()
    launch(*arguments, "--resume", processes=3 - first)
    again = lines(tmp_path / "out")
    assert len(whole) == len(again) == 7
    for one, other in zip(whole, again, strict=True):
        for name in ("step", "rows", "samples", "images", "tokens", "learning_rate"):
            assert one[name] == other[name]
        assert other["loss"] == pytest.approx(one["loss"], rel=1e-3)
    assert again[-1]["rows"] == 25


def lines(out: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (out / "train.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("name", ["ddp", "fsdp"])
def test_the_launch_files_are_valid(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from accelerate.commands.config.config_args import load_config_from_file
    from accelerate.utils import FullyShardedDataParallelPlugin

    file = files("vid2book.configs") / "train" / "accelerate" / f"{name}.yaml"
    config = load_config_from_file(str(file))
    assert (config.num_processes, config.num_machines) == (8, 1)
    if name == "ddp":
        assert config.distributed_type == "MULTI_GPU"
        return
    assert config.distributed_type == "FSDP"
    for key, value in config.fsdp_config.items():  # as `accelerate launch` hands them on
        monkeypatch.setenv(key.upper(), str(value))
    plugin = FullyShardedDataParallelPlugin()
    assert plugin.fsdp_version == 2 and plugin.reshard_after_forward is True
    assert plugin.state_dict_type.name == "SHARDED_STATE_DICT"


@pytest.mark.parametrize("family", vlms.FAMILIES)
def test_fsdp_finds_the_layers_of_every_family(family: str, tmp_path: Path) -> None:
    from accelerate.utils import FullyShardedDataParallelPlugin

    model = load(vlms.save(family, tmp_path)).model
    plugin = FullyShardedDataParallelPlugin(
        fsdp_version=2,
        auto_wrap_policy="transformer_based_wrap",
        transformer_cls_names_to_wrap=layer_classes(model),
    )
    plugin.set_auto_wrap_policy(model)
    wrapped = plugin.auto_wrap_policy.keywords["transformer_layer_cls"]
    assert len(wrapped) >= 2  # layers of the vision encoder and of the language model
