"""Turns pictures and text into model inputs, with the model's own processor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from PIL import Image

from .calls import process, process_with_mask
from .load import Vlm, VlmError

Item = str | Image.Image
"""A piece of an interleaved sequence."""


@dataclass(frozen=True)
class Message:
    """One turn of a conversation, with its pictures in place."""

    role: Literal["system", "user", "assistant"]
    content: tuple[Item, ...]


def encode(
    vlm: Vlm, sequence: Sequence[Item], *, end: bool = True, spaced: bool = False
) -> dict[str, Any]:
    """Inputs for plain interleaved text: a line for each item, with images in place.

    Args:
        vlm: the model.
        sequence: texts and images in order.
        end: whether to append the end-of-sequence token.
        spaced: instead of lines, put a space between two texts or two images, and nothing between
            a text and an image.

    Returns:
        The processor's tensors for a batch of one: `input_ids` and `attention_mask` (1, length),
        and pixels in the family's own shapes.
    """
    return encode_with_mask(vlm, sequence, end=end, spaced=spaced)[0]


def encode_with_mask(
    vlm: Vlm, sequence: Sequence[Item], *, end: bool = True, spaced: bool = False
) -> tuple[dict[str, Any], Any]:
    """As `encode`, with a mask (length,) of the tokens that images became, including their marks.

    The mask also covers white space between two images.
    """
    import torch

    text = _text(vlm, sequence, spaced) + (vlm.tokenizer.eos_token or "" if end else "")
    inputs, replaced = process_with_mask(
        vlm.processor, text, _images(sequence), begin=vlm.writing.begin
    )
    ids = inputs["input_ids"][0]
    image = replaced | torch.isin(ids, torch.tensor(sorted(vlm.mark_ids)))
    for left, right in pairwise(image.nonzero()[:, 0].tolist()):
        if 1 < right - left <= 3 and not vlm.tokenizer.decode(ids[left + 1 : right]).strip():
            image[left:right] = True
    return inputs, image


def complete(vlm: Vlm, sequences: Sequence[Sequence[Item]]) -> dict[str, Any]:
    """Inputs for plain interleaved texts that the model is to continue, on the model's device.

    Returns:
        Tensors for a batch, in the format of `encode` without the end, padded on the left so that
        `generate` continues every row.
    """
    inputs = process(
        vlm.processor,
        [_text(vlm, sequence) for sequence in sequences],
        [_images(sequence) for sequence in sequences],
        begin=vlm.writing.begin,
        padding=True,
        padding_side="left",
    )
    return {name: value.to(vlm.device) for name, value in inputs.items()}


def chat(
    vlm: Vlm, conversations: Sequence[Sequence[Message]], *, answer: bool = True
) -> dict[str, Any]:
    """Inputs for conversations, by the model's chat template, on the model's device.

    Args:
        vlm: the model.
        conversations: each a list of messages with alternating roles.
        answer: whether to append the prompt for the assistant's next turn.

    Returns:
        Tensors for a batch, padded on the left so that `generate` continues every row.

    Raises:
        VlmError: the model has no chat template, or its template does not show every image.
    """
    if not vlm.has_chat_template:
        raise VlmError(
            f"{vlm.name} has no chat template, so it takes no conversation; use an instruction-"
            "tuned model, or put a chat_template.jinja beside its processor"
        )
    inputs = vlm.processor.apply_chat_template(
        [[_as_dict(vlm, message) for message in messages] for messages in conversations],
        add_generation_prompt=answer,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        processor_kwargs={"padding": True, "padding_side": "left"},
    )
    return dict(inputs.to(vlm.device))


def image_tokens(vlm: Vlm, inputs: dict[str, Any]) -> list[int]:
    """The number of tokens in each row that are replaced by image features."""
    import torch

    ids = inputs["input_ids"]
    features = torch.tensor(sorted(vlm.writing.image_ids), device=ids.device)
    return [int(n) for n in torch.isin(ids, features).sum(-1)]


def _as_dict(vlm: Vlm, message: Message) -> dict[str, Any]:
    content = [
        {"type": "text", "text": _plain(vlm, item)}
        if isinstance(item, str)
        else {"type": "image", "image": _rgb(item)}
        for item in message.content
    ]
    return {"role": message.role, "content": content}


def _text(vlm: Vlm, sequence: Sequence[Item], spaced: bool = False) -> str:
    parts: list[str] = []
    for number, item in enumerate(sequence):
        if number and not spaced:
            parts.append("\n")
        elif number and isinstance(item, str) == isinstance(sequence[number - 1], str):
            parts.append(" ")
        parts.append(_plain(vlm, item) if isinstance(item, str) else vlm.writing.placeholder)
    return "".join(parts)


def _images(sequence: Sequence[Item]) -> list[Image.Image]:
    return [_rgb(item) for item in sequence if not isinstance(item, str)]


def _plain(vlm: Vlm, text: str) -> str:
    """The text with a space inside each control token.

    A lecture about HTML may say `<s>` or `<image>`, which would end the sample or ask for a
    picture that isn't there.
    """
    for token in vlm.control_tokens:
        if token in text:
            text = text.replace(token, f"{token[0]} {token[1:]}")
    return text


def _rgb(image: Image.Image) -> Image.Image:
    """RGB on a white background: a black diagram on transparent ground would be black on black."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        image = image.convert("RGBA")
        background = Image.new("RGBA", image.size, "white")
        background.alpha_composite(image)
        image = background
    return image.convert("RGB")
