"""Divides a corpus into parts that are read in parallel, so that each process reads its own.

Row k of part i has place k * parts + i in the order of the corpus, however many processes share the
parts. A source that can be read from any place is divided into ranges of equal length, and a
dataset on the Hub file by file, by `datasets`. From any other source, each process reads all rows
and takes its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, groupby

from ..sources import HubDataset, Row, Seekable, Source, Unread

NumberedRow = tuple[int, Row | Unread]
"""A row with its number in the source."""

PlacedRow = tuple[int, NumberedRow | None]
"""A place and its row: None if the part of this place has ended."""


def parts_of(source: Source, parts: int) -> int:
    """How many parts to use: as asked, or fewer if they divide the files on the Hub evenly."""
    if not isinstance(source, HubDataset):
        return parts
    files = source.files()
    return next((n for n in range(parts, parts // 2, -1) if files % n == 0), parts)


def rows_of(
    source: Source,
    mine: Sequence[int],
    parts: int,
    samples: int | None = None,
    seed: int = 0,
    turn: int = 0,
) -> Iterator[PlacedRow]:
    """The rows of some parts in order of place, starting at row `turn` of each part.

    Args:
        source: where the rows come from.
        mine: the numbers of the parts, ascending.
        parts: how many parts there are.
        samples, seed: take only this many rows, drawn at random.
        turn: the number of rows of each part to skip.
    """
    readers: list[Iterator[NumberedRow]]
    if isinstance(source, Seekable):
        chosen = source.chosen(samples, seed)
        readers = [_range_rows(source, chosen, part, parts, turn) for part in mine]
    elif isinstance(source, HubDataset) and samples is None and source.files() % parts == 0:
        readers = [source.part(part, parts, turn) for part in mine]
    else:
        own_parts = set(mine)
        for place, row in enumerate(source.rows(samples, seed)):
            if place % parts in own_parts and place // parts >= turn:
                yield place, row
        return
    for current in count(turn):
        rows = [next(reader, None) for reader in readers]
        if not any(rows):
            return
        for part, here in zip(mine, rows, strict=True):
            yield current * parts + part, here


def shuffled(
    rows: Iterator[PlacedRow], parts: int, turns: int, seed: int, epoch: int
) -> Iterator[PlacedRow]:
    """Shuffle the rows of each part, in blocks of `turns` rows.

    Unlike with a buffer that is refilled row by row, the row at a place depends only on the seed,
    the pass and the place, so a run can be resumed from any place, in any number of processes.
    """
    import numpy as np

    for number, block in groupby(rows, lambda row: row[0] // parts // turns):
        rearranged: list[PlacedRow] = []
        by_part: dict[int, list[tuple[int, NumberedRow]]] = {}
        for place, row in block:
            if row is None:
                rearranged.append((place, None))
            else:
                by_part.setdefault(place % parts, []).append((place, row))
        for part, part_rows in by_part.items():
            order = np.random.default_rng([seed, epoch, part, number]).permutation(len(part_rows))
            rearranged += [
                (place, part_rows[i][1]) for (place, _), i in zip(part_rows, order, strict=True)
            ]
        yield from sorted(rearranged, key=lambda row: row[0])


def _range_rows(
    source: Seekable, chosen: Sequence[int], part: int, parts: int, turn: int
) -> Iterator[NumberedRow]:
    """The rows of one of `parts` ranges, whose lengths differ by at most one, longer ones first."""
    length, longer = divmod(len(chosen), parts)
    start = part * length + min(part, longer)
    numbers = chosen[start + turn : start + length + (part < longer)]
    rows = source.take(numbers)
    row = next(rows, None)
    for number in numbers:
        if row is not None and row[0] == number:
            yield row
            row = next(rows, None)
        else:  # lost with others; one of them stands for all
            yield number, Unread("", rows=0)
