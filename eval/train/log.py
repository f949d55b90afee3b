"""The loss of every step, as JSON Lines and where else the recipe says."""

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
    """How trackers name a run: the curves of one project stand together.

    Attributes:
        project: of trackio and Weights & Biases.
        run: its name among the project's.
        folder: where TensorBoard's files go, into FOLDER/tensorboard/RUN.
    """

    project: str
    run: str
    folder: Path


class Log:
    """OUT/train.jsonl, a line a step, and OUT/held_out.jsonl, each also told to the trackers.

    A run that goes on first drops the lines of what it will do again. The first process writes.
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
        """A step."""
        self._write(FILE, line)
        self._accelerator.log({name: line[name] for name in _TRACKED}, step=line["step"])

    def add_held_out(self, step: int, loss: float) -> None:
        """The held-out loss after so many steps; taken again of a run that goes on, it is kept."""
        self._write(HELD_OUT, {"step": step, "loss": loss})
        self._accelerator.log({"held_out_loss": loss}, step=step)

    def close(self) -> None:
        """Have the trackers send what they still hold."""
        for tracker in self._accelerator.trackers:
            tracker.finish()

    def _write(self, name: str, line: dict[str, Any]) -> None:
        if self._accelerator.is_main_process:
            with (self._out / name).open("a") as file:
                file.write(json.dumps(line) + "\n")


def safe_name(run: str) -> str:
    """The name of a run as a folder's, and as an id of Weights & Biases."""
    return re.sub(r"[^\w.=+-]+", "_", run)


def losses(out: Path, file: str = FILE) -> list[float]:
    """The loss of every step of a run."""
    return [json.loads(line)["loss"] for line in _lines(out / file)]


def mean_of_last(values: list[float]) -> float:
    """Mean of the last tenth, at least of one."""
    last = values[-max(1, len(values) // 10) :]
    return sum(last) / len(last)


def _lines(path: Path) -> list[str]:
    """Whole lines: the last one of a killed run may be cut."""
    if not path.is_file():
        return []
    return [line for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
