"""Calling processors, all of which take text and pictures and none quite alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PIL import Image


def process(
    processor: Any,
    texts: Sequence[str],
    images: Sequence[Sequence[Image.Image]],
    *,
    begin: bool,
    **more: Any,
) -> dict[str, Any]:
    """Inputs for a batch.

    Args:
        processor: of any family.
        texts: one a row, placeholders where images stand.
        images: those of each row.
        begin: whether the tokenizer adds its beginning-of-sequence token.
        more: passed on.

    Returns:
        Tensors: `input_ids` and `attention_mask` (rows, length), pixels in the family's shapes.
    """
    given = [list(row) for row in images]
    if not all(given):  # some processors take no empty list
        given = [row for row in given if row]
    return dict(
        processor(
            text=list(texts),
            images=given or None,
            return_tensors="pt",
            add_special_tokens=begin,
            **more,
        )
    )


def with_places(
    processor: Any, text: str, images: Sequence[Image.Image], *, begin: bool
) -> tuple[dict[str, Any], Any]:
    """Inputs for one row, and which of its tokens stem from what the processor put for an image.

    Returns:
        The inputs, and a mask (length,). It is empty where the processor does not say what it
        puts, or the tokenizer not where its tokens come from.
    """
    import torch

    told: dict[str, Any] = {}
    if images and getattr(processor.tokenizer, "is_fast", False):
        told = {"return_offsets_mapping": True, "return_text_replacement_offsets": True}
    inputs = process(processor, [text], [images], begin=begin, **told)
    replaced = inputs.pop("text_replacement_offsets", None)
    offsets = inputs.pop("offset_mapping", None)
    put = torch.zeros(inputs["input_ids"].shape[1], dtype=torch.bool)
    for one in replaced[0] if replaced else ():
        start, end = one["new_span"]
        put |= (offsets[0, :, 0] < end) & (offsets[0, :, 1] > start)
    return inputs, put


def on_device(model: Any, inputs: Any) -> Any:
    """The inputs where the model is, in its precision; masks may be grouped by kind of layer."""
    import torch

    if isinstance(inputs, dict):
        return {name: on_device(model, value) for name, value in inputs.items()}
    return inputs.to(model.device, model.dtype if torch.is_floating_point(inputs) else None)


def per_token(value: Any, inputs: dict[str, Any]) -> bool:
    """Whether a tensor has something for each token."""
    return bool(value.shape[:2] == inputs["input_ids"].shape)


def join(values: Sequence[Any], axis: int) -> Any:
    """Images of several samples along `axis`, smaller ones filled with zeros.

    Where sizes differ, the family has a mask of its pixels, filled with zeros likewise.
    """
    import torch

    largest = [max(sizes) for sizes in zip(*(value.shape for value in values), strict=True)]
    filled = []
    for value in values:
        shape = list(largest)
        shape[axis] = value.shape[axis]
        whole = value.new_zeros(shape)
        whole[tuple(slice(0, size) for size in value.shape)] = value
        filled.append(whole)
    return torch.cat(filled, dim=axis)
