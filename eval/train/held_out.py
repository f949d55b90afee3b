"""The loss on held-out samples while a model is trained, by all of its processes."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import Any

from ..corpora import InterleavedCorpus
from .loader import Reading, together
from .loss import token_losses
from .pack import Piece, alike, collate, fill

_AT_ONCE = 64  # samples that the processes share out together


class HeldOut:
    """The first samples of a corpus that is not learned from. `last` is the loss found last."""

    def __init__(
        self, reading: Reading, corpus: InterleavedCorpus, samples: int, blank: Piece | None
    ) -> None:
        # In order, so that the first are the same whenever they are read.
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
        made = takewhile(lambda one: one.place < self._samples, self._reading.made(epoch=0))
        for _, group in together(accelerator, made, _AT_ONCE):
            sequences = fill((piece for one in group for piece in one.pieces), data.max_tokens)
            told = torch.tensor([len(sequences)], device=accelerator.device)
            passes = int(accelerator.gather(told).max())
            if self._blank:
                sequences = alike(sequences, passes, self._blank)
            for pieces in sequences:
                with torch.no_grad(), accelerator.autocast():
                    losses = token_losses(model, collate(vlm, pieces))
                sums += torch.stack([losses.double().sum(), sums.new_tensor(len(losses))])
        model.train()
        total, tokens = accelerator.reduce(sums).tolist()
        self.last = total / tokens if tokens else float("nan")
        return self.last
