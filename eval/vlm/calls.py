"""Calling processors: all of them take text and pictures, but each in a slightly different way."""

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
    """Model inputs for a batch.

    Args:
        processor: of any family.
        texts: one per row, with a placeholder for each image.
        images: the images of each row.
        begin: whether the tokenizer adds its beginning-of-sequence token.
        more: passed on to the processor.

    Returns:
        Tensors: `input_ids` and `attention_mask` (rows, length), and pixels in the family's own
        shapes.
    """
    image_rows = [list(row) for row in images]
    if not all(image_rows):  # some processors reject an empty list
        image_rows = [row for row in image_rows if row]
    return dict(
        processor(
            text=list(texts),
            images=image_rows or None,
            return_tensors="pt",
            add_special_tokens=begin,
            **more,
        )
    )


def process_with_mask(
    processor: Any, text: str, images: Sequence[Image.Image], *, begin: bool
) -> tuple[dict[str, Any], Any]:
    """Inputs for one row, and which of its tokens come from the processor's text for an image.

    Returns:
        The inputs, and a mask (length,). The mask is all False if the processor does not report its
        replacements, or the tokenizer does not report offsets.
    """
    import torch

    options: dict[str, Any] = {}
    if images and getattr(processor.tokenizer, "is_fast", False):
        options = {"return_offsets_mapping": True, "return_text_replacement_offsets": True}
    inputs = process(processor, [text], [images], begin=begin, **options)
    replacements = inputs.pop("text_replacement_offsets", None)
    offsets = inputs.pop("offset_mapping", None)
    from_image = torch.zeros(inputs["input_ids"].shape[1], dtype=torch.bool)
    for replacement in replacements[0] if replacements else ():
        start, end = replacement["new_span"]
        from_image |= (offsets[0, :, 0] < end) & (offsets[0, :, 1] > start)
    return inputs, from_image


def on_device(model: Any, inputs: Any) -> Any:
    """The inputs on the model's device, in its precision; masks may be grouped by kind of layer."""
    import torch

    if isinstance(inputs, dict):
        return {name: on_device(model, value) for name, value in inputs.items()}
    return inputs.to(model.device, model.dtype if torch.is_floating_point(inputs) else None)


def per_token(value: Any, inputs: dict[str, Any]) -> bool:
    """Whether a tensor has an entry for each token."""
    return bool(value.shape[:2] == inputs["input_ids"].shape)


def join(values: Sequence[Any], axis: int) -> Any:
    """Join the images of several samples along `axis`, padding smaller ones with zeros.

    Where sizes differ, the family also has a pixel mask, which is padded with zeros too.
    """
    import torch

    largest = [max(sizes) for sizes in zip(*(value.shape for value in values), strict=True)]
    padded = []
    for value in values:
        shape = list(largest)
        shape[axis] = value.shape[axis]
        larger = value.new_zeros(shape)
        larger[tuple(slice(0, size) for size in value.shape)] = value
        padded.append(larger)
    return torch.cat(padded, dim=axis)
