"""Packs samples into sequences within a token budget, with labels on text only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..corpora import Interleaved
from ..vlm import Item, Vlm, encode_with_mask, join, on_device, per_token
from .config import Data
from .masks import masks
from .samples import Unusable, cap, halve, sequence

IGNORED = -100
"""The label of tokens that are not learned."""


@dataclass(frozen=True)
class Piece:
    """A sample, or a part of one that is longer than the budget. It has L tokens.

    Attributes:
        tokens: `input_ids`, `labels` and whatever else the family has per token, each (L,).
        positions: (L,), or (4, L) if the model has positions in time, height and width.
        pixels: the images, in the family's own shapes.
        images: the number of images.
        row: the number of its sample.
        last: whether the sample ends here.
    """

    tokens: dict[str, Any]
    positions: Any
    pixels: dict[str, Any]
    images: int
    row: int
    last: bool

    def __len__(self) -> int:
        return int(self.tokens["input_ids"].shape[0])

    @property
    def learned(self) -> int:
        """The number of labelled tokens."""
        return int((self.tokens["labels"] != IGNORED).sum())


def fill(pieces: Iterable[Piece], max_tokens: int) -> list[list[Piece]]:
    """Pack pieces into few sequences within the budget (first fit, the longest first)."""
    sequences: list[list[Piece]] = []
    free: list[int] = []
    for piece in sorted(pieces, key=len, reverse=True):
        fits = next((i for i, room in enumerate(free) if len(piece) <= room), None)
        if fits is None:
            sequences.append([piece])
            free.append(max_tokens - len(piece))
        else:
            sequences[fits].append(piece)
            free[fits] -= len(piece)
    return sequences


def pieces_of(
    vlm: Vlm, sample: Interleaved, data: Data, row: int, dropped: Counter[str]
) -> list[Piece]:
    """Divide a sample into as many pieces as the budget and the cap on images require.

    Args:
        vlm: the model.
        sample: from a corpus.
        data: text, layout, budget and caps.
        row: the number that identifies the sample in its pieces.
        dropped: counts what is left out, by reason, including a sample that cannot be used.
    """
    try:
        pieces = _pieces(vlm, sample, data, row, dropped)
        if not any(piece.learned for piece in pieces):
            raise Unusable("a row without text after an image")
    except Unusable as error:
        dropped[str(error)] += 1
        return []
    return pieces


def collate(vlm: Vlm, pieces: Sequence[Piece]) -> dict[str, Any]:
    """Model inputs for pieces, on the model's device and in its precision.

    Returns:
        If the family packs, one row of all pieces: position ids restart at each piece and there is
        no attention mask, which tells the model to keep the pieces apart. Otherwise, a padded row
        for each piece. `labels` are among the inputs.
    """
    batch = _one_row(pieces) if vlm.family.packs else _padded(vlm, pieces)
    if vlm.family.packs and vlm.family.both_ways:
        batch["attention_mask"] = masks(vlm.model, batch)
    for name in dict.fromkeys(name for piece in pieces for name in piece.pixels):
        values = [piece.pixels[name] for piece in pieces if name in piece.pixels]
        batch[name] = join(values, vlm.writing.axes[name])
    return on_device(vlm.model, batch)


def even_out(sequences: list[list[Piece]], passes: int, blank: Piece) -> list[list[Piece]]:
    """Extend sequences to `passes`, the most that any process has, each with an image.

    Processes that share a model's gradients must run the same modules equally often.
    """
    sequences = sequences + [[]] * (passes - len(sequences))
    return [s if any(p.images for p in s) else [*s, blank] for s in sequences]


def blank(vlm: Vlm) -> Piece:
    """A grey image with nothing to learn, for a process without images or data while others run."""
    from PIL import Image

    piece = _encode(vlm, [Image.new("RGB", (32, 32), "grey")], Data(), row=-1, last=False)
    piece.tokens["labels"].fill_(IGNORED)
    return piece


def _pieces(
    vlm: Vlm, sample: Interleaved, data: Data, row: int, dropped: Counter[str]
) -> list[Piece]:
    pending = cap(sequence(sample, data.text), data, dropped)[::-1]
    pieces: list[Piece] = []
    while pending:
        items = pending.pop()
        piece = _encode(vlm, items, data, row, last=not pending)
        if len(piece) > data.max_tokens and len(items) > 1:
            pending += halve(items)[::-1]
            continue
        if len(piece) > data.max_tokens:
            if piece.images:
                raise Unusable("a row with an image of more tokens than data.max_tokens")
            dropped["tokens of a paragraph longer than data.max_tokens"] += (
                len(piece) - data.max_tokens
            )
            piece = _truncated(piece, data.max_tokens)
        pieces.append(piece)
    return pieces


def _encode(vlm: Vlm, items: Sequence[Item], data: Data, row: int, last: bool) -> Piece:
    import torch

    inputs, image = encode_with_mask(vlm, items, end=last, spaced=data.joined_by == "space")
    tokens = {name: value[0] for name, value in inputs.items() if per_token(value, inputs)}
    tokens["labels"] = _labels(tokens["input_ids"], image)
    if data.learn_from == "first-image":
        tokens["labels"][: _first_image(image)] = IGNORED
    positions = torch.arange(len(tokens["input_ids"]))
    if vlm.family.packs and hasattr(vlm.model.model, "get_rope_index"):  # Qwen's are in 3-D
        rope = vlm.model.model.get_rope_index
        rotary, _ = rope(
            inputs["input_ids"], inputs["mm_token_type_ids"], inputs.get("image_grid_thw")
        )
        positions = torch.cat([positions[None], rotary[:, 0]])
    return Piece(
        tokens=tokens,
        positions=positions,
        pixels={name: value for name, value in inputs.items() if name not in tokens},
        images=sum(not isinstance(item, str) for item in items),
        row=row,
        last=last,
    )


def _labels(ids: Any, image: Any) -> Any:
    """The ids, except for tokens of images and the first token, which nothing predicts."""
    labels = ids.clone()
    labels[image] = IGNORED
    labels[0] = IGNORED
    return labels


def _first_image(image: Any) -> int:
    """Where the first image begins; the sequence's length if there is none."""
    places = image.nonzero()
    return int(places[0]) if len(places) else len(image)


def _truncated(piece: Piece, length: int) -> Piece:
    return Piece(
        {name: value[:length] for name, value in piece.tokens.items()},
        piece.positions[..., :length],
        {},
        0,
        piece.row,
        piece.last,
    )


def _one_row(pieces: Sequence[Piece]) -> dict[str, Any]:
    import torch

    joined = {
        name: torch.cat(values)[None]
        for name, values in _by_name(pieces).items()
        if name != "attention_mask"
    }
    positions = torch.cat([piece.positions for piece in pieces], dim=-1)
    # One row: (1, L), or (4, 1, L).
    joined["position_ids"] = positions.unsqueeze(positions.dim() - 1)
    return joined


def _padded(vlm: Vlm, pieces: Sequence[Piece]) -> dict[str, Any]:
    from torch.nn.utils.rnn import pad_sequence

    padding = {"input_ids": vlm.tokenizer.pad_token_id, "labels": IGNORED}
    return {
        name: pad_sequence(values, batch_first=True, padding_value=padding.get(name, 0))
        for name, values in _by_name(pieces).items()
    }


def _by_name(pieces: Sequence[Piece]) -> dict[str, list[Any]]:
    """The values of each token by name, with zeros where a piece without images has none."""
    import torch

    names = dict.fromkeys(name for piece in pieces for name in piece.tokens)
    return {
        name: [p.tokens.get(name, torch.zeros_like(p.tokens["input_ids"])) for p in pieces]
        for name in names
    }
