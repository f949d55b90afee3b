"""Attention within samples that share a sequence, for families whose images see both ways.

The tokens of a Gemma image attend to one another in both directions. transformers (5.24) finds the
images of a packed sequence at places counted from the start of each sample, where those of another
sample stand, so the mask is made here: the model's own for the whole sequence, cut at the samples.
"""

from __future__ import annotations

from typing import Any

_TYPES = ("token_type_ids", "mm_token_type_ids")


def masks(model: Any, batch: dict[str, Any]) -> dict[str, Any]:
    """A mask for each kind of attention layer, in the form that the attention asks for.

    Args:
        model: Gemma 3 or 4, on any device.
        batch: one packed row, with position ids that start again at each sample.
    """
    import torch

    ids, positions = batch["input_ids"], batch["position_ids"]
    config = model.config.get_text_config()
    made = model.create_masks_for_generate(
        config=config,
        inputs_embeds=torch.empty((*ids.shape, 1), dtype=model.dtype),
        attention_mask=None,
        cache=None,
        position_ids=None,
        **{name: batch[name] for name in _TYPES if name in batch},
    )
    sample = (positions == 0).cumsum(-1)
    within = (sample[:, :, None] == sample[:, None, :])[:, None]
    causal = torch.ones(within.shape, dtype=torch.bool).tril()
    return {kind: _clip(causal if mask is None else mask, within) for kind, mask in made.items()}


def _clip(mask: Any, within: Any) -> Any:
    """The mask with nothing outside the samples; it is True, or 0, where a token may look."""
    import torch

    if mask.dtype == torch.bool:
        return mask & within
    return mask.masked_fill(~within, torch.finfo(mask.dtype).min)
