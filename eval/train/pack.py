"""Samples to sequences of a token budget, with labels on text alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..corpora import Interleaved
from ..vlm import Item, Vlm, encode_with_mask, join, on_device, per_token
from .config import Data
from .masks import masks
from .samples import Unusable, cap, halve, sequence

IGNORED = -100
"""The label of what is not learned."""


@dataclass(frozen=True)
class Piece:
    """A sample, or a part of one that is longer than the budget. L tokens.

    Attributes:
        tokens: `input_ids`, `labels` and what else the family has for each token, each (L,).
        positions: (L,), or (4, L) where the model has positions in time, height and width.
        pixels: the images, in the family's own shapes.
        images: how many.
        row: place of its sample in this process's order.
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


@dataclass
class Pack:
    """Pieces that share a budget.

    Attributes:
        rows: how many rows ended in it, those left out included.
        after: where the next pack begins: rows done, and pieces done of the row after them.
        dropped: what was left out since the last pack, by reason.
    """

    pieces: list[Piece] = field(default_factory=list)
    rows: int = 0
    after: tuple[int, int] = (0, 0)
    dropped: Counter[str] = field(default_factory=Counter)

    @property
    def learned(self) -> int:
        return sum(piece.learned for piece in self.pieces)


def packs(
    vlm: Vlm, samples: Iterable[Interleaved], data: Data, start: tuple[int, int] = (0, 0)
) -> Iterator[Pack]:
    """Packs in the order of the samples, each closed when the next piece does not fit.

    Packing in order wastes more of the budget than sorting by length, and no padding follows from
    it: a sequence is as long as its pieces. In return a pack is a stretch of the corpus, so that
    a run goes on from two numbers.

    Args:
        vlm: the model.
        samples: beginning with the first row of `start`.
        data: text, budget and caps.
        start: rows before the first sample, and pieces of it to leave out.
    """
    pack, length = Pack(after=start), 0
    row, skip = start
    for sample in samples:
        try:
            pieces = _pieces(vlm, sample, data, row, pack.dropped)
        except Unusable as error:
            pack.dropped[str(error)] += 1
            pieces = []
        for number, piece in enumerate(pieces[skip:], skip + 1):
            if pack.pieces and length + len(piece) > data.max_tokens:
                yield pack
                pack, length = Pack(after=pack.after), 0
            pack.pieces.append(piece)
            length += len(piece)
            pack.after = (row, number)
        row, skip = row + 1, 0
        pack.rows += 1
        pack.after = (row, 0)
    if pack.rows:
        yield pack


def collate(vlm: Vlm, pieces: Sequence[Piece]) -> dict[str, Any]:
    """Model inputs for pieces, on the model's device and in its precision.

    Returns:
        Where the family packs, one row of all pieces: position ids start again at each piece and
        there is no attention mask, from which the model knows not to look across. Elsewhere a
        padded row for each piece. `labels` are among the inputs.
    """
    batch = _one_row(pieces) if vlm.family.packs else _padded(vlm, pieces)
    if vlm.family.packs and vlm.family.both_ways:
        batch["attention_mask"] = masks(vlm.model, batch)
    for name in dict.fromkeys(name for piece in pieces for name in piece.pixels):
        values = [piece.pixels[name] for piece in pieces if name in piece.pixels]
        batch[name] = join(values, vlm.writing.axes[name])
    return on_device(vlm.model, batch)


def blank(vlm: Vlm) -> Piece:
    """A grey image and nothing to learn, for a process whose others have an image or data left.

    Processes that share a model's gradients must run the same modules.
    """
    from PIL import Image

    piece = _encode(vlm, [Image.new("RGB", (32, 32), "grey")], row=-1, last=False)
    piece.tokens["labels"].fill_(IGNORED)
    return piece


def _pieces(
    vlm: Vlm, sample: Interleaved, data: Data, row: int, dropped: Counter[str]
) -> list[Piece]:
    todo = cap(sequence(sample, data.text), data.max_images)[::-1]
    pieces: list[Piece] = []
    while todo:
        items = todo.pop()
        piece = _encode(vlm, items, row, last=not todo)
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


def _encode(vlm: Vlm, items: Sequence[Item], row: int, last: bool) -> Piece:
    import torch

    inputs, image = encode_with_mask(vlm, items, end=last)
    tokens = {name: value[0] for name, value in inputs.items() if per_token(value, inputs)}
    tokens["labels"] = _labels(tokens["input_ids"], image)
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
        pixels={name: value for name, value in inputs.items() if name not in tokens},
        images=sum(not isinstance(item, str) for item in items),
        row=row,
        last=last,
    )


def _labels(ids: Any, image: Any) -> Any:
    """The ids, without what images became and without the first, which nothing predicts."""
    labels = ids.clone()
    labels[image] = IGNORED
    labels[0] = IGNORED
    return labels


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

    fill = {"input_ids": vlm.tokenizer.pad_token_id, "labels": IGNORED}
    return {
        name: pad_sequence(values, batch_first=True, padding_value=fill.get(name, 0))
        for name, values in _by_name(pieces).items()
    }


def _by_name(pieces: Sequence[Piece]) -> dict[str, list[Any]]:
    """What there is for each token; zeros where a text without images has no such thing."""
    import torch

    names = dict.fromkeys(name for piece in pieces for name in piece.tokens)
    return {
        name: [p.tokens.get(name, torch.zeros_like(p.tokens["input_ids"])) for p in pieces]
        for name in names
    }
