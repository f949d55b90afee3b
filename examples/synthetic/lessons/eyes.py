"""Eyes for the small model: a vision encoder that can tell slides apart, without a word of text.

LLaVA begins with a CLIP encoder that has seen pictures; this is the same on a small scale. Each
image token learns to name the four facts of its slide by linear heads, which are thrown away.
Which words go with what is seen is left to the corpus to teach. The slides are of lessons that no
corpus holds.
"""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

BATCH = 32
RATE = 1e-3
WARMUP = 30  # steps


@dataclass(frozen=True)
class Seen:
    """A slide, and for each kind of fact which of its values stands there."""

    image: bytes
    facts: tuple[int, ...]


def train_eyes(
    model: Any,
    images: Any,
    slides: Sequence[Seen],
    unseen: Sequence[Seen],
    kinds: Sequence[int],
    epochs: int,
    seed: int,
) -> float:
    """Train vision encoder and connector of an Idefics3 in place.

    Args:
        model: to be trained.
        images: its image processor.
        slides: to train on.
        unseen: to try it on.
        kinds: how many values each kind of fact has.
        epochs: passes over the slides.
        seed: of order and heads.

    Returns:
        The share of facts of unseen slides that its tokens name rightly.
    """
    import torch
    from torch.nn.functional import cross_entropy

    torch.manual_seed(seed)
    pixels, facts = _tensors(images, slides)
    heads = torch.nn.ModuleList(
        torch.nn.Linear(model.config.text_config.hidden_size, values) for values in kinds
    )
    eyes = [model.model.vision_model, model.model.connector, heads]
    weights = [weight for part in eyes for weight in part.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=RATE)
    order = random.Random(seed)
    steps = epochs * (len(pixels) // BATCH)
    for step in range(steps):
        if step % (len(pixels) // BATCH) == 0:
            left = order.sample(range(len(pixels)), len(pixels))
        batch, left = left[:BATCH], left[BATCH:]
        for group in optimizer.param_groups:
            group["lr"] = RATE * min((step + 1) / WARMUP, 1 - step / steps)
        tokens = _tokens(model, pixels[batch])
        loss = torch.stack(
            [
                cross_entropy(head(tokens).transpose(1, 2), right[:, None].expand(tokens.shape[:2]))
                for head, right in zip(heads, facts[batch].T, strict=True)
            ]
        ).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return _accuracy(model, heads, *_tensors(images, unseen))


def _tensors(images: Any, slides: Sequence[Seen]) -> tuple[Any, Any]:
    """Pixels, and facts as numbers (slide, fact)."""
    import torch

    pixels = [
        images([Image.open(io.BytesIO(slide.image))], return_tensors="pt")["pixel_values"][0, 0]
        for slide in slides
    ]
    return torch.stack(pixels), torch.tensor([slide.facts for slide in slides])


def _tokens(model: Any, pixels: Any) -> Any:
    """Image tokens (slide, token, width)."""
    import torch

    side = model.config.vision_config.image_size // model.config.vision_config.patch_size
    seen = model.model.vision_model(
        pixel_values=pixels,
        patch_attention_mask=torch.ones(len(pixels), side, side, dtype=torch.bool),
    )
    return model.model.connector(seen.last_hidden_state)


def _accuracy(model: Any, heads: Any, pixels: Any, facts: Any) -> float:
    import torch

    with torch.inference_mode():
        tokens = _tokens(model, pixels)
        named = torch.stack([head(tokens).argmax(2) for head in heads], dim=2)
    return float((named == facts[:, None]).float().mean())
