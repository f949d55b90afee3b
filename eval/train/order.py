"""Checks of a corpus before a run: how many rows it has, and whether anything can be learned."""

from __future__ import annotations

from itertools import islice

from vid2book.quantities import number_of

from ..corpora import Interleaved, InterleavedCorpus
from ..sources import HubDataset, Seekable
from .config import Text
from .samples import COLUMNS


def count(corpus: InterleavedCorpus, samples: int | None = None) -> int | None:
    """Number of rows of the corpus, or of the `samples` drawn from it.

    On the Hub, where counting would mean downloading, it is `samples`, even if that is None.
    Parquet files know their number of rows; a local corpus of JSON or CSV is read once.
    """
    if isinstance(corpus.source, HubDataset):
        return samples
    if isinstance(corpus.source, Seekable):
        return len(corpus.source.chosen(samples, 0))
    rows = sum(1 for _ in corpus.source.rows(None, 0))
    return rows if samples is None else min(rows, samples)


def fault(corpus: InterleavedCorpus, text: Text, look_at: int = 100) -> str:
    """Why nothing can be learned from the first rows of the corpus; empty if something can."""
    first: list[Interleaved] = list(islice(corpus.samples(), look_at))
    reasons = "; ".join(f"{reason} ({n})" for reason, n in corpus.skipped.most_common(3))
    if not first:
        return f"none of its rows can be used: {reasons or 'it has none'}"
    for column in ("images", COLUMNS[text]):
        if not any(value for sample in first for value in getattr(sample, column)):
            details = f": {reasons}" if reasons else ""
            return f"no {column} in the {number_of(len(first), 'row')} looked at{details}"
    return ""
