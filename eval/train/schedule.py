"""How many steps a run has, and the learning rate of each."""

from __future__ import annotations

import math

from .checkpoint import TrainError
from .config import TrainConfig

FEW = 10
"""Steps below which a run is said to have few."""


def steps_of(config: TrainConfig, rows: int | None) -> int:
    """Steps of a run over a corpus of so many rows; each pass ends with a step of what is left.

    Raises:
        TrainError: that is not known.
    """
    if config.steps is not None:
        return config.steps
    if config.tokens is not None:
        return config.tokens  # of one token at the least
    if rows is None:
        raise TrainError(
            "the corpus is streamed, so its length is not known and the learning rate has no "
            "schedule: give --samples, or steps in the config"
        )
    return config.epochs * math.ceil(rows / config.batch_size)


def few_steps(config: TrainConfig, rows: int | None) -> str:
    """What to tell before a run that has too few steps to learn much; empty for others."""
    steps = steps_of(config, rows)
    if steps >= FEW or config.tokens is not None:
        return ""
    times = "once" if steps == 1 else f"{steps} times"
    told = f"this run updates the weights {times}, too few to learn much"
    if config.steps is not None:
        return f"{told}: raise steps"
    of = f"{rows:,} rows in steps of {config.batch_size}"
    return f"{told} ({of}): lower batch_size, raise epochs, or take a larger corpus"


def learning_rate(config: TrainConfig, step: int, steps: int) -> float:
    """The rate of the `step`-th step, counted from 1, of so many. It is never 0.

    The rate rises in a line to the last step of the warm-up. A cosine would come to 0 at the step
    after the last, and at the step after the warm-up begins from the top.
    """
    warming = round(config.warmup * steps)
    if step <= warming:
        return config.learning_rate * step / warming
    if config.schedule == "constant":
        return config.learning_rate
    falling = min((step - 1 - warming) / (steps - warming), 1 - 1 / steps) if steps > warming else 0
    return config.learning_rate * (1 + math.cos(math.pi * falling)) / 2
