"""Loading an image-text model and its processor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from vid2book.errors import UserError

from .families import Family, family_of


class VlmError(UserError):
    """A model that cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Vlm:
    """A model, its processor, and how it writes images."""

    name: str
    model: Any  # AutoModelForImageTextToText
    processor: Any
    family: Family

    @property
    def device(self) -> Any:
        return self.model.device

    @property
    def tokenizer(self) -> Any:
        return self.processor.tokenizer

    @property
    def has_chat_template(self) -> bool:
        return bool(self.processor.chat_template or self.tokenizer.chat_template)

    @cached_property
    def image_token_id(self) -> int:
        """The token that an image's features take the place of."""
        return int(self.tokenizer.convert_tokens_to_ids(self.processor.image_token))

    @cached_property
    def mark_ids(self) -> frozenset[int]:
        """Ids of all tokens that an image becomes."""
        known = self.tokenizer.get_vocab()
        return frozenset(known[mark] for mark in self.family.marks if mark in known)


def load(name: str | Path, *, dtype: str = "auto", device: str = "cpu") -> Vlm:
    """Load a model and its processor.

    Args:
        name: a name on the Hub, or a folder that `save_pretrained` wrote.
        dtype: "auto" (as saved), "float32", "bfloat16" or "float16".
        device: "cpu", "cuda", "cuda:1", ...

    Raises:
        VlmError: it cannot be loaded, takes no images, or its processor names no image token.
    """
    try:
        from transformers import AutoConfig, AutoModelForImageTextToText, AutoProcessor
    except ImportError:
        raise VlmError("this needs the extra: pip install 'vid2book[train]'") from None
    processors: Any = AutoProcessor
    try:
        config = AutoConfig.from_pretrained(name)
        # A config of a text model maps to no class here.
        if type(config) not in AutoModelForImageTextToText._model_mapping:
            raise VlmError(
                f"{name} is a {config.model_type} model, which takes no images with text; "
                "name one such as LLaVA-1.5, Idefics3, SmolVLM or Qwen2.5-VL"
            )
        processor = processors.from_pretrained(name)
        model: Any = AutoModelForImageTextToText.from_pretrained(name, dtype=dtype)
    except VlmError:
        raise
    except (OSError, ValueError, ImportError) as error:
        raise VlmError(f"cannot load the model {name}: {error}") from None
    family = family_of(config.model_type, processor)
    if family is None:
        raise VlmError(f"the processor of {name} names no image token, so images have no place")
    if processor.tokenizer.pad_token is None:
        processor.tokenizer.pad_token = processor.tokenizer.eos_token
    return Vlm(str(name), model.to(device), processor, family)
