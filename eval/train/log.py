"""The loss of every step, as JSON Lines and, if asked for, for TensorBoard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .checkpoint import TrainError

FILE = "train.jsonl"


class Log:
    """OUT/train.jsonl: a line a step. A run that goes on first drops what it will do again."""

    def __init__(self, out: Path, after: int, tensorboard: bool) -> None:
        self._path = out / FILE
        kept = [line for line in _lines(self._path) if json.loads(line)["step"] <= after]
        self._path.write_text("".join(kept))
        self._board = _board(out, after) if tensorboard else None

    def add(self, line: dict[str, Any]) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")
        if self._board:
            for name in ("loss", "learning_rate", "grad_norm"):
                self._board.add_scalar(name, line[name], line["step"])
            self._board.flush()


def losses(out: Path) -> list[float]:
    """The loss of every step of a run."""
    return [json.loads(line)["loss"] for line in _lines(out / FILE)]


def mean_of_last(values: list[float]) -> float:
    """Mean of the last tenth, at least of one."""
    last = values[-max(1, len(values) // 10) :]
    return sum(last) / len(last)


def _lines(path: Path) -> list[str]:
    """Whole lines: the last one of a killed run may be cut."""
    if not path.is_file():
        return []
    return [line for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]


def _board(out: Path, after: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise TrainError("tensorboard: true needs it: pip install tensorboard") from None
    return SummaryWriter(str(out / "tensorboard"), purge_step=after + 1)
