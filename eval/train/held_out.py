"""The loss on held-out samples during training, computed by all processes together."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import Any

from ..corpora import InterleavedCorpus
from .loader import Reading, step_groups
from .loss import token_losses
from .pack import Piece, collate, even_out, fill

_AT_ONCE = 64  # samples that the processes share among themselves


class HeldOut:
    """The first samples of a corpus that is not trained on. `last` is the latest loss."""

    def __init__(
        self, reading: Reading, corpus: InterleavedCorpus, samples: int, blank: Piece | None
    ) -> None:
        # In order, so that the first samples are always the same.
        data = reading.data.model_copy(update={"window": 1, "workers": 0})
        self._reading = replace(reading, corpus=corpus, samples=None, data=data)
        self._samples, self._blank = samples, blank
        self.last: float | None = None

    def loss(self, accelerator: Any, model: Any) -> float:
        """Nats per token, over all tokens of all samples."""
        import torch

        vlm, data = self._reading.vlm, self._reading.data
        sums = torch.zeros(2, device=accelerator.device, dtype=torch.float64)
        model.eval()
        rows = takewhile(lambda row: row.place < self._samples, self._reading.rows(epoch=0))
        for _, group in step_groups(accelerator, rows, _AT_ONCE):
            sequences = fill((piece for row in group for piece in row.pieces), data.max_tokens)
            count = torch.tensor([len(sequences)], device=accelerator.device)
            passes = int(accelerator.gather(count).max())
            if self._blank:
                sequences = even_out(sequences, passes, self._blank)
            for pieces in sequences:
                with torch.no_grad(), accelerator.autocast():
                    losses = token_losses(model, collate(vlm, pieces))
                sums += torch.stack([losses.double().sum(), sums.new_tensor(len(losses))])
        model.train()
        total, tokens = accelerator.reduce(sums).tolist()
        self.last = total / tokens if tokens else float("nan")
        return self.last
