"""Reads, decodes and tokenises samples ahead of the model, in worker processes."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ..corpora import InterleavedCorpus
from ..vlm import Vlm
from .checkpoint import TrainError
from .config import Data
from .pack import Piece, pieces_of
from .parts import parts_of, rows_of, shuffled


@dataclass(frozen=True)
class LoadedRow:
    """What became of a row.

    Attributes:
        place: its place in the order of the pass.
        rows: 1, or 0 if the part that the place belongs to has already ended.
        pieces: what to learn; empty if the row cannot be used.
        dropped: what was left out, counted by reason.
    """

    place: int
    rows: int = 0
    pieces: list[Piece] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Reading:
    """A corpus as one process reads it.

    Attributes:
        samples: take only this many, drawn with `seed`.
        process, processes: the number of this process, and how many there are.
    """

    vlm: Vlm
    corpus: InterleavedCorpus
    data: Data
    samples: int | None
    seed: int
    process: int
    processes: int

    def rows(self, epoch: int, place: int = 0) -> Iterator[LoadedRow]:
        """This process's rows of a pass, in order, starting at a place.

        Raises:
            TrainError: there are more processes than parts.
        """
        import torch
        from torch.utils.data import DataLoader

        parts = parts_of(self.corpus.source, self.data.parts)
        own_parts = range(self.process, parts, self.processes)
        if not own_parts:
            raise TrainError(
                f"{self.corpus.name} is read in {parts} parts, which {self.processes} processes "
                "cannot share: raise data.parts, or start fewer"
            )
        limit = self.data.workers if sys.platform == "linux" else 0
        # Every worker has the same number of parts, so that they take turns.
        workers = next(n for n in range(limit, -1, -1) if n == 0 or len(own_parts) % n == 0)
        loader = DataLoader(
            _rows_class()(self, own_parts, parts, epoch, place),
            batch_size=None,
            num_workers=workers,
            # Forked workers share the processor and the corpus, and load no model.
            multiprocessing_context="fork" if workers else None,
            prefetch_factor=4 if workers else None,
            worker_init_fn=_init_worker if workers else None,
            generator=torch.Generator(),  # its own, so reading uses none of the model's numbers
        )
        for row in loader:
            if row.place >= place:
                yield _copy(row) if workers else row


def step_groups(
    accelerator: Any, rows: Iterator[LoadedRow], batch_size: int
) -> Iterator[tuple[int, list[LoadedRow]]]:
    """The rows of each step in this process, with the place where the next step begins.

    A step covers `batch_size` consecutive places. All processes go through the same steps, each
    with the rows that it has read, possibly none.
    """
    import torch

    row = next(rows, None)
    end = sys.maxsize
    while True:
        step = row.place // batch_size if row else end
        mine = torch.tensor([step], device=accelerator.device)
        step = int(accelerator.gather(mine).min())
        if step == end:
            return
        group = []
        while row and row.place // batch_size == step:
            group.append(row)
            row = next(rows, None)
        yield (step + 1) * batch_size, group


def _rows_class() -> Any:
    """The dataset class for a `DataLoader`; torch is imported only for training."""
    from torch.utils.data import IterableDataset, get_worker_info

    class Rows(IterableDataset[LoadedRow]):
        def __init__(
            self, reading: Reading, own_parts: range, parts: int, epoch: int, place: int
        ) -> None:
            self.reading, self.own_parts, self.parts = reading, own_parts, parts
            self.epoch, self.place = epoch, place

        def __iter__(self) -> Iterator[LoadedRow]:
            worker = get_worker_info()
            own_parts = (
                self.own_parts[worker.id :: worker.num_workers] if worker else self.own_parts
            )
            reading, parts = self.reading, self.parts
            turns = max(1, reading.data.window // parts)  # of a part, shuffled together
            rows = rows_of(
                reading.corpus.source,
                own_parts,
                parts,
                reading.samples,
                reading.seed,
                self.place // parts // turns * turns,
            )
            reading.corpus.skipped = Counter()
            for place, row in shuffled(rows, parts, turns, reading.seed, self.epoch):
                # Start at the beginning of a turn, so that the first worker is the first to yield.
                if place // parts >= self.place // parts:
                    yield _load(reading, place, row if place >= self.place else None)

    return Rows


def _load(reading: Reading, place: int, row: Any) -> LoadedRow:
    if row is None:
        return LoadedRow(place)
    corpus, before = reading.corpus, reading.corpus.skipped.copy()
    sample = corpus.sample(*row)
    dropped = corpus.skipped - before
    pieces = pieces_of(reading.vlm, sample, reading.data, place, dropped) if sample else []
    return LoadedRow(place, 1, pieces, dropped)


def _copy(row: LoadedRow) -> LoadedRow:
    """A copy in the memory of this process: each tensor from a worker holds a file open."""
    pieces = [
        replace(
            piece,
            tokens={name: value.clone() for name, value in piece.tokens.items()},
            positions=piece.positions.clone(),
            pixels={name: value.clone() for name, value in piece.pixels.items()},
        )
        for piece in row.pieces
    ]
    return replace(row, pieces=pieces)


def _init_worker(_: int) -> None:
    """Prepare a forked worker, where tokenizers would warn and streams would wait for a thread."""
    import os

    import fsspec.asyn

    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    fsspec.asyn.reset_lock()
