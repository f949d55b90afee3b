"""The processes and devices that a run has, and what to do where they have no memory left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..vlm import Vlm
from .checkpoint import TrainError
from .config import TrainConfig
from .log import Tracked, safe_name

_NO_MEMORY = re.compile(r"out of memory|can't allocate memory", re.IGNORECASE)


def accelerator_for(recipe: TrainConfig, out: Path, tracked: Tracked) -> Any:
    """As `accelerate launch` set it up, or one process on the GPU if there is one."""
    try:
        from accelerate import Accelerator, DistributedDataParallelKwargs
        from accelerate.state import AcceleratorState
        from accelerate.tracking import get_available_trackers
        from accelerate.utils import ProjectConfiguration
    except ImportError:
        raise TrainError("this needs the extra: pip install 'vid2book[train]'") from None
    there = {tracker.value for tracker in get_available_trackers()}
    if missing := [name for name in recipe.trackers if name not in there]:
        raise TrainError(f"trackers: pip install {' '.join(missing)}")
    AcceleratorState._reset_state()  # of a run before in this process, with another precision
    return Accelerator(
        mixed_precision="bf16" if recipe.precision == "bfloat16" else "no",
        log_with=list(recipe.trackers) or None,
        project_config=ProjectConfiguration(
            str(out), logging_dir=str(tracked.folder / "tensorboard" / safe_name(tracked.run))
        ),
        # LLaVA reads the last but one layer of its vision encoder: the last gets no gradient.
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )


def attend(vlm: Vlm, recipe: TrainConfig) -> None:
    """Have the model compute attention as the recipe says.

    Raises:
        TrainError: what that needs is not installed, or the model cannot.
    """
    try:
        vlm.model.set_attn_implementation(recipe.attention)
    except (ImportError, ValueError) as error:
        raise TrainError(f"attention: {recipe.attention}: {error}") from None


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
