"""Divides the questions among processes, which `accelerate launch` starts as for lm-eval."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Ranks:
    """The number of this process, and how many there are."""

    rank: int = 0
    world: int = 1

    @property
    def is_main(self) -> bool:
        return self.rank == 0

    def part(self, rows: Sequence[T]) -> Sequence[T]:
        """Every `world`-th row, starting with row `rank`, so that all parts are equally hard."""
        return rows[self.rank :: self.world]

    def gather(self, items: Sequence[T]) -> list[T]:
        """The items of all processes, in all processes; waits for the slowest."""
        if self.world == 1:
            return list(items)
        from accelerate.utils import gather_object

        return list(gather_object(list(items)))


def ranks() -> Ranks:
    """The ranks from the launcher; without a launcher, there is one process."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return Ranks()
    state = _state()
    return Ranks(state.process_index, state.num_processes)


def device() -> str:
    """The GPU of this process, or the CPU if there is none."""
    import torch

    if not torch.cuda.is_available():
        return "cpu"
    return f"cuda:{os.environ.get('LOCAL_RANK', '0')}"


def _state() -> Any:
    import torch
    from accelerate import PartialState

    return PartialState(cpu=not torch.cuda.is_available())
