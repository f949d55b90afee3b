"""LLaVA and those that follow it: an encoder, a projector, a language model."""

from __future__ import annotations

from typing import Any

from .sizes import VISION, text
from .tokenizer import tokenizer


def llava() -> tuple[Any, Any]:
    from transformers import CLIPImageProcessor, LlavaConfig, LlavaProcessor

    words = tokenizer()
    images = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    processor = LlavaProcessor(images, words, patch_size=8, **_CLASS_TOKEN)
    config = LlavaConfig(
        text_config={"model_type": "llama"} | text(words),
        vision_config=_CLIP,
        image_token_index=words.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-2,
    )
    return config, processor


def llava_next() -> tuple[Any, Any]:
    """Tiles of 32 pixels, at most two by two, and the whole."""
    from transformers import LlavaNextConfig, LlavaNextImageProcessor, LlavaNextProcessor

    words = tokenizer()
    grid = [[32, 64], [64, 32], [64, 64]]
    images = LlavaNextImageProcessor(
        size={"shortest_edge": 32},
        crop_size={"height": 32, "width": 32},
        image_grid_pinpoints=grid,
    )
    processor = LlavaNextProcessor(images, words, patch_size=8, **_CLASS_TOKEN)
    config = LlavaNextConfig(
        text_config={"model_type": "mistral", "head_dim": 8} | text(words),
        vision_config=_CLIP,
        image_token_index=words.convert_tokens_to_ids("<image>"),
        image_grid_pinpoints=grid,
        vision_feature_layer=-2,
    )
    return config, processor


def llava_onevision() -> tuple[Any, Any]:
    """As LLaVA-NeXT where a sample has one image; where it has more, the whole of each."""
    from transformers import (
        LlavaOnevisionConfig,
        LlavaOnevisionImageProcessor,
        LlavaOnevisionProcessor,
        LlavaOnevisionVideoProcessor,
    )

    words = tokenizer()
    grid = [[32, 32], [32, 64], [64, 32], [64, 64]]
    side = {"height": 32, "width": 32}
    processor = LlavaOnevisionProcessor(
        LlavaOnevisionImageProcessor(size=side, image_grid_pinpoints=grid),
        words,
        LlavaOnevisionVideoProcessor(size=side),
        num_image_tokens=16,
        vision_feature_select_strategy="full",
    )
    config = LlavaOnevisionConfig(
        text_config={"model_type": "qwen2"} | text(words),
        vision_config={
            "model_type": "siglip_vision_model",
            "image_size": 32,
            "patch_size": 8,
            "vision_use_head": False,
        }
        | VISION,
        image_token_index=words.convert_tokens_to_ids("<image>"),
        video_token_index=words.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=grid,
    )
    return config, processor


def internvl() -> tuple[Any, Any]:
    """Tiles of 32 pixels, at most four, and the whole."""
    from transformers import (
        GotOcr2ImageProcessor,
        InternVLConfig,
        InternVLProcessor,
        InternVLVideoProcessor,
    )

    words = tokenizer(
        start_image_token="<img>",
        end_image_token="</img>",
        context_image_token="<IMG_CONTEXT>",
        video_token="<video>",
    )
    side = {"height": 32, "width": 32}
    processor = InternVLProcessor(
        GotOcr2ImageProcessor(size=side, crop_to_patches=True, max_patches=4),
        words,
        InternVLVideoProcessor(size=side),
        image_seq_length=4,
    )
    config = InternVLConfig(
        text_config={"model_type": "qwen2"} | text(words),
        vision_config={"image_size": [32, 32], "patch_size": [8, 8]} | VISION,
        image_token_id=words.convert_tokens_to_ids("<IMG_CONTEXT>"),
        image_seq_length=4,
    )
    return config, processor


def lfm2_vl() -> tuple[Any, Any]:
    """Up to four tiles of 64 pixels where the picture is large, and the whole."""
    import transformers
    from transformers import Lfm2VlConfig, Lfm2VlProcessor

    kinds: Any = transformers
    image_processor = getattr(kinds, "Lfm2VlImageProcessor", None) or kinds.Lfm2VlImageProcessorFast
    words = tokenizer(
        image_token="<image>",
        image_start_token="<|image_start|>",
        image_end_token="<|image_end|>",
        image_thumbnail_token="<|img_thumbnail|>",
        image_thumbnail="<|img_thumbnail|>",  # its older name
    )
    images = image_processor(
        tile_size=32,
        encoder_patch_size=8,
        min_tiles=2,
        max_tiles=4,
        min_image_tokens=1,
        max_image_tokens=4,
        max_pixels_tolerance=2.0,
    )
    processor = Lfm2VlProcessor(images, words)
    config = Lfm2VlConfig(
        text_config={"model_type": "lfm2", "layer_types": ["conv", "full_attention"]} | text(words),
        vision_config={
            "model_type": "siglip2_vision_model",
            "patch_size": 8,
            "num_patches": 16,
            "vision_use_head": False,
        }
        | VISION,
        image_token_id=words.convert_tokens_to_ids("<image>"),
        projector_hidden_size=32,
    )
    return config, processor


_CLASS_TOKEN = {
    "vision_feature_select_strategy": "default",  # which takes the class token away
    "num_additional_image_tokens": 1,
}
_CLIP = {
    "model_type": "clip_vision_model",
    "image_size": 32,
    "patch_size": 8,
    "projection_dim": 32,
} | VISION
