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
    """What is read from the corpus, and how it is laid out."""

    text: Text = Field(
        "speech", description="column to learn: speech is texts, speech+ocr is text_ocr_list"
    )
    joined_by: Literal["newline", "space"] = Field(
        "newline",
        description="what separates two items; space: a space between two texts or two images, "
        "and nothing between a text and an image, as in the released textbook's script",
    )
    learn_from: Literal["start", "first-image"] = Field(
        "start", description="first-image: text before a sample's first image has no loss"
    )
    max_images: int = Field(12, ge=1, description="images in a sample")
    more_images: Literal["cut", "drop"] = Field(
        "cut",
        description="cut: begin another sample before the first image beyond the limit; "
        "drop: leave out images beyond the limit, and keep their text",
    )
    max_tokens: int = Field(
        2048, ge=16, description="budget of a sequence, image tokens included; samples share it"
    )
    window: int = Field(
        1000,
        ge=1,
        description="number of samples that all processes together hold in memory, up to 2 MB "
        "each, and take in random order; 1 takes the samples of a part in order",
    )
    parts: int = Field(
        16,
        ge=1,
        description="number of parts of the corpus that are read in parallel; the order of samples "
        "depends on it, and there can be no more processes than parts",
    )
    workers: int = Field(
        2,
        ge=0,
        description="worker processes that read and prepare samples ahead, for each training "
        "process; 0: it does so itself",
    )


class Lora(Section):
    """Low-rank adapters on every linear layer of the language model (arXiv 2106.09685)."""

    rank: int = Field(16, ge=1)
    alpha: float = Field(32, gt=0)
    dropout: Share = 0.0


class TrainConfig(Section):
    """The recipe of a run. One step updates the weights once."""

    seed: int = Field(0, ge=0, description="of the order of the samples, new weights and dropout")
    epochs: int = Field(1, ge=1, description="passes over the corpus; `steps` overrides it")
    steps: int | None = Field(None, ge=1, description="stop here, however many passes it takes")
    tokens: int | None = Field(
        None,
        ge=1,
        description="stop after the step that reaches this number of tokens with a loss, "
        "however many steps and passes it takes; the schedule then counts tokens",
    )
    batch_size: int = Field(
        8,
        ge=1,
        description="samples that a step learns from, shared among all processes: a run is the "
        "same on any number of GPUs",
    )
    data: Data = Data()
    weights: Literal["full", "frozen-vision", "lora"] = Field(
        "full", description="what is trained; frozen-vision still trains the connector"
    )
    lora: Lora = Lora()
    learning_rate: float = Field(2e-5, gt=0)
    schedule: Literal["constant", "cosine"] = Field(
        "constant", description="after the warm-up; cosine falls towards 0"
    )
    warmup: Share = Field(0.03, description="share of the steps in which the rate rises")
    weight_decay: float = Field(0.0, ge=0, description="of matrices; biases and norms have none")
    max_grad_norm: float = Field(1.0, gt=0)
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="bfloat16: compute in it, but keep the trained weights in float32"
    )
    attention: Literal["sdpa", "flash_attention_2", "flash_attention_3", "eager"] = Field(
        "sdpa", description="attn_implementation of transformers; flash_attention needs its package"
    )
    gradient_checkpointing: bool = Field(
        False, description="recompute activations instead of keeping them, to save memory"
    )
    checkpoint_every: int = Field(500, ge=1, description="steps")
    keep_checkpoints: int = Field(2, ge=1)
    held_out_every: int = Field(500, ge=1, description="steps between two held-out losses")
    held_out_samples: int = Field(200, ge=1, description="held-out samples, the first ones")
    trackers: tuple[Literal["tensorboard", "trackio", "wandb"], ...] = Field(
        (), description="where losses go besides OUT/train.jsonl"
    )


def names() -> list[str]:
    """The recipes that ship with the package."""
    return shipped(FOLDER)


def load_config(config: str | Path | TrainConfig = "tiny") -> TrainConfig:
    """Load a recipe from a name or a path; a recipe is returned as it is.

    Raises:
        ConfigError: the file is missing, is not YAML, or holds a key or value that is not allowed.
    """
    return config if isinstance(config, TrainConfig) else read(TrainConfig, config, FOLDER)
