"""Results for the Hub's leaderboards: `.eval_results/*.yaml` in a model's repository.

There is a file for each task and number of shots, since each file holds one score. Format:
https://huggingface.co/docs/hub/eval-results
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from vid2book.store import write_atomically

from .results import Cell, Run

FOLDER = ".eval_results"
_TASKS = Path(__file__).parent / "tasks"


def write(folder: Path, run: Run) -> None:
    """Write `FOLDER/.eval_results/TASK.yaml`, or with shots `TASK_K-shot.yaml`.

    Only whole benchmarks of the Hub are written: no probes, no runs with a limit, and no questions
    of your own.
    """
    for cell in run.cells:
        if entry := _entry(run, cell):
            name = cell.task + (f"_{cell.shots}-shot" if cell.shots else "")
            text = yaml.safe_dump([entry], sort_keys=False, allow_unicode=True)
            write_atomically(folder / FOLDER / f"{name}.yaml", text.encode())


def _entry(run: Run, cell: Cell) -> dict[str, Any] | None:
    dataset = _hub_dataset(cell.task)
    value = None if cell.failure else cell.accuracy.value
    if dataset is None or value is None or run.settings.get("limit") is not None:
        return None
    notes = [f"{cell.shots}-shot", str(run.settings["scoring"])]
    if cell.shots:
        notes.append(f"shots by {run.settings['shots_by']}")
    return {
        "dataset": {"id": dataset, "task_id": cell.task},
        "value": round(value, 2),
        "notes": ", ".join(["vid2book bench", *notes]),
    }


@cache
def _hub_dataset(task: str) -> str | None:
    """The dataset on the Hub; None for a probe, or for a task that has none."""
    path = _TASKS / f"{task}.yaml"
    if not path.is_file():
        return None
    # The YAML has lm-eval's tags for functions; only plain values matter here.
    config = _plain(yaml.compose(path.read_text(encoding="utf-8")))
    if "dataset_path" in config:
        return None if config["dataset_path"] in ("", "null") else config["dataset_path"]
    return _hub_dataset(config["include"].removesuffix(".yaml")) if "include" in config else None


def _plain(node: Any) -> dict[str, str]:
    scalars = ((key, value) for key, value in node.value if isinstance(value, yaml.ScalarNode))
    return {str(key.value): str(value.value) for key, value in scalars}
