"""Choosing the shots of a question: at random, or by the likeness of their pictures (RICES).

RICES after Yang et al., "An Empirical Study of GPT-3 for Few-Shot Knowledge-Based VQA" (2022), and
Flamingo: the most similar pictures, the most similar of them last.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vid2book.models.open_clip import Vectors
from vid2book.screen.phash import distance

from .rows import Rows

SAME_IMAGE = 4  # bits of 64: what scaling and JPEG change


@dataclass(frozen=True)
class Choice:
    """The shots of one question.

    Attributes:
        shots: rows of the pool, in the order of the prompt.
        excluded: how many that would have been chosen were passed over, by reason.
    """

    shots: tuple[int, ...]
    excluded: Counter[str]


@dataclass(frozen=True)
class Pool:
    """Where shots come from.

    Attributes:
        rows: the candidates.
        problem: the columns that are equal for rows of one problem, if the pool is of the same
            benchmark as the questions.
    """

    rows: Rows
    problem: tuple[str, ...]


Order = Callable[[int], Iterator[int]]  # a question's row to rows of the pool, the best first


def choose(
    pool: Pool, asked: Rows, row: int, order: Order, count: int, *, guarded: bool = True
) -> Choice:
    """The first `count` rows of the pool that do not give the question away, the first of all last.

    Passed over are the question itself, other questions of its problem, those on its image, and
    those whose image cannot be read. Unguarded, only the question itself and the last are, as in
    the released scripts.
    """
    excluded: Counter[str] = Counter()
    chosen: list[int] = []
    for candidate in order(row):
        reason = _reason(pool, asked, row, candidate)
        if reason and (guarded or reason in {"question", "unreadable"}):
            excluded[reason] += 1
            continue
        chosen.append(candidate)
        if len(chosen) == count:
            break
    return Choice(tuple(reversed(chosen)), excluded)


def at_random(pool: Pool, asked: Rows, seed: int) -> Order:
    """A random order for each question; more shots go before the same ones."""

    def order(row: int) -> Iterator[int]:
        draw = random.Random(f"{seed} {asked.source} {row}")
        drawn: set[int] = set()
        while len(drawn) < len(pool.rows):
            candidate = draw.randrange(len(pool.rows))
            if candidate not in drawn:
                drawn.add(candidate)
                yield candidate

    return order


def by_likeness(pool: Vectors, asked: Vectors) -> Order:
    """The most similar picture first. Rows of both are embeddings of length 1."""

    def order(row: int) -> Iterator[int]:
        yield from np.argsort(-(pool @ asked[row]), kind="stable").tolist()

    return order


def _reason(pool: Pool, asked: Rows, row: int, candidate: int) -> str:
    if pool.rows.source == asked.source and candidate == row:
        return "question"
    if pool.problem and _key(pool, candidate) == _values(asked.doc(row), pool.problem):
        return "problem"
    own, other = asked.phash(row), pool.rows.phash(candidate)
    if other is None and pool.rows.picture(candidate):
        return "unreadable"
    if own is not None and other is not None and distance(own, other) <= SAME_IMAGE:
        return "image"
    return ""


def _key(pool: Pool, candidate: int) -> list[Any]:
    return _values(pool.rows.doc(candidate), pool.problem)


def _values(doc: dict[str, Any], columns: Sequence[str]) -> list[Any]:
    return [doc[column] for column in columns]
