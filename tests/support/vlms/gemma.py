"""Gemma's: tokens of an image see one another both ways."""

from __future__ import annotations

from typing import Any

from .sizes import VISION, text
from .tokenizer import tokenizer


def gemma3() -> tuple[Any, Any]:
    """Every image squashed to 32 by 32 pixels, four tokens; a window of eight tokens."""
    from transformers import Gemma3Config, Gemma3ImageProcessor, Gemma3Processor

    words = tokenizer(
        boi_token="<start_of_image>",
        image_token="<image_soft_token>",
        eoi_token="<end_of_image>",
    )
    images = Gemma3ImageProcessor(size={"height": 32, "width": 32})
    config = Gemma3Config(
        text_config=text(words, head_dim=8, sliding_window=8, layer_types=_LAYERS),
        vision_config={"image_size": 32, "patch_size": 8, "vision_use_head": False} | VISION,
        mm_tokens_per_image=4,
        boi_token_index=words.convert_tokens_to_ids("<start_of_image>"),
        eoi_token_index=words.convert_tokens_to_ids("<end_of_image>"),
        image_token_index=words.convert_tokens_to_ids("<image_soft_token>"),
    )
    return config, Gemma3Processor(images, words, image_seq_length=4)


def gemma4() -> tuple[Any, Any]:
    """At most 70 tokens an image, which keeps its shape; no sound."""
    from transformers import (
        Gemma4AudioFeatureExtractor,
        Gemma4Config,
        Gemma4ImageProcessor,
        Gemma4Processor,
        Gemma4VideoProcessor,
    )

    words = tokenizer(
        boi_token="<|image>",
        image_token="<|image|>",
        eoi_token="<image|>",
        boa_token="<|audio>",
        audio_token="<|audio|>",
        eoa_token="<audio|>",
    )
    processor = Gemma4Processor(
        Gemma4AudioFeatureExtractor(),
        Gemma4ImageProcessor(patch_size=4, max_soft_tokens=70),
        words,
        Gemma4VideoProcessor(patch_size=4),
    )
    ids = {
        f"{name}_token_id": words.convert_tokens_to_ids(token)
        for name, token in {
            "boi": "<|image>",
            "image": "<|image|>",
            "eoi": "<image|>",
            "boa": "<|audio>",
            "audio": "<|audio|>",
            "video": "<|video|>",
        }.items()
    }
    config = Gemma4Config(
        text_config=text(
            words,
            head_dim=8,
            global_head_dim=8,
            sliding_window=8,
            layer_types=_LAYERS,
            vocab_size_per_layer_input=len(words),
            hidden_size_per_layer_input=8,
            use_bidirectional_attention="vision",
        ),
        vision_config={
            "patch_size": 4,
            "num_key_value_heads": 2,
            "head_dim": 16,
            "position_embedding_size": 128,
        }
        | VISION,
        eoa_token_index=words.convert_tokens_to_ids("<audio|>"),
        **ids,
    )
    config.audio_config = None
    return config, processor


_LAYERS = ["sliding_attention", "full_attention"]
