"""Tiny image-text models of every supported family, with random weights and a real processor.

They test mechanics only: what they answer means nothing. `save("llava", folder)` writes one that
`from_pretrained` opens, in a fraction of a second, with no network.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import gemma, idefics, llava, mllama, qwen

_MAKERS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "llava": llava.llava,
    "idefics2": idefics.idefics2,
    "idefics3": idefics.idefics3,
    "smolvlm": idefics.smolvlm,
    "qwen2_5_vl": qwen.qwen2_5_vl,
    "qwen2_vl": qwen.qwen2_vl,
    "qwen3_vl": qwen.qwen3_vl,
    "qwen3_5": qwen.qwen3_5,
    "gemma3": gemma.gemma3,
    "gemma4": gemma.gemma4,
    "internvl": llava.internvl,
    "llava_next": llava.llava_next,
    "llava_onevision": llava.llava_onevision,
    "lfm2_vl": llava.lfm2_vl,
    "mllama": mllama.mllama,
}
FAMILIES = tuple(name for name in _MAKERS if name != "mllama")
"""Those that are supported."""
PADDED = ("qwen3_5", "lfm2_vl")
"""Those whose samples cannot share a sequence."""
PACKED = tuple(name for name in FAMILIES if name not in PADDED)
FEW = ("llava", "idefics3", "qwen3_vl", "gemma3", "lfm2_vl")
"""One of each kind, where all would take long: whole images, tiles, 3-D positions, attention
both ways, and one that is padded."""

WRITTEN = {
    "qwen2_vl": "<|vision_start|><|image_pad|><|vision_end|>",
    "qwen2_5_vl": "<|vision_start|><|image_pad|><|vision_end|>",
    "qwen3_vl": "<|vision_start|><|image_pad|><|vision_end|>",
    "qwen3_5": "<|vision_start|><|image_pad|><|vision_end|>",
    "gemma3": "<start_of_image>",
    "gemma4": "<|image|>",
    "internvl": "<IMG_CONTEXT>",
    "mllama": "<|image|>",
}
"""How the released chat template of a family writes an image, where that is not `<image>`."""

_CHAT = (
    "{% for message in messages %}<|{{ message['role'] }}|>"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}IMAGE{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}</s>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def save(family: str, folder: Path, *, chat: bool = True, seed: int = 0) -> Path:
    """Write a model of `family` and its processor to `folder`; `chat` gives it a chat template."""
    import torch
    from transformers import AutoModelForImageTextToText

    config, processor = _MAKERS[family]()
    if chat:
        processor.chat_template = _CHAT.replace("IMAGE", WRITTEN.get(family, "<image>"))
    torch.manual_seed(seed)
    model = AutoModelForImageTextToText.from_config(config)
    model.generation_config.eos_token_id = processor.tokenizer.eos_token_id
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
