"""Samples on their way to the model: read, decoded and tokenised ahead, by worker processes."""

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
        place: in the order of the pass.
        rows: 1; 0 where the part that the place belongs to has ended.
        pieces: what is learned; none where the row cannot be used.
        dropped: what was left out, by reason.
    """

    place: int
    rows: int = 0
    pieces: list[Piece] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Reading:
    """A corpus as one process reads it.

    Attributes:
        samples: take only so many, drawn with `seed`.
        process, processes: which this is, and of how many.
    """

    vlm: Vlm
    corpus: InterleavedCorpus
    data: Data
    samples: int | None
    seed: int
    process: int
    processes: int

    def made(self, epoch: int, place: int = 0) -> Iterator[LoadedRow]:
        """This process's rows of a pass in order, from a place on.

        Raises:
            TrainError: there are more processes than parts.
        """
        import torch
        from torch.utils.data import DataLoader

        parts = parts_of(self.corpus.source, self.data.parts)
        mine = range(self.process, parts, self.processes)
        if not mine:
            raise TrainError(
                f"{self.corpus.name} is read in {parts} parts, which {self.processes} processes "
                "cannot share: raise data.parts, or start fewer"
            )
        asked = self.data.workers if sys.platform == "linux" else 0
        # Each has as many parts as the others, so that they take turns.
        workers = next(n for n in range(asked, -1, -1) if n == 0 or len(mine) % n == 0)
        loader = DataLoader(
            _rows_class()(self, mine, parts, epoch, place),
            batch_size=None,
            num_workers=workers,
            # Workers share the processor and the corpus as they are, and load no model.
            multiprocessing_context="fork" if workers else None,
            prefetch_factor=4 if workers else None,
            worker_init_fn=_begin if workers else None,
            generator=torch.Generator(),  # its own, so that reading draws no number of the model's
        )
        for made in loader:
            if made.place >= place:
                yield _owned(made) if workers else made


def together(
    accelerator: Any, made: Iterator[LoadedRow], batch_size: int
) -> Iterator[tuple[int, list[LoadedRow]]]:
    """What the processes learn from in each step, and the place where the next begins.

    A step is `batch_size` places in a row. All processes are given the same steps, with what each
    has read of it, which may be nothing.
    """
    import torch

    coming = next(made, None)
    end = sys.maxsize
    while True:
        step = coming.place // batch_size if coming else end
        told = torch.tensor([step], device=accelerator.device)
        step = int(accelerator.gather(told).min())
        if step == end:
            return
        group = []
        while coming and coming.place // batch_size == step:
            group.append(coming)
            coming = next(made, None)
        yield (step + 1) * batch_size, group


def _rows_class() -> Any:
    """The dataset that a `DataLoader` takes; torch is imported only where there is training."""
    from torch.utils.data import IterableDataset, get_worker_info

    class Rows(IterableDataset[LoadedRow]):
        def __init__(
            self, reading: Reading, mine: range, parts: int, epoch: int, place: int
        ) -> None:
            self.reading, self.mine, self.parts = reading, mine, parts
            self.epoch, self.place = epoch, place

        def __iter__(self) -> Iterator[LoadedRow]:
            worker = get_worker_info()
            mine = self.mine[worker.id :: worker.num_workers] if worker else self.mine
            reading, parts = self.reading, self.parts
            turns = max(1, reading.data.window // parts)  # that change places
            rows = rows_of(
                reading.corpus.source,
                mine,
                parts,
                reading.samples,
                reading.seed,
                self.place // parts // turns * turns,
            )
            reading.corpus.skipped = Counter()
            for place, found in shuffled(rows, parts, turns, reading.seed, self.epoch):
                # From the beginning of a turn, so that the first worker is the first to come.
                if place // parts >= self.place // parts:
                    yield _make(reading, place, found if place >= self.place else None)

    return Rows


def _make(reading: Reading, place: int, found: Any) -> LoadedRow:
    if found is None:
        return LoadedRow(place)
    corpus, before = reading.corpus, reading.corpus.skipped.copy()
    sample = corpus.sample(*found)
    dropped = corpus.skipped - before
    pieces = pieces_of(reading.vlm, sample, reading.data, place, dropped) if sample else []
    return LoadedRow(place, 1, pieces, dropped)


def _owned(made: LoadedRow) -> LoadedRow:
    """A copy in this process' own memory: each tensor of a worker's holds an open file."""
    pieces = [
        replace(
            piece,
            tokens={name: value.clone() for name, value in piece.tokens.items()},
            positions=piece.positions.clone(),
            pixels={name: value.clone() for name, value in piece.pixels.items()},
        )
        for piece in made.pieces
    ]
    return replace(made, pieces=pieces)


def _begin(_: int) -> None:
    """In a worker, which is a fork: tokenizers would warn of it, and streams wait for a thread."""
    import os

    import fsspec.asyn

    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    fsspec.asyn.reset_lock()
