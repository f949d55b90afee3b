"""The loss on text, for training and on held-out samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from ..corpora import Interleaved
from ..vlm import Vlm
from .config import Data
from .pack import IGNORED, Piece, collate, fill, pieces_of

_AT_ONCE = 32  # samples that are laid out together


@dataclass(frozen=True)
class SampleLoss:
    """Cross-entropy of a sample's text given what stands before it, images included, in nats."""

    id: str
    video_id: str
    loss_sum: float
    tokens: int


def evaluate_loss(
    vlm: Vlm, samples: Iterable[Interleaved], data: Data | None = None
) -> list[SampleLoss]:
    """Loss of held-out samples, in their order.

    Args:
        vlm: the model; it is left in evaluation mode.
        samples: of a corpus (`open_corpus(...).samples()`), or made up.
        data: as in training: text, budget and cap. A sample longer than the budget is taken in
            parts, the loss over all of them.

    Returns:
        One for each sample that can be used; broken ones are left out.
    """
    import torch

    data = data or Data()
    rows = iter(enumerate(samples))
    found: list[SampleLoss] = []
    vlm.model.eval()
    with torch.inference_mode():
        while some := dict(islice(rows, _AT_ONCE)):
            pieces = [pieces_of(vlm, one, data, row, Counter()) for row, one in some.items()]
            sums: dict[int, tuple[float, int]] = {}
            for sequence in fill(chain(*pieces), data.max_tokens):
                for piece, losses in zip(sequence, _by_piece(vlm, sequence), strict=True):
                    before, tokens = sums.get(piece.row, (0.0, 0))
                    sums[piece.row] = (before + float(losses.sum()), tokens + len(losses))
            found += [
                SampleLoss(some[row].id, some[row].video_id, *sums[row]) for row in sorted(sums)
            ]
    return found


def token_losses(model: Any, inputs: dict[str, Any]) -> Any:
    """Cross-entropy of every token with a label, in order, float32.

    Only positions with a label are widened to float32: most tokens are of images.
    """
    from torch.nn.functional import cross_entropy

    labels = inputs["labels"][:, 1:]
    without = {name: value for name, value in inputs.items() if name != "labels"}
    # A cache would make the model miss that position ids start again.
    logits = model(**without, use_cache=False).logits[:, :-1]
    learned = labels != IGNORED
    return cross_entropy(logits[learned].float(), labels[learned], reduction="none")


def _by_piece(vlm: Vlm, pieces: Sequence[Piece]) -> Sequence[Any]:
    losses = token_losses(vlm.model, collate(vlm, pieces))
    return losses.double().split([piece.learned for piece in pieces])
