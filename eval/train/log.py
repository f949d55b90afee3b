"""Logs the loss of every step, as JSON Lines and to the trackers of the recipe."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .config import TrainConfig

FILE, HELD_OUT = "train.jsonl", "held_out.jsonl"
_TRACKED = ("loss", "learning_rate", "grad_norm")


@dataclass(frozen=True)
class Tracked:
    """How trackers name a run. They show the curves of one project together.

    Attributes:
        project: the name of the project, for trackio and Weights & Biases.
        run: the name of the run within the project.
        folder: TensorBoard's files go into FOLDER/tensorboard/RUN.
    """

    project: str
    run: str
    folder: Path


class Log:
    """Writes OUT/train.jsonl, one line per step, and OUT/held_out.jsonl, and informs the trackers.

    A resumed run first drops the lines of steps that it will repeat. Only the first process writes.
    """

    def __init__(
        self, accelerator: Any, out: Path, recipe: TrainConfig, after: int, tracked: Tracked
    ) -> None:
        self._accelerator, self._out = accelerator, out
        if accelerator.is_main_process:
            for path in filter(Path.is_file, (out / FILE, out / HELD_OUT)):
                kept = [line for line in _lines(path) if json.loads(line)["step"] <= after]
                path.write_text("".join(kept))
        if recipe.trackers:
            run = {"name": tracked.run, "resume": "allow"}
            accelerator.init_trackers(
                tracked.project,
                init_kwargs={
                    "tensorboard": {"purge_step": after + 1},
                    "trackio": run,
                    "wandb": run | {"id": safe_name(tracked.run), "dir": str(out)},
                },
            )

    def add(self, line: dict[str, Any]) -> None:
        """Log a step."""
        self._write(FILE, line)
        self._accelerator.log({name: line[name] for name in _TRACKED}, step=line["step"])

    def add_held_out(self, step: int, loss: float) -> None:
        """Log the held-out loss after `step` steps; if a resumed run repeats it, both are kept."""
        self._write(HELD_OUT, {"step": step, "loss": loss})
        self._accelerator.log({"held_out_loss": loss}, step=step)

    def close(self) -> None:
        """Make the trackers send what they still hold."""
        for tracker in self._accelerator.trackers:
            tracker.finish()

    def _write(self, name: str, line: dict[str, Any]) -> None:
        if self._accelerator.is_main_process:
            with (self._out / name).open("a") as file:
                file.write(json.dumps(line) + "\n")


def safe_name(run: str) -> str:
    """The name of a run, made valid as a folder name and as an id of Weights & Biases."""
    return re.sub(r"[^\w.=+-]+", "_", run)


def losses(out: Path, file: str = FILE) -> list[float]:
    """The loss of every step of a run."""
    return [json.loads(line)["loss"] for line in _lines(out / file)]


def mean_of_last(values: list[float]) -> float:
    """Mean of the last tenth of the values, and of at least one."""
    last = values[-max(1, len(values) // 10) :]
    return sum(last) / len(last)


def _lines(path: Path) -> list[str]:
    """The complete lines of a file: the last line of a killed run may be cut off."""
    if not path.is_file():
        return []
    return [line for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
