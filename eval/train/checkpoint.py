"""Checkpoints from which a run goes on exactly: weights, optimiser, random numbers, place."""

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
    """A run that cannot start or go on; the message says why and what to do."""


@dataclass
class Progress:
    """What all processes did together."""

    step: int = 0
    rows: int = 0  # done, those left out included
    samples: int = 0  # learned from to their end
    images: int = 0
    tokens: int = 0  # with a label

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass
class Place:
    """Where one process is in the corpus: the pass, rows done, pieces done of the next row."""

    epoch: int = 0
    row: int = 0
    piece: int = 0
    dropped: Counter[str] = field(default_factory=Counter)


def write(accelerator: Any, folder: Path, progress: Progress, place: Place, keep: int) -> None:
    """Write a checkpoint beside its place and rename it; older ones but `keep` - 1 are deleted."""
    writing = folder / _WRITING
    if accelerator.is_main_process:
        shutil.rmtree(writing, ignore_errors=True)
        writing.mkdir(parents=True)
    accelerator.wait_for_everyone()
    accelerator.save_state(str(writing))
    told = json.dumps(asdict(place))
    (writing / f"place-{accelerator.process_index}.json").write_text(told)
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        state = progress.as_dict() | {"processes": accelerator.num_processes}
        (writing / "progress.json").write_text(json.dumps(state))
        writing.rename(folder / f"step-{progress.step:08d}")
        for old in _all(folder)[:-keep]:
            shutil.rmtree(old)
    accelerator.wait_for_everyone()


def read(accelerator: Any, folder: Path) -> tuple[Progress, Place] | None:
    """Go back to the newest checkpoint; None where there is none.

    Raises:
        TrainError: it was written by another number of processes, which share the corpus
            otherwise.
    """
    if not (found := _all(folder)):
        return None
    newest = found[-1]
    state = json.loads((newest / "progress.json").read_text())
    processes = state.pop("processes")
    if processes != accelerator.num_processes:
        raise TrainError(
            f"{newest} was written by {processes} processes and this run has "
            f"{accelerator.num_processes}; start it with {processes}"
        )
    accelerator.load_state(str(newest), strict=False)  # frozen weights are not in it
    place = json.loads((newest / f"place-{accelerator.process_index}.json").read_text())
    return Progress(**state), Place(**place | {"dropped": Counter(place["dropped"])})


def without_frozen(models: list[Any], weights: list[dict[str, Any]], _: str) -> None:
    """Take weights that are not trained out of a checkpoint; they are those of the model named.

    Of a sharded model `weights` is empty and nothing is taken out.
    """
    for model, state in zip(models, weights, strict=False):
        for name, weight in model.named_parameters():
            if not weight.requires_grad:
                state.pop(name, None)


def _all(folder: Path) -> list[Path]:
    """Checkpoints, the oldest first."""
    return sorted(folder.glob("step-*"))
