"""The folder of a run: what it was asked to do, and what it did.

OUT/run.json        the recipe, corpus and model
OUT/train.jsonl     a line a step
OUT/held_out.jsonl  a line for each time that the held-out loss was taken
OUT/checkpoints/    the newest ones
OUT/result.json     when it is finished, with the model and its card beside it
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .checkpoint import TrainError

_RUN, _RESULT = "run.json", "result.json"

_HOW = {
    *("checkpoint_every", "keep_checkpoints", "held_out_every", "held_out_samples"),
    *("trackers", "attention"),
}
"""Settings that may change while a run goes on: what is learned does not depend on them."""


@dataclass(frozen=True)
class TrainResult:
    """What a run did. Cells of an ablation are matched on `samples`, `images`, `loss_tokens`.

    Attributes:
        model: folder that `from_pretrained` opens.
        steps: updates of the weights.
        samples, images, loss_tokens: seen, each pass counting.
        loss: mean over the last tenth of the steps, nats per token.
        held_out_loss: at the end, nats per token; None if nothing is held out.
        dropped: what was left out, by reason.
    """

    model: Path
    steps: int
    samples: int
    images: int
    loss_tokens: int
    loss: float
    held_out_loss: float | None
    dropped: dict[str, int]


def finished(out: Path, told: dict[str, Any], resume: bool) -> TrainResult | None:
    """The result of this very run, if the folder holds it; None if there is work to do.

    Raises:
        TrainError: it holds a run that is not to go on, or another one.
    """
    if not (out / _RUN).is_file():
        return None
    if not resume:
        raise TrainError(f"{out} already holds a run: go on with --resume, or name another folder")
    before = _what(json.loads((out / _RUN).read_text()))
    now = _what(json.loads(json.dumps(told)))
    if changed := [key for key in now if before.get(key) != now[key]]:
        raise TrainError(
            f"{out} holds a run with another {' and '.join(changed)}; name another folder"
        )
    if not (out / _RESULT).is_file():
        return None
    return TrainResult(**json.loads((out / _RESULT).read_text()) | {"model": out})


def _what(told: dict[str, Any]) -> dict[str, Any]:
    """Of what a run was asked, what decides what it learns."""
    config = {key: value for key, value in told["config"].items() if key not in _HOW}
    config["data"] = {key: v for key, v in config["data"].items() if key != "workers"}
    return told | {"config": config}


def begin(out: Path, told: dict[str, Any]) -> None:
    """Make the folder and write down what the run is asked to do."""
    out.mkdir(parents=True, exist_ok=True)
    (out / _RUN).write_text(json.dumps(told, indent=1) + "\n")


def write_result(result: TrainResult) -> None:
    values = {name: value for name, value in asdict(result).items() if name != "model"}
    (result.model / _RESULT).write_text(json.dumps(values, indent=1) + "\n")
