"""Image-text models: loading one, and turning pictures and text into its inputs.

vlm = load("HuggingFaceTB/SmolVLM-256M-Instruct", dtype="bfloat16", device="cuda")
inputs = encode(vlm, [image, "The slope is the derivative.", image, "..."])   # to train on
inputs = chat(vlm, [[Message("user", (image, "What is shown?"))]])            # to answer
vlm.model.generate(**inputs)
"""

from __future__ import annotations

from .calls import join, on_device, per_token
from .families import FAMILIES, Family
from .inputs import Item, Message, chat, complete, encode, encode_with_mask, image_tokens
from .load import Vlm, VlmError, load
from .writing import Writing

__all__ = [
    "FAMILIES",
    "Family",
    "Item",
    "Message",
    "Vlm",
    "VlmError",
    "Writing",
    "chat",
    "complete",
    "encode",
    "encode_with_mask",
    "image_tokens",
    "join",
    "load",
    "on_device",
    "per_token",
]
