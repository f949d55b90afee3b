"""Training an image-text model on an interleaved corpus: one of ours, or any in OBELICS' format.

result = train("tiny", "textbook", "HuggingFaceTB/SmolVLM-256M-Base", "out/textbook")
vlm = load(result.model)
evaluate_loss(vlm, open_corpus("textbook", split="test").samples())
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vid2book.exports import exports

if TYPE_CHECKING:
    from .checkpoint import TrainError
    from .config import Data, TrainConfig, load_config, names
    from .folder import TrainResult
    from .loop import train
    from .loss import SampleLoss, evaluate_loss

__all__ = [
    "Data",
    "SampleLoss",
    "TrainConfig",
    "TrainError",
    "TrainResult",
    "evaluate_loss",
    "load_config",
    "names",
    "train",
]
__getattr__ = exports(
    __name__,
    {
        "checkpoint": ["TrainError"],
        "config": ["Data", "TrainConfig", "load_config", "names"],
        "folder": ["TrainResult"],
        "loop": ["train"],
        "loss": ["SampleLoss", "evaluate_loss"],
    },
)
