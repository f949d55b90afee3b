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
    """What all processes did together, and where the next step begins.

    Attributes:
        step: updates of the weights.
        rows: done, those left out included.
        samples: learned from.
        images, tokens: of these; tokens are those with a label.
        epoch, place: the pass, and the place in its order.
        dropped: what this process left out, by reason.
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
        """What a line of the log has."""
        names = ("step", "rows", "samples", "images", "tokens")
        return {name: getattr(self, name) for name in names}


def write(accelerator: Any, folder: Path, progress: Progress, keep: int) -> None:
    """Write a checkpoint beside its place and rename it; older ones but `keep` - 1 are deleted."""
    writing = folder / _WRITING
    if accelerator.is_main_process:
        shutil.rmtree(writing, ignore_errors=True)
        writing.mkdir(parents=True)
    accelerator.wait_for_everyone()
    accelerator.save_state(str(writing))
    dropped = dropped_by_all(progress)
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        told = json.dumps(asdict(progress) | {"dropped": dropped})
        (writing / "progress.json").write_text(told)
        writing.rename(folder / f"step-{progress.step:08d}")
        for old in _all(folder)[:-keep]:
            shutil.rmtree(old)
    accelerator.wait_for_everyone()


def read(accelerator: Any, folder: Path) -> Progress | None:
    """Go back to the newest checkpoint, of however many processes; None if there is none."""
    if not (found := _all(folder)):
        return None
    newest = found[-1]
    accelerator.load_state(str(newest), strict=False)  # frozen weights are not in it
    state = json.loads((newest / "progress.json").read_text())
    dropped = Counter(state["dropped"] if accelerator.is_main_process else {})
    return Progress(**state | {"dropped": dropped})


def dropped_by_all(progress: Progress) -> Counter[str]:
    """What all processes left out, by reason."""
    from accelerate.utils import gather_object

    return sum(gather_object([progress.dropped]), Counter())


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
