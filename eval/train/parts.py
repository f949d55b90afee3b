"""A corpus in parts that are read side by side, so that each process reads its own.

Row k of part i has place k * parts + i in the order of the corpus, however many processes share the
parts. A source that can be read from any place is cut into stretches of equal length; a dataset of
the Hub, file by file, by `datasets`; from any other each process takes its rows in passing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, groupby

from ..sources import HubDataset, Row, Seekable, Source, Unread

Found = tuple[int, Row | Unread]
"""A row with its number in the source."""

Placed = tuple[int, Found | None]
"""A place, and what is there: None where its part has ended."""


def parts_of(source: Source, asked: int) -> int:
    """How many parts: as asked, or of a dataset of the Hub fewer, that files come out even."""
    if not isinstance(source, HubDataset):
        return asked
    files = source.files()
    return next((n for n in range(asked, asked // 2, -1) if files % n == 0), asked)


def rows_of(
    source: Source,
    mine: Sequence[int],
    parts: int,
    samples: int | None = None,
    seed: int = 0,
    turn: int = 0,
) -> Iterator[Placed]:
    """The rows of some parts in order of place, from the `turn`-th row of each on.

    Args:
        source: where they come from.
        mine: numbers of parts, rising.
        parts: how many parts there are.
        samples, seed: take only so many rows, drawn at random.
        turn: rows of each part to leave out.
    """
    readers: list[Iterator[Found]]
    if isinstance(source, Seekable):
        chosen = source.chosen(samples, seed)
        readers = [_stretch(source, chosen, part, parts, turn) for part in mine]
    elif isinstance(source, HubDataset) and samples is None and source.files() % parts == 0:
        readers = [source.part(part, parts, turn) for part in mine]
    else:
        own = set(mine)
        for place, found in enumerate(source.rows(samples, seed)):
            if place % parts in own and place // parts >= turn:
                yield place, found
        return
    for here in count(turn):
        found_here = [next(reader, None) for reader in readers]
        if not any(found_here):
            return
        for part, one in zip(mine, found_here, strict=True):
            yield here * parts + part, one


def shuffled(
    rows: Iterator[Placed], parts: int, turns: int, seed: int, epoch: int
) -> Iterator[Placed]:
    """Rows that change places with others of their part, among `turns` of them.

    Unlike a buffer that is refilled row by row, what comes at a place follows from the seed, the
    pass and the place alone, so that a run goes on from any place, in any number of processes.
    """
    import numpy as np

    for number, block in groupby(rows, lambda row: row[0] // parts // turns):
        ends: list[Placed] = []
        inside: dict[int, list[tuple[int, Found]]] = {}
        for place, found in block:
            if found is None:
                ends.append((place, None))
            else:
                inside.setdefault(place % parts, []).append((place, found))
        for part, there in inside.items():
            order = np.random.default_rng([seed, epoch, part, number]).permutation(len(there))
            ends += [(place, there[i][1]) for (place, _), i in zip(there, order, strict=True)]
        yield from sorted(ends, key=lambda row: row[0])


def _stretch(
    source: Seekable, chosen: Sequence[int], part: int, parts: int, turn: int
) -> Iterator[Found]:
    """Rows of one of `parts` stretches that differ by one in length, the longer ones first."""
    length, longer = divmod(len(chosen), parts)
    start = part * length + min(part, longer)
    numbers = chosen[start + turn : start + length + (part < longer)]
    coming = source.take(numbers)
    found = next(coming, None)
    for number in numbers:
        if found is not None and found[0] == number:
            yield found
            found = next(coming, None)
        else:  # lost with others, for which one stands
            yield number, Unread("", rows=0)
