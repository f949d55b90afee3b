"""The number of steps of a run, and the learning rate of each."""

from __future__ import annotations

import math

from .checkpoint import TrainError
from .config import TrainConfig

FEW = 10
"""Runs with fewer steps get a warning."""


def steps_of(config: TrainConfig, rows: int | None) -> int:
    """Number of steps of a run over `rows` rows; each pass ends with a step of the remaining rows.

    Raises:
        TrainError: the number is not known.
    """
    if config.steps is not None:
        return config.steps
    if config.tokens is not None:
        return config.tokens  # a step has at least one token
    if rows is None:
        raise TrainError(
            "the corpus is streamed, so its length is not known and the learning rate has no "
            "schedule: give --samples, or steps in the config"
        )
    return config.epochs * math.ceil(rows / config.batch_size)


def few_steps(config: TrainConfig, rows: int | None) -> str:
    """A warning before a run that has too few steps to learn much; empty for others."""
    steps = steps_of(config, rows)
    if steps >= FEW or config.tokens is not None:
        return ""
    times = "once" if steps == 1 else f"{steps} times"
    warning = f"this run updates the weights {times}, too few to learn much"
    if config.steps is not None:
        return f"{warning}: raise steps"
    rows_per_step = f"{rows:,} rows in steps of {config.batch_size}"
    return f"{warning} ({rows_per_step}): lower batch_size, raise epochs, or take a larger corpus"


def learning_rate(config: TrainConfig, step: int, steps: int) -> float:
    """The learning rate of step `step`, counted from 1, out of `steps`. It is never 0.

    The rate rises linearly to the last step of the warm-up. A cosine starts from the full rate at
    the step after the warm-up, and would reach 0 at the step after the last.
    """
    warming = round(config.warmup * steps)
    if step <= warming:
        return config.learning_rate * step / warming
    if config.schedule == "constant":
        return config.learning_rate
    falling = min((step - 1 - warming) / (steps - warming), 1 - 1 / steps) if steps > warming else 0
    return config.learning_rate * (1 + math.cos(math.pi * falling)) / 2
