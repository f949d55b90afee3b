"""Loading an image-text model and its processor."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from vid2book.errors import UserError

from .families import FAMILIES, Family, family_of
from .probe import ProbeError, probe
from .seen import VisibleArea, padded_to_square, visible_area
from .writing import Writing, added_tokens

_MODALITIES = ("image", "video", "audio")
_logger = logging.getLogger(__name__)


class VlmError(UserError):
    """The model cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Vlm:
    """A model, its processor, and how pictures reach it."""

    name: str
    model: Any  # AutoModelForImageTextToText
    processor: Any
    family: Family
    writing: Writing
    visible: VisibleArea

    @property
    def device(self) -> Any:
        return self.model.device

    @property
    def tokenizer(self) -> Any:
        return self.processor.tokenizer

    @property
    def has_chat_template(self) -> bool:
        return bool(self.processor.chat_template or self.tokenizer.chat_template)

    @property
    def mark_ids(self) -> frozenset[int]:
        """Ids of the special tokens that a picture becomes; none counts as text to learn."""
        return self.writing.mark_ids

    @cached_property
    def control_tokens(self) -> frozenset[str]:
        """Tokens not allowed in a text: they would end the sample, or be taken for a picture."""
        ids = added_tokens(self.tokenizer)
        special = {
            str(token) for token in self.tokenizer.added_tokens_decoder.values() if token.special
        }
        marks = {token for token, number in ids.items() if number in self.mark_ids}
        configured = {getattr(self.processor, f"{name}_token", None) for name in _MODALITIES}
        tokens = special | marks | configured | set(self.tokenizer.all_special_tokens)
        return frozenset(token for token in tokens if token)


def load(name: str | Path, *, dtype: str = "auto", device: str = "cpu") -> Vlm:
    """Load a model and its processor, and test them with a picture.

    Args:
        name: a name on the Hub, or a folder that `save_pretrained` wrote.
        dtype: "auto" (as saved), "float32", "bfloat16" or "float16".
        device: "cpu", "cuda", "cuda:1", ...

    Raises:
        VlmError: the model cannot be loaded, takes no images, or does not accept images between
            texts.
    """
    try:
        from transformers import AutoConfig, AutoModelForImageTextToText, AutoProcessor
    except ImportError:
        raise VlmError("this needs the extra: pip install 'vid2book[train]'") from None
    processors: Any = AutoProcessor
    try:
        config = AutoConfig.from_pretrained(name)
        # The config of a text model maps to no class here.
        if type(config) not in AutoModelForImageTextToText._model_mapping:
            raise VlmError(
                f"{name} is a {config.model_type} model, which takes no images with text; "
                "name one such as LLaVA-1.5, Idefics3, SmolVLM or Qwen2.5-VL"
            )
        if config.is_encoder_decoder:
            raise VlmError(
                f"{name} is a {config.model_type} model, whose encoder reads the whole prompt, so "
                "it can be neither trained nor prompted with images between texts"
            )
        processor = processors.from_pretrained(name)
        model: Any = AutoModelForImageTextToText.from_pretrained(name, dtype=dtype)
    except VlmError:
        raise
    except (OSError, ValueError, ImportError) as error:
        raise VlmError(f"cannot load the model {name}: {error}") from None
    if not hasattr(processor, "tokenizer") or not hasattr(processor, "image_processor"):
        raise VlmError(
            f"{name} has no processor for text and images, only a {type(processor).__name__}; "
            "put the files of its base's processor beside it"
        )
    if processor.tokenizer.pad_token is None:
        processor.tokenizer.pad_token = processor.tokenizer.eos_token
    family, model = family_of(config.model_type), model.to(device)
    original = processor
    if family.pads_to_square:
        processor = padded_to_square(processor)
    try:
        writing = probe(model, processor, packs=family.packs)
    except ProbeError as error:
        raise VlmError(
            f"{name} ({config.model_type}) cannot be shown images between texts: {error}"
        ) from None
    vlm = Vlm(str(name), model, processor, family, writing, visible_area(processor, writing))
    if processor is not original:
        _warn_once(
            f"{name}: its processor shows {visible_area(original, writing)} of a 16:9 picture; "
            "pictures are padded to a square with the mean colour, as its reference does"
        )
    elif not vlm.visible.whole:
        _warn_once(f"{name}: its processor shows the model {vlm.visible} of a 16:9 picture")
    if config.model_type not in FAMILIES:
        _warn_once(
            f"{name}: no test covers {config.model_type} models; samples are padded, not packed"
        )
    return vlm


@cache
def _warn_once(message: str) -> None:
    """Log a warning, once per process, and only in the first of several processes."""
    if os.environ.get("RANK", "0") == "0":
        _logger.warning(message)
