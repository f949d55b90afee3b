"""The folder of a run: what was requested, and what was done.

OUT/run.json        the recipe, corpus and model
OUT/train.jsonl     one line per step
OUT/held_out.jsonl  one line per measurement of the held-out loss
OUT/checkpoints/    the newest checkpoints
OUT/result.json     written at the end, with the model and its card beside it
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .checkpoint import TrainError

_RUN, _RESULT = "run.json", "result.json"

_CHANGEABLE = {
    *("checkpoint_every", "keep_checkpoints", "held_out_every", "held_out_samples"),
    *("trackers", "attention"),
}
"""Settings that may change when a run is resumed: what is learned does not depend on them."""


@dataclass(frozen=True)
class TrainResult:
    """What a run did. Cells of an ablation are matched on `samples`, `images`, `loss_tokens`.

    Attributes:
        model: folder that `from_pretrained` opens.
        steps: number of updates of the weights.
        samples, images, loss_tokens: learned from, summed over passes.
        loss: mean over the last tenth of the steps, nats per token.
        held_out_loss: at the end, nats per token; None if nothing is held out.
        dropped: what was left out, counted by reason.
    """

    model: Path
    steps: int
    samples: int
    images: int
    loss_tokens: int
    loss: float
    held_out_loss: float | None
    dropped: dict[str, int]


def finished_result(out: Path, request: dict[str, Any], resume: bool) -> TrainResult | None:
    """The result of the requested run, if the folder holds it; None if there is work to do.

    Raises:
        TrainError: the folder holds another run, or one that was not to be resumed.
    """
    if not (out / _RUN).is_file():
        return None
    if not resume:
        raise TrainError(f"{out} already holds a run: go on with --resume, or name another folder")
    earlier = _decisive(json.loads((out / _RUN).read_text()))
    current = _decisive(json.loads(json.dumps(request)))
    if changed := [key for key in current if earlier.get(key) != current[key]]:
        raise TrainError(
            f"{out} holds a run with another {' and '.join(changed)}; name another folder"
        )
    if not (out / _RESULT).is_file():
        return None
    return TrainResult(**json.loads((out / _RESULT).read_text()) | {"model": out})


def _decisive(request: dict[str, Any]) -> dict[str, Any]:
    """The part of a request that decides what is learned."""
    config = {key: value for key, value in request["config"].items() if key not in _CHANGEABLE}
    config["data"] = {key: v for key, v in config["data"].items() if key != "workers"}
    return request | {"config": config}


def begin(out: Path, request: dict[str, Any]) -> None:
    """Make the folder and write the request to it."""
    out.mkdir(parents=True, exist_ok=True)
    (out / _RUN).write_text(json.dumps(request, indent=1) + "\n")


def write_result(result: TrainResult) -> None:
    values = {name: value for name, value in asdict(result).items() if name != "model"}
    (result.model / _RESULT).write_text(json.dumps(values, indent=1) + "\n")
