"""The processes and devices that a run has, and what to do where they have no memory left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .checkpoint import TrainError
from .config import TrainConfig

_NO_MEMORY = re.compile(r"out of memory|can't allocate memory", re.IGNORECASE)


def accelerator_for(recipe: TrainConfig) -> Any:
    """As `accelerate launch` set it up, or one process on the GPU if there is one."""
    try:
        from accelerate import Accelerator, DistributedDataParallelKwargs, DistributedType
        from accelerate.state import AcceleratorState
    except ImportError:
        raise TrainError("this needs the extra: pip install 'vid2book[train]'") from None
    AcceleratorState._reset_state()  # of a run before in this process, with another precision
    accelerator = Accelerator(
        mixed_precision="bf16" if recipe.precision == "bfloat16" else "no",
        # LLaVA reads the last but one layer of its vision encoder: the last gets no gradient.
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )
    if recipe.weights == "lora" and accelerator.distributed_type == DistributedType.FSDP:
        raise TrainError("weights: lora is for one process or DDP; FSDP takes full, frozen-vision")
    return accelerator


@contextmanager
def memory_told(recipe: TrainConfig) -> Iterator[None]:
    """What helps, where the device or the machine has no memory left."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and not _NO_MEMORY.search(str(error)):
            raise
        told = str(error).partition("\n")[0] or "out of memory"
        raise TrainError(
            f"{told}: lower data.max_tokens (now {recipe.data.max_tokens}) and raise accumulation, "
            "set gradient_checkpointing: true or weights: lora, or share the model among GPUs "
            "(configs/train/accelerate/fsdp.yaml)"
        ) from None
