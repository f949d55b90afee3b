"""Samples to sequences of a token budget, with labels on text alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..corpora import Interleaved
from ..vlm import Item, Vlm, encode
from .config import Data
from .samples import Unusable, cap, halve, sequence

IGNORED = -100
"""The label of what is not learned."""

_PER_TOKEN = {"input_ids", "attention_mask", "mm_token_type_ids", "token_type_ids"}


@dataclass(frozen=True)
class Piece:
    """A sample, or a part of one that is longer than the budget. L tokens.

    Attributes:
        tokens: `input_ids`, `labels` and what else the family has for each token, each (L,).
        positions: (L,), or (4, L) where the model has positions in time, height and width.
        pixels: the images, in the family's own shapes.
        images: how many.
        row: which sample it is of.
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
        """Tokens with a label."""
        return int((self.tokens["labels"] != IGNORED).sum())


def fill(pieces: Iterable[Piece], max_tokens: int) -> list[list[Piece]]:
    """Sequences of pieces within the budget, as few as first fit of the longest first makes."""
    sequences: list[list[Piece]] = []
    free: list[int] = []
    for piece in sorted(pieces, key=len, reverse=True):
        fits = next((i for i, left in enumerate(free) if len(piece) <= left), None)
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
    """A sample in as many pieces as the budget and the cap on images ask for.

    Args:
        vlm: the model.
        sample: of a corpus.
        data: text, layout, budget and caps.
        row: what the pieces are to be known by.
        dropped: what is left out is counted here, by reason. Of a sample that cannot be used,
            that is all of it.
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
        Where the family packs, one row of all pieces: position ids start again at each piece and
        there is no attention mask, from which the model knows not to look across. Elsewhere a
        padded row for each piece. `labels` are among the inputs.
    """
    import torch

    batch = _one_row(pieces) if vlm.family.packs else _padded(vlm, pieces)
    for name in dict.fromkeys(name for piece in pieces for name in piece.pixels):
        values = [piece.pixels[name] for piece in pieces if name in piece.pixels]
        batch[name] = _join(values, vlm.family.image_axis)
    dtype = vlm.model.dtype
    return {
        name: value.to(vlm.device, dtype if torch.is_floating_point(value) else None)
        for name, value in batch.items()
    }


def alike(sequences: list[list[Piece]], passes: int, blank: Piece) -> list[list[Piece]]:
    """As many sequences as the process with most has, each with an image.

    Processes that share a model's gradients must run the same modules as often.
    """
    sequences = sequences + [[]] * (passes - len(sequences))
    return [s if any(p.images for p in s) else [*s, blank] for s in sequences]


def blank(vlm: Vlm) -> Piece:
    """A grey image and nothing to learn, for a process whose others have an image or data left."""
    from PIL import Image

    piece = _encode(vlm, [Image.new("RGB", (32, 32), "grey")], Data(), row=-1, last=False)
    piece.tokens["labels"].fill_(IGNORED)
    return piece


def _pieces(
    vlm: Vlm, sample: Interleaved, data: Data, row: int, dropped: Counter[str]
) -> list[Piece]:
    todo = cap(sequence(sample, data.text), data, dropped)[::-1]
    pieces: list[Piece] = []
    while todo:
        items = todo.pop()
        piece = _encode(vlm, items, data, row, last=not todo)
        if len(piece) > data.max_tokens and len(items) > 1:
            todo += halve(items)[::-1]
            continue
        if len(piece) > data.max_tokens:
            if piece.images:
                raise Unusable("a row with an image of more tokens than data.max_tokens")
            dropped["tokens of a paragraph longer than data.max_tokens"] += (
                len(piece) - data.max_tokens
            )
            piece = _first(piece, data.max_tokens)
        pieces.append(piece)
    return pieces


def _encode(vlm: Vlm, items: Sequence[Item], data: Data, row: int, last: bool) -> Piece:
    import torch

    inputs = encode(vlm, items, end=last, spaced=data.joined_by == "space")
    tokens = {name: value[0] for name, value in inputs.items() if name in _PER_TOKEN}
    tokens["labels"] = _labels(vlm, tokens["input_ids"])
    if data.learn_from == "first-image":
        tokens["labels"][: _first_image(vlm, tokens["input_ids"])] = IGNORED
    positions = torch.arange(len(tokens["input_ids"]))
    if vlm.family.packs and hasattr(vlm.model.model, "get_rope_index"):  # Qwen's are in 3-D
        rope = vlm.model.model.get_rope_index
        there, _ = rope(
            inputs["input_ids"], inputs["mm_token_type_ids"], inputs.get("image_grid_thw")
        )
        positions = torch.cat([positions[None], there[:, 0]])
    return Piece(
        tokens=tokens,
        positions=positions,
        pixels={name: value for name, value in inputs.items() if name not in _PER_TOKEN},
        images=sum(not isinstance(item, str) for item in items),
        row=row,
        last=last,
    )


def _labels(vlm: Vlm, ids: Any) -> Any:
    """The ids, without what an image became and without the first, which nothing predicts.

    White space between two image tokens is part of the image, too: tiles stand in rows.
    """
    import torch

    image = torch.isin(ids, torch.tensor(sorted(vlm.mark_ids)))
    places = image.nonzero()[:, 0].tolist()
    for left, right in pairwise(places):
        if 1 < right - left <= 3 and not vlm.tokenizer.decode(ids[left + 1 : right]).strip():
            image[left:right] = True
    labels = ids.clone()
    labels[image] = IGNORED
    labels[0] = IGNORED
    return labels


def _first_image(vlm: Vlm, ids: Any) -> int:
    """Where the first image begins; the length where there is none."""
    import torch

    places = torch.isin(ids, torch.tensor(sorted(vlm.mark_ids))).nonzero()
    return int(places[0]) if len(places) else len(ids)


def _first(piece: Piece, length: int) -> Piece:
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
        name: torch.cat([piece.tokens[name] for piece in pieces])[None]
        for name in ("input_ids", "labels")
    }
    positions = torch.cat([piece.positions for piece in pieces], dim=-1)
    # One row: (1, L), or (4, 1, L).
    joined["position_ids"] = positions.unsqueeze(positions.dim() - 1)
    return joined


def _padded(vlm: Vlm, pieces: Sequence[Piece]) -> dict[str, Any]:
    from torch.nn.utils.rnn import pad_sequence

    fill = {"input_ids": vlm.tokenizer.pad_token_id, "labels": IGNORED}
    return {
        name: pad_sequence(
            [piece.tokens[name] for piece in pieces],
            batch_first=True,
            padding_value=fill.get(name, 0),
        )
        for name in pieces[0].tokens
    }


def _join(values: Sequence[Any], axis: int) -> Any:
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
