"""Attention masks of packed samples, for families whose image tokens attend in both directions.

In a packed sequence, transformers (5.24) looks for images of Gemma at places counted from the start
of each sample, and so finds tokens of another sample. So the mask is made here: the model's own for
the whole sequence, restricted to pairs within a sample.
"""

from __future__ import annotations

from typing import Any

_TYPES = ("token_type_ids", "mm_token_type_ids")


def masks(model: Any, batch: dict[str, Any]) -> dict[str, Any]:
    """A mask for each kind of attention layer, in the format that the attention expects.

    Args:
        model: Gemma 3 or 4, on any device.
        batch: one packed row, with position ids that restart at each sample.
    """
    import torch

    ids, positions = batch["input_ids"], batch["position_ids"]
    config = model.config.get_text_config()
    by_kind = model.create_masks_for_generate(
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
    return {kind: _clip(causal if mask is None else mask, within) for kind, mask in by_kind.items()}


def _clip(mask: Any, within: Any) -> Any:
    """The mask restricted to pairs within a sample; True, or 0, allows a token to attend."""
    import torch

    if mask.dtype == torch.bool:
        return mask & within
    return mask.masked_fill(~within, torch.finfo(mask.dtype).min)
