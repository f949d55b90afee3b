"""Chooses the devices for the runs of a study, each in a process of its own."""

from __future__ import annotations

import os
from typing import Any

from .folders import AblateError

CPU = "cpu"


def places(requested: str | None, workers: int | None) -> list[str]:
    """The device of each parallel process.

    Args:
        requested: "cpu", "cuda" (all visible GPUs), "cuda:0,cuda:2", "mps"; None: all GPUs, or the
            CPU if there is none.
        workers: number of processes; None: one per GPU, or one.

    Raises:
        AblateError: there is no such device.
    """
    import torch

    gpus = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    if requested is None:
        chosen = gpus or [CPU]
    elif requested == "cuda":
        chosen = gpus
    else:
        chosen = [name.strip() for name in requested.split(",")]
    available = [*gpus, CPU, *(["mps"] if torch.backends.mps.is_available() else [])]
    if not chosen or (missing := [name for name in chosen if name not in available]):
        lack = "no GPU" if not chosen else f"no device {missing[0]}"
        raise AblateError(f"--device: there is {lack} here, only {', '.join(available)}")
    return [chosen[n % len(chosen)] for n in range(workers or len(chosen))]


def begin(waiting: Any, threads: int) -> None:
    """Start a new process: take a device from a queue, and hide all others from torch."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    hide_all_but(waiting.get())
    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()  # it would appear for each load of a small model
    torch.set_num_threads(threads)


def hide_all_but(device: str) -> None:
    """Let this process see only one device. Must run before torch looks for GPUs."""
    kind, _, number = device.partition(":")
    if kind == CPU:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        os.environ["ACCELERATE_USE_CPU"] = "true"  # matters if there is an MPS
    elif kind == "cuda":
        visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
        names = visible.split(",") if visible else []
        os.environ["CUDA_VISIBLE_DEVICES"] = names[int(number)] if names else number


def device_here() -> str:
    """The device that this process can see."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    forced = os.environ.get("ACCELERATE_USE_CPU") == "true"
    return "mps" if torch.backends.mps.is_available() and not forced else CPU
