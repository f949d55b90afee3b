"""The recipe of a training run."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from vid2book.config.base import Section, Share
from vid2book.config.files import read, shipped

FOLDER = "train"

Text = Literal["speech", "speech+ocr"]


class Data(Section):
    """What is read of the corpus, and how it is laid out."""

    text: Text = Field(
        "speech", description="column to learn: speech is texts, speech+ocr is text_ocr_list"
    )
    max_images: int = Field(
        12,
        ge=1,
        description="images in a sample; one with more is cut before an image, so no text is lost",
    )
    max_tokens: int = Field(
        2048, ge=16, description="budget of a sequence, image tokens included; samples share it"
    )
    window: int = Field(
        1000,
        ge=1,
        description="samples that are held in memory, up to 2 MB each, and taken in random order; "
        "1 keeps the order of the corpus",
    )


class Lora(Section):
    """Low-rank adapters on every linear layer of the language model (arXiv 2106.09685)."""

    rank: int = Field(16, ge=1)
    alpha: float = Field(32, gt=0)
    dropout: Share = 0.0


class TrainConfig(Section):
    """A run. One step updates the weights with `accumulation` sequences of every process."""

    seed: int = Field(0, ge=0, description="of the order of the samples, new weights and dropout")
    epochs: int = Field(1, ge=1, description="passes over the corpus; `steps` overrides it")
    steps: int | None = Field(None, ge=1, description="stop here, however many passes it takes")
    data: Data = Data()
    weights: Literal["full", "frozen-vision", "lora"] = Field(
        "full", description="what is trained; frozen-vision still trains the connector"
    )
    lora: Lora = Lora()
    learning_rate: float = Field(2e-5, gt=0)
    schedule: Literal["constant", "cosine"] = Field(
        "constant", description="after the warm-up; cosine falls to 0"
    )
    warmup: Share = Field(0.03, description="share of the run in which the rate rises from 0")
    weight_decay: float = Field(0.0, ge=0, description="of matrices; biases and norms have none")
    max_grad_norm: float = Field(1.0, gt=0)
    accumulation: int = Field(1, ge=1, description="sequences a process adds up before an update")
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="bfloat16 computes in it and keeps the trained weights in float32"
    )
    gradient_checkpointing: bool = Field(
        False, description="recompute instead of keep: less memory"
    )
    checkpoint_every: int = Field(500, ge=1, description="steps")
    keep_checkpoints: int = Field(2, ge=1)
    tensorboard: bool = Field(False, description="also log for TensorBoard, in OUT/tensorboard")


def names() -> list[str]:
    """The recipes that ship with the package."""
    return shipped(FOLDER)


def load_config(config: str | Path | TrainConfig = "tiny") -> TrainConfig:
    """A recipe from a name, a path, or itself.

    Raises:
        ConfigError: the file is missing, is no YAML, or holds a key or value that is not allowed.
    """
    return config if isinstance(config, TrainConfig) else read(TrainConfig, config, FOLDER)
