"""Checkpoints that resume a run exactly: weights, optimiser, random numbers and place."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from vid2book.errors import UserError

_WRITING = ".writing"


class TrainError(UserError):
    """The run cannot start or continue; the message says why and what to do."""


@dataclass
class Progress:
    """What all processes have done together, and where the next step begins.

    Attributes:
        step: number of updates of the weights.
        rows: rows processed, including those left out.
        samples: samples learned from.
        images, tokens: images and labelled tokens of these samples.
        epoch, place: the current pass, and the place in its order.
        dropped: what this process left out, counted by reason.
    """

    step: int = 0
    rows: int = 0
    samples: int = 0
    images: int = 0
    tokens: int = 0
    epoch: int = 0
    place: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    def counts(self) -> dict[str, int]:
        """The counts for a line of the log."""
        names = ("step", "rows", "samples", "images", "tokens")
        return {name: getattr(self, name) for name in names}


def write(accelerator: Any, folder: Path, progress: Progress, keep: int) -> None:
    """Write a checkpoint under a temporary name, rename it, and delete all but the last `keep`."""
    writing = folder / _WRITING
    if accelerator.is_main_process:
        shutil.rmtree(writing, ignore_errors=True)
        writing.mkdir(parents=True)
    accelerator.wait_for_everyone()
    accelerator.save_state(str(writing))
    dropped = dropped_by_all(progress)
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        text = json.dumps(asdict(progress) | {"dropped": dropped})
        (writing / "progress.json").write_text(text)
        writing.rename(folder / f"step-{progress.step:08d}")
        for old in _checkpoints(folder)[:-keep]:
            shutil.rmtree(old)
    accelerator.wait_for_everyone()


def read(accelerator: Any, folder: Path) -> Progress | None:
    """Load the newest checkpoint, whatever its number of processes; None if there is none."""
    if not (checkpoints := _checkpoints(folder)):
        return None
    newest = checkpoints[-1]
    accelerator.load_state(str(newest), strict=False)  # frozen weights are not in it
    state = json.loads((newest / "progress.json").read_text())
    dropped = Counter(state["dropped"] if accelerator.is_main_process else {})
    return Progress(**state | {"dropped": dropped})


def dropped_by_all(progress: Progress) -> Counter[str]:
    """What all processes left out, counted by reason."""
    from accelerate.utils import gather_object

    return sum(gather_object([progress.dropped]), Counter())


def without_frozen(models: list[Any], weights: list[dict[str, Any]], _: str) -> None:
    """Remove frozen weights from a checkpoint; the base model has them.

    For a sharded model, `weights` is empty and nothing is removed.
    """
    for model, state in zip(models, weights, strict=False):
        for name, weight in model.named_parameters():
            if not weight.requires_grad:
                state.pop(name, None)


def _checkpoints(folder: Path) -> list[Path]:
    """Checkpoints, the oldest first."""
    return sorted(folder.glob("step-*"))
