"""Idefics's and SmolVLM's: marks around every image or tile."""

from __future__ import annotations

from typing import Any

from .sizes import VISION, text
from .tokenizer import tokenizer


def idefics2() -> tuple[Any, Any]:
    from transformers import Idefics2Config, Idefics2ImageProcessor, Idefics2Processor

    words = tokenizer()
    images = Idefics2ImageProcessor(
        size={"shortest_edge": 16, "longest_edge": 32}, do_image_splitting=False
    )
    processor = Idefics2Processor(images, words, image_seq_len=4)
    config = Idefics2Config(
        text_config={"model_type": "mistral", "head_dim": 8} | text(words),
        vision_config={"image_size": 32, "patch_size": 8} | VISION,
        perceiver_config={
            "hidden_size": 32,
            "resampler_n_latents": 4,
            "resampler_depth": 1,
            "resampler_n_heads": 2,
            "resampler_head_dim": 16,
            "num_key_value_heads": 1,
        },
        image_token_id=words.convert_tokens_to_ids("<image>"),
    )
    return config, processor


def idefics3() -> tuple[Any, Any]:
    from transformers import Idefics3Config, Idefics3ImageProcessor, Idefics3Processor

    words = tokenizer()
    images = Idefics3ImageProcessor(
        size={"longest_edge": 64}, max_image_size={"longest_edge": 32}, do_image_splitting=True
    )
    processor = Idefics3Processor(images, words, image_seq_len=4)
    return Idefics3Config(**_tiled(words)), processor


def smolvlm() -> tuple[Any, Any]:
    from transformers import (
        SmolVLMConfig,
        SmolVLMImageProcessor,
        SmolVLMProcessor,
        SmolVLMVideoProcessor,
    )

    words = tokenizer()
    sizes: dict[str, Any] = {
        "size": {"longest_edge": 64},
        "max_image_size": {"longest_edge": 32},
    }
    processor = SmolVLMProcessor(
        SmolVLMImageProcessor(do_image_splitting=True, **sizes),
        words,
        SmolVLMVideoProcessor(**sizes, video_sampling={"fps": 1, "max_frames": 2}),
        image_seq_len=4,
    )
    return SmolVLMConfig(**_tiled(words)), processor


def _tiled(words: Any) -> dict[str, Any]:
    """Tiles of 32 pixels, four by four patches each, shuffled two by two into four tokens."""
    return {
        "text_config": {"model_type": "llama"} | text(words),
        "vision_config": {"image_size": 32, "patch_size": 8} | VISION,
        "scale_factor": 2,
        "image_token_id": words.convert_tokens_to_ids("<image>"),
        "pad_token_id": words.pad_token_id,
    }
