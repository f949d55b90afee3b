"""Tiny image-text models of every supported family, with random weights and a real processor.

They test mechanics only: what they answer means nothing. `save("llava", folder)` writes one that
`from_pretrained` opens, in a fraction of a second, with no network.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

FAMILIES = ("llava", "idefics2", "idefics3", "smolvlm", "qwen2_5_vl")

_CHAT = (
    "{% for message in messages %}<|{{ message['role'] }}|>"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}IMAGE{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}</s>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
_TEXT = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 2048,
}
_VISION = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}


def save(family: str, folder: Path, *, chat: bool = True, seed: int = 0) -> Path:
    """Write a model of `family` and its processor to `folder`; `chat` gives it a chat template."""
    import torch

    tokenizer = _tokenizer()
    config, processor = _MAKERS[family](tokenizer)
    if chat:
        image = "<|vision_start|><|image_pad|><|vision_end|>" if "qwen" in family else "<image>"
        processor.chat_template = _CHAT.replace("IMAGE", image)
    torch.manual_seed(seed)
    from transformers import AutoModelForImageTextToText

    model = AutoModelForImageTextToText.from_config(config)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _tokenizer() -> Any:
    """Byte-level BPE with a few merges; beginning-of-sequence added as Llama's does."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    special = ["<unk>", "<s>", "</s>", "<pad>", "<image>", "<fake_token_around_image>"]
    special += ["<global-img>", "<end_of_utterance>"]
    special += [f"<row_{i}_col_{j}>" for i in range(1, 7) for j in range(1, 7)]
    special += ["<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(["the slide shows the square of the sum, as we said"], trainer)
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        extra_special_tokens=special[4:],
    )


def _llama(tokenizer: Any, **more: Any) -> dict[str, Any]:
    ids = {
        f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in ("bos", "eos", "pad")
    }
    return _TEXT | {"vocab_size": len(tokenizer)} | ids | more


def _llava(tokenizer: Any) -> tuple[Any, Any]:
    from transformers import CLIPImageProcessor, LlavaConfig, LlavaProcessor

    side = {"height": 32, "width": 32}
    images = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=side)
    processor = LlavaProcessor(
        images,
        tokenizer,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,  # the class token, which the strategy takes away
    )
    config = LlavaConfig(
        text_config={"model_type": "llama"} | _llama(tokenizer),
        vision_config={
            "model_type": "clip_vision_model",
            "image_size": 32,
            "patch_size": 8,
            "projection_dim": 32,
        }
        | _VISION,
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-2,
    )
    return config, processor


def _idefics2(tokenizer: Any) -> tuple[Any, Any]:
    from transformers import Idefics2Config, Idefics2ImageProcessor, Idefics2Processor

    images = Idefics2ImageProcessor(
        size={"shortest_edge": 16, "longest_edge": 32}, do_image_splitting=False
    )
    processor = Idefics2Processor(images, tokenizer, image_seq_len=4)
    config = Idefics2Config(
        text_config={"model_type": "mistral", "head_dim": 8} | _llama(tokenizer),
        vision_config={"image_size": 32, "patch_size": 8} | _VISION,
        perceiver_config={
            "hidden_size": 32,
            "resampler_n_latents": 4,
            "resampler_depth": 1,
            "resampler_n_heads": 2,
            "resampler_head_dim": 16,
            "num_key_value_heads": 1,
        },
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
    )
    return config, processor


def _idefics3(tokenizer: Any) -> tuple[Any, Any]:
    from transformers import Idefics3Config, Idefics3ImageProcessor, Idefics3Processor

    images = Idefics3ImageProcessor(
        size={"longest_edge": 64}, max_image_size={"longest_edge": 32}, do_image_splitting=True
    )
    processor = Idefics3Processor(images, tokenizer, image_seq_len=4)
    return Idefics3Config(**_split_tiles(tokenizer)), processor


def _smolvlm(tokenizer: Any) -> tuple[Any, Any]:
    from transformers import (
        SmolVLMConfig,
        SmolVLMImageProcessor,
        SmolVLMProcessor,
        SmolVLMVideoProcessor,
    )

    sizes: dict[str, Any] = {
        "size": {"longest_edge": 64},
        "max_image_size": {"longest_edge": 32},
    }
    processor = SmolVLMProcessor(
        SmolVLMImageProcessor(do_image_splitting=True, **sizes),
        tokenizer,
        SmolVLMVideoProcessor(**sizes, video_sampling={"fps": 1, "max_frames": 2}),
        image_seq_len=4,
    )
    return SmolVLMConfig(**_split_tiles(tokenizer)), processor


def _split_tiles(tokenizer: Any) -> dict[str, Any]:
    """Tiles of 32 pixels, four by four patches each, shuffled two by two into four tokens."""
    return {
        "text_config": {"model_type": "llama"} | _llama(tokenizer),
        "vision_config": {"image_size": 32, "patch_size": 8} | _VISION,
        "scale_factor": 2,
        "image_token_id": tokenizer.convert_tokens_to_ids("<image>"),
        "pad_token_id": tokenizer.pad_token_id,
    }


def _qwen(tokenizer: Any) -> tuple[Any, Any]:
    from transformers import (
        Qwen2_5_VLConfig,
        Qwen2_5_VLProcessor,
        Qwen2VLImageProcessor,
        Qwen2VLVideoProcessor,
    )

    pixels = {"shortest_edge": 16 * 16, "longest_edge": 32 * 32}
    patches: dict[str, Any] = {"patch_size": 8, "merge_size": 2, "size": pixels}
    processor = Qwen2_5_VLProcessor(
        Qwen2VLImageProcessor(**patches), tokenizer, Qwen2VLVideoProcessor(**patches)
    )
    ids = {
        f"{name}_token_id": tokenizer.convert_tokens_to_ids(f"<|{token}|>")
        for name, token in [
            ("image", "image_pad"),
            ("video", "video_pad"),
            ("vision_start", "vision_start"),
            ("vision_end", "vision_end"),
        ]
    }
    config = Qwen2_5_VLConfig(
        text_config=_llama(
            tokenizer,
            rope_parameters={
                "rope_type": "default",
                "rope_theta": 10000.0,
                "mrope_section": [1, 1, 2],
            },
        ),
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 2,
            "patch_size": 8,
            "window_size": 32,
            "out_hidden_size": 32,
            "fullatt_block_indexes": [1],
        },
        **ids,
    )
    return config, processor


_MAKERS: dict[str, Callable[[Any], tuple[Any, Any]]] = {
    "llava": _llava,
    "idefics2": _idefics2,
    "idefics3": _idefics3,
    "smolvlm": _smolvlm,
    "qwen2_5_vl": _qwen,
}
