"""The processes and devices of a run, and what to do when they run out of memory."""

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
    """The accelerator that `accelerate launch` set up, or one process, on a GPU if there is one."""
    try:
        from accelerate import Accelerator, DistributedDataParallelKwargs
        from accelerate.state import AcceleratorState
        from accelerate.tracking import get_available_trackers
        from accelerate.utils import ProjectConfiguration
    except ImportError:
        raise TrainError("this needs the extra: pip install 'vid2book[train]'") from None
    available = {tracker.value for tracker in get_available_trackers()}
    if missing := [name for name in recipe.trackers if name not in available]:
        raise TrainError(f"trackers: pip install {' '.join(missing)}")
    AcceleratorState._reset_state()  # of an earlier run in this process, with another precision
    return Accelerator(
        mixed_precision="bf16" if recipe.precision == "bfloat16" else "no",
        log_with=list(recipe.trackers) or None,
        project_config=ProjectConfiguration(
            str(out), logging_dir=str(tracked.folder / "tensorboard" / safe_name(tracked.run))
        ),
        # LLaVA reads the last but one layer of its vision encoder, so the last gets no gradient.
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )


def attend(vlm: Vlm, recipe: TrainConfig) -> None:
    """Make the model compute attention as the recipe says.

    Raises:
        TrainError: the package for it is not installed, or the model does not support it.
    """
    try:
        vlm.model.set_attn_implementation(recipe.attention)
    except (ImportError, ValueError) as error:
        raise TrainError(f"attention: {recipe.attention}: {error}") from None


@contextmanager
def explain_out_of_memory(recipe: TrainConfig) -> Iterator[None]:
    """Raise an error that says what helps when the device or the machine runs out of memory."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and not _NO_MEMORY.search(str(error)):
            raise
        reason = str(error).partition("\n")[0] or "out of memory"
        raise TrainError(
            f"{reason}: lower data.max_tokens (now {recipe.data.max_tokens}), set "
            "gradient_checkpointing: true or weights: lora, or share the model among GPUs "
            "(configs/train/accelerate/fsdp.yaml)"
        ) from None
