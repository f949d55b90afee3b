"""Eyes for the small model: a vision encoder that can tell slides apart, without a word of text.

LLaVA begins with a CLIP encoder that has seen pictures; this is the same on a small scale. Each
image token learns to name the four facts of its slide by linear heads, which are thrown away.
Which words go with what is seen is left to the corpus to teach. The slides are of lessons that no
corpus holds.
"""

from __future__ import annotations

import io
import random
from typing import Any

from PIL import Image

from .content import KINDS, NAMES
from .lesson import make_lessons

SLIDES = 16  # to a lecture
EPOCHS = 4
BATCH = 32
RATE = 1e-3
WARMUP = 30  # steps


def train_eyes(model: Any, images: Any, lectures: int, seed: int) -> float:
    """Train vision encoder and connector of an Idefics3 in place.

    Args:
        model: to be trained.
        images: its image processor.
        lectures: to train on.
        seed: of slides, order and heads.

    Returns:
        The share of facts of unseen slides that its tokens name rightly.
    """
    import torch
    from torch.nn.functional import cross_entropy

    torch.manual_seed(seed)
    pixels, facts = _slides(images, lectures, seed)
    heads = torch.nn.ModuleList(
        torch.nn.Linear(model.config.text_config.hidden_size, len(KINDS[name])) for name in NAMES
    )
    eyes = [model.model.vision_model, model.model.connector, heads]
    weights = [weight for part in eyes for weight in part.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=RATE)
    order = random.Random(seed)
    steps = EPOCHS * (len(pixels) // BATCH)
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
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return _accuracy(model, heads, *_slides(images, 10, seed + 1))


def _slides(images: Any, lectures: int, seed: int) -> tuple[Any, Any]:
    """Pixels, and facts as numbers (slide, fact)."""
    import torch

    pixels: list[Any] = []
    facts: list[list[str]] = []
    for lesson in make_lessons(lectures, SLIDES, "eyes", seed):
        for slide in lesson.slides:
            image = Image.open(io.BytesIO(slide.image))
            pixels.append(images([image], return_tensors="pt")["pixel_values"][0, 0])
            facts.append([getattr(slide.facts, name) for name in NAMES])
    numbers = [[KINDS[name].index(f) for name, f in zip(NAMES, row, strict=True)] for row in facts]
    return torch.stack(pixels), torch.tensor(numbers)


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
