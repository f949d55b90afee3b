"""The recipes of `examples/trainers`: other trainers take a step on our exports."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from vid2book.builder.export.formats import Format
from vid2book.builder.export.write import write_export
from vid2book.builder.write import write_corpus

from ..support import vlms
from ..support.made_corpus import corpus_of, make_video

RECIPES = Path(__file__).parents[2] / "examples" / "trainers"

TRAINERS = {
    "trl": (
        ["--no-deps", "trl"],
        "smolvlm",
        "trl sft --config {recipes}/trl.yaml --model_name_or_path model --max_steps 1 "
        "--use_cpu true --bf16 false --report_to none",
    ),
    "llama-factory": (
        ["llamafactory"],  # with the older transformers and trl that it asks for
        "llava",
        "llamafactory-cli train {recipes}/llama-factory.yaml model_name_or_path=model max_steps=1 "
        "report_to=none",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAINERS)
def test_a_trainer_takes_a_step_by_its_recipe(name: str, tmp_path: Path) -> None:
    """In an environment of its own, over the packages of this one."""
    packages, family, line = TRAINERS[name]
    command = line.format(recipes=RECIPES).split()
    write_corpus(corpus_of(make_video("a"), make_video("b"), samples=4), tmp_path / "textbook")
    for to in (Format.chat, Format.llama_factory):
        write_export(tmp_path / "textbook", to, tmp_path / to.value)
    vlms.save(family, tmp_path / "model")
    venv.create(tmp_path / "env", with_pip=True)
    binaries = tmp_path / "env" / "bin"
    (site,) = (tmp_path / "env" / "lib").glob("python*/site-packages")
    here = [path for path in sys.path if path.endswith("site-packages")]
    (site / "here.pth").write_text("\n".join(here))
    install = [binaries / "python", "-m", "pip", "install", "-q", *packages]
    subprocess.run(install, check=True, capture_output=True)
    done = subprocess.run(
        [binaries / command[0], *command[1:]],
        cwd=tmp_path,
        env=os.environ | {"HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (run,) = tmp_path.glob("run-*")
    assert list(run.glob("*.safetensors"))
