"""On which devices the runs of a study go, each in a process of its own."""

from __future__ import annotations

import os
from typing import Any

from .folders import AblateError

CPU = "cpu"


def places(asked: str | None, workers: int | None) -> list[str]:
    """The device of each of the processes that run side by side.

    Args:
        asked: "cpu", "cuda" (all GPUs that can be seen), "cuda:0,cuda:2", "mps"; None: all GPUs,
            and the processor where there is none.
        workers: processes; None: one a GPU, or one.

    Raises:
        AblateError: there is no such device.
    """
    import torch

    gpus = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    if asked is None:
        named = gpus or [CPU]
    elif asked == "cuda":
        named = gpus
    else:
        named = [name.strip() for name in asked.split(",")]
    there = [*gpus, CPU, *(["mps"] if torch.backends.mps.is_available() else [])]
    if not named or (missing := [name for name in named if name not in there]):
        told = "no GPU" if not named else f"no device {missing[0]}"
        raise AblateError(f"--device: there is {told} here, only {', '.join(there)}")
    return [named[n % len(named)] for n in range(workers or len(named))]


def begin(waiting: Any, threads: int) -> None:
    """In a new process: take a device from a queue, so that torch sees no other."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    hide_all_but(waiting.get())
    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()  # of each load of a small model
    torch.set_num_threads(threads)


def hide_all_but(device: str) -> None:
    """Before torch has looked for GPUs. Of several that are visible, this process sees one."""
    kind, _, number = device.partition(":")
    if kind == CPU:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        os.environ["ACCELERATE_USE_CPU"] = "true"  # where there is an MPS
    elif kind == "cuda":
        visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
        names = visible.split(",") if visible else []
        os.environ["CUDA_VISIBLE_DEVICES"] = names[int(number)] if names else number


def device_here() -> str:
    """The device that this process was left with."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    forced = os.environ.get("ACCELERATE_USE_CPU") == "true"
    return "mps" if torch.backends.mps.is_available() and not forced else CPU
