"""The loss on text, in training and on held-out samples."""

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

_AT_ONCE = 32  # samples that are packed together


@dataclass(frozen=True)
class SampleLoss:
    """Cross-entropy of a sample's text, given the text and images before each token, in nats."""

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
        samples: from a corpus (`open_corpus(...).samples()`), or constructed.
        data: as in training: text, budget and cap. A sample longer than the budget is divided, and
            its loss is summed over all parts.

    Returns:
        The loss of each usable sample; broken ones are left out.
    """
    import torch

    data = data or Data()
    rows = iter(enumerate(samples))
    results: list[SampleLoss] = []
    vlm.model.eval()
    with torch.inference_mode():
        while batch := dict(islice(rows, _AT_ONCE)):
            pieces = [pieces_of(vlm, sample, data, row, Counter()) for row, sample in batch.items()]
            sums: dict[int, tuple[float, int]] = {}
            for sequence in fill(chain(*pieces), data.max_tokens):
                for piece, losses in zip(sequence, _by_piece(vlm, sequence), strict=True):
                    before, tokens = sums.get(piece.row, (0.0, 0))
                    sums[piece.row] = (before + float(losses.sum()), tokens + len(losses))
            results += [
                SampleLoss(batch[row].id, batch[row].video_id, *sums[row]) for row in sorted(sums)
            ]
    return results


def token_losses(model: Any, inputs: dict[str, Any]) -> Any:
    """Cross-entropy of every labelled token, in order, as float32.

    Only labelled positions are converted to float32, because most tokens belong to images.
    """
    from torch.nn.functional import cross_entropy

    labels = inputs["labels"][:, 1:]
    unlabelled = {name: value for name, value in inputs.items() if name != "labels"}
    # With a cache, the model would not notice that position ids restart.
    logits = model(**unlabelled, use_cache=False).logits[:, :-1]
    learned = labels != IGNORED
    return cross_entropy(logits[learned].float(), labels[learned], reduction="none")


def _by_piece(vlm: Vlm, pieces: Sequence[Piece]) -> Sequence[Any]:
    losses = token_losses(vlm.model, collate(vlm, pieces))
    return losses.double().split([piece.learned for piece in pieces])
