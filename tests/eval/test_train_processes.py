"""Several processes, and the launch files for them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

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

def sharding(recipe):
    accelerator = real(recipe)
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


def launch(*arguments: str | Path, before: str = "") -> None:
    """`vid2book train` in two processes on the CPU, which share gradients by gloo."""
    script = Path(arguments[0]).parent / "vid2book_script.py"
    script.write_text(before + COMMAND)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc_per_node", "2", str(script), "train", *map(str, arguments)]
    done = subprocess.run(
        command, env=os.environ | {"ACCELERATE_USE_CPU": "true"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("family", ["llava", "smolvlm"])
def test_two_processes_do_what_one_does(family: str, tmp_path: Path) -> None:
    rows = [row(f"lecture {k}", images=1 + k % 3) for k in range(13)]
    rows[3]["images"] = [None] * len(rows[3]["images"])  # text alone, in one process
    corpus = write_parquet(tmp_path / "corpus.parquet", rows)
    model = vlms.save(family, tmp_path / "model")
    one_step = TrainConfig(accumulation=40, learning_rate=0.01, data=Data(max_tokens=160))
    config = tmp_path / "recipe.yaml"
    config.write_text(yaml.safe_dump(one_step.model_dump()))
    alone = train(one_step, corpus, model, tmp_path / "alone")
    launch(corpus, "--model", model, "-o", tmp_path / "two", "--config", config)
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "alone"), rel=1e-5)
    for (name, x), (_, y) in zip(
        load(alone.model).model.named_parameters(),
        load(tmp_path / "two").model.named_parameters(),
        strict=True,
    ):
        # Adam's first step is the sign of the gradient times the rate, so tiny ones may differ.
        assert ((x - y).abs() < 1e-4).float().mean() > 0.95, name


@pytest.mark.slow
@pytest.mark.parametrize("before", ["", SHARDED], ids=["ddp", "fsdp"])
def test_two_processes_go_on_exactly(before: str, tmp_path: Path) -> None:
    rows = [row(f"lecture {k}", images=1 + k % 3) for k in range(25)]
    corpus = write_parquet(tmp_path / "corpus.parquet", rows)
    model = vlms.save("llava", tmp_path / "model")
    settings = TrainConfig(learning_rate=0.01, checkpoint_every=2, data=Data(max_tokens=160))
    config = tmp_path / "recipe.yaml"
    config.write_text(yaml.safe_dump(settings.model_dump()))
    out = tmp_path / "out"
    arguments = [corpus, "--model", model, "-o", out, "--config", config]
    launch(*arguments, before=before)
    whole = losses(out)
    last = sorted(out.glob("checkpoints/*"))[-1]
    assert (last / "pytorch_model_fsdp_0").is_dir() == bool(before)  # sharded, or in one file
    shutil.rmtree(last)
    (out / "result.json").unlink()
    launch(*arguments, "--resume", before=before)
    assert load(out).model.config.model_type == "llava"
    assert len(whole) > 5 and losses(out) == whole


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
