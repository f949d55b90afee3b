"""Llama 3.2 Vision: images come in through cross-attention and take no token's place."""

from __future__ import annotations

from typing import Any

from .sizes import text
from .tokenizer import tokenizer


def mllama() -> tuple[Any, Any]:
    from transformers import MllamaConfig, MllamaImageProcessor, MllamaProcessor

    words = tokenizer(image_token="<|image|>")
    images = MllamaImageProcessor(size={"height": 32, "width": 32}, max_image_tiles=2)
    config = MllamaConfig(
        text_config=text(
            words,
            cross_attention_layers=[1],
            rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        ),
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_global_layers": 1,
            "attention_heads": 2,
            "vision_output_dim": 64,
            "image_size": 32,
            "patch_size": 8,
            "max_num_tiles": 2,
            "intermediate_layers_indices": [0],
            "supported_aspect_ratios": [[1, 1], [1, 2], [2, 1]],
        },
        image_token_index=words.convert_tokens_to_ids("<|image|>"),
    )
    return config, MllamaProcessor(images, words)
