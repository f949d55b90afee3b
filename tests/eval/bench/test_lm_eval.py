"""The tasks by lm-eval's own command line and model, and by several processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vid2book.eval.bench.results import read_runs
from vid2book.eval.bench.task import TASKS

from ...support import vlms


def test_lm_evals_own_model_gets_every_picture(data: Path, tmp_path: Path) -> None:
    from lm_eval import simple_evaluate
    from lm_eval.tasks import TaskManager

    model = vlms.save("llava", tmp_path / "llava")
    manager = TaskManager(
        include_path=str(TASKS), include_defaults=False, metadata={"data": str(data)}
    )
    found = simple_evaluate(
        model="hf-multimodal",
        model_args={"pretrained": str(model), "device": "cpu", "dtype": "float32"},
        tasks=["slides"],
        num_fewshot=2,
        limit=1,
        batch_size=1,
        bootstrap_iters=0,
        gen_kwargs="max_gen_toks=1",
        task_manager=manager,
    )
    (sample,) = found["samples"]["slides"]
    assert str(sample["arguments"][0][0]).count("<image>") == 3
    assert found["results"]["slides"]["acc,none"] in (0, 1)


@pytest.mark.slow
def test_lm_evals_command_line_runs_the_tasks_with_shots(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lm_eval.__main__ import cli_evaluate

    model = vlms.save("llava", tmp_path / "llava")
    asked = ["--model", "hf-multimodal", "--model_args", f"pretrained={model},dtype=float32"]
    tasks = ["--include_path", str(TASKS), "--tasks", "slides", "--num_fewshot", "2"]
    where = ["--metadata", json.dumps({"data": str(data)}), "--output_path", str(tmp_path / "out")]
    more = ["--device", "cpu", "--batch_size", "1", "--limit", "1", "--apply_chat_template"]
    more += ["--gen_kwargs", "max_gen_toks=1", "--log_samples"]
    monkeypatch.setattr(sys, "argv", ["lm_eval", *asked, *tasks, *where, *more])
    cli_evaluate()
    (found,) = (tmp_path / "out").rglob("results_*.json")
    results = json.loads(found.read_text(encoding="utf-8"))
    assert 0 <= results["results"]["slides"]["acc,none"] <= 1
    (samples,) = (tmp_path / "out").rglob("samples_slides_*.jsonl")
    sample = json.loads(samples.read_text(encoding="utf-8").splitlines()[0])
    prompt = json.dumps(sample["arguments"])
    assert prompt.count("<image>") == 3 and "<|assistant|>" in prompt


@pytest.mark.slow
def test_several_processes_ask_a_part_each(data: Path, tmp_path: Path) -> None:
    model = vlms.save("llava", tmp_path / "llava")
    code = "from vid2book.cli import main; main()"
    asked = ["bench", "--model", str(model), "--tasks", "slides", "--shots", "0,2", "--data", data]

    def run(out: Path, *launcher: str) -> None:
        script = tmp_path / "bench.py"
        script.write_text(code)
        command = [sys.executable, *launcher, str(script), *map(str, asked), "-o", str(out)]
        env = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=500)
        assert done.returncode == 0, done.stderr[-3000:]

    run(tmp_path / "one")
    run(tmp_path / "two", "-m", "torch.distributed.run", "--nproc_per_node", "2")
    assert read_runs(tmp_path / "one") == read_runs(tmp_path / "two")
    logs = sorted((tmp_path / "two").glob("*/answers*.jsonl"))
    lines = [len(log.read_text(encoding="utf-8").splitlines()) for log in logs]
    assert lines == [6, 6], "three questions of six, with no and with two shots"
