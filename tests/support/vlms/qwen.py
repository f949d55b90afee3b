"""Qwen's: any resolution, positions in time, height and width."""

from __future__ import annotations

from typing import Any

from .sizes import text
from .tokenizer import tokenizer


def qwen2_vl() -> tuple[Any, Any]:
    from transformers import (
        Qwen2VLConfig,
        Qwen2VLImageProcessor,
        Qwen2VLProcessor,
        Qwen2VLVideoProcessor,
    )

    words = tokenizer()
    processor = Qwen2VLProcessor(
        Qwen2VLImageProcessor(**_PATCHES), words, Qwen2VLVideoProcessor(**_PATCHES)
    )
    vision = {"depth": 2, "embed_dim": 32, "hidden_size": 32, "num_heads": 2, "patch_size": 8}
    return Qwen2VLConfig(text_config=rotated(words), vision_config=vision, **_ids(words)), processor


def qwen2_5_vl() -> tuple[Any, Any]:
    from transformers import (
        Qwen2_5_VLConfig,
        Qwen2_5_VLProcessor,
        Qwen2VLImageProcessor,
        Qwen2VLVideoProcessor,
    )

    words = tokenizer()
    processor = Qwen2_5_VLProcessor(
        Qwen2VLImageProcessor(**_PATCHES), words, Qwen2VLVideoProcessor(**_PATCHES)
    )
    vision = _VISION | {"window_size": 32, "fullatt_block_indexes": [1]}
    config = Qwen2_5_VLConfig(text_config=rotated(words), vision_config=vision, **_ids(words))
    return config, processor


def qwen3_vl() -> tuple[Any, Any]:
    from transformers import Qwen3VLConfig

    words = tokenizer()
    config = Qwen3VLConfig(
        text_config=rotated(words, head_dim=8),
        vision_config=_VISION | {"num_position_embeddings": 16, "deepstack_visual_indexes": [0]},
        **_ids(words),
    )
    return config, _qwen3_processor(words)


def qwen3_5() -> tuple[Any, Any]:
    """One layer of linear attention, one of full attention."""
    from transformers import Qwen3_5Config

    words = tokenizer()
    config = Qwen3_5Config(
        text_config=rotated(
            words,
            head_dim=8,
            layer_types=["linear_attention", "full_attention"],
            linear_key_head_dim=8,
            linear_value_head_dim=8,
            linear_num_key_heads=2,
            linear_num_value_heads=4,
        ),
        vision_config=_VISION | {"num_position_embeddings": 16},
        **_ids(words),
    )
    return config, _qwen3_processor(words)


def _qwen3_processor(words: Any) -> Any:
    from transformers import Qwen2VLImageProcessor, Qwen3VLProcessor, Qwen3VLVideoProcessor

    return Qwen3VLProcessor(
        Qwen2VLImageProcessor(**_PATCHES), words, Qwen3VLVideoProcessor(**_PATCHES)
    )


def rotated(words: Any, **more: Any) -> dict[str, Any]:
    """Settings of a language model with positions in three dimensions."""
    rope = {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [1, 1, 2]}
    return text(words, rope_parameters=rope, **more)


def _ids(words: Any) -> dict[str, int]:
    tokens = {
        "image": "image_pad",
        "video": "video_pad",
        "vision_start": "vision_start",
        "vision_end": "vision_end",
    }
    return {
        f"{name}_token_id": words.convert_tokens_to_ids(f"<|{token}|>")
        for name, token in tokens.items()
    }


_PATCHES: dict[str, Any] = {
    "patch_size": 8,
    "merge_size": 2,
    "size": {"shortest_edge": 16 * 16, "longest_edge": 32 * 32},
}
_VISION = {
    "depth": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_heads": 2,
    "patch_size": 8,
    "out_hidden_size": 32,
}
