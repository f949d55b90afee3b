"""The order in which a process sees the corpus, and where a pass over it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TypeVar

from ..corpora import Interleaved, InterleavedCorpus
from ..sources import HubDataset, ParquetFiles
from .config import Text
from .samples import COLUMNS

T = TypeVar("T")


def shuffled(items: Iterator[T], window: int, seed: int, epoch: int) -> Iterator[T]:
    """Windows of the stream, each in random order.

    Unlike a buffer that is refilled item by item, what comes at a place follows from the seed,
    the epoch and the place alone, so that a run can go on from any.
    """
    import numpy as np

    number = 0
    while block := list(islice(items, window)):
        rng = np.random.default_rng([seed, epoch, number])
        yield from (block[i] for i in rng.permutation(len(block)))
        number += 1


def share(items: Iterator[T], process: int, processes: int, skip: int) -> Iterator[T]:
    """Every `processes`-th item, without the first `skip` of them.

    Every process reads all rows and decodes the images of its own.
    """
    return islice(items, process + skip * processes, None, processes)


def count(corpus: InterleavedCorpus) -> int | None:
    """Rows of the corpus; None on the Hub, where counting would be downloading.

    Parquet knows; another local corpus is read once.
    """
    if isinstance(corpus.source, HubDataset):
        return None
    if isinstance(corpus.source, ParquetFiles):
        return sum(_rows(file) for file in corpus.source.files)
    return sum(1 for _ in corpus.source.rows(None, 0))


def _rows(file: Path) -> int:
    """Rows of a Parquet file; a damaged one is left out when it is read, and has none here."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(file).num_rows)
    except (pa.ArrowException, OSError):
        return 0


def fault(corpus: InterleavedCorpus, text: Text, look_at: int = 100) -> str:
    """Why nothing can be learned from the corpus, by its first rows; empty where it can."""
    first: list[Interleaved] = list(islice(corpus.samples(), look_at))
    reasons = "; ".join(f"{reason} ({n})" for reason, n in corpus.skipped.most_common(3))
    if not first:
        return f"none of its rows can be used: {reasons or 'it has none'}"
    for column in ("images", COLUMNS[text]):
        if not any(value for sample in first for value in getattr(sample, column)):
            told = f": {reasons}" if reasons else ""
            return f"its first {len(first)} rows have no {column}{told}"
    return ""


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, the next one made while the last is used."""
    done = object()
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, done)
        while (item := coming.result()) is not done:
            coming = pool.submit(next, items, done)
            yield item  # type: ignore[misc]
