"""Chooses the shots of a question: at random, or by the similarity of their pictures (RICES).

RICES is after Yang et al., "An Empirical Study of GPT-3 for Few-Shot Knowledge-Based VQA" (2022),
and Flamingo: it takes the most similar pictures, the most similar of them last.
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

SAME_IMAGE = 4  # bits of 64 that scaling and JPEG may change


@dataclass(frozen=True)
class Choice:
    """The shots of one question.

    Attributes:
        shots: rows of the pool, in the order of the prompt.
        excluded: how many rows that would have been chosen were not allowed, by reason.
    """

    shots: tuple[int, ...]
    excluded: Counter[str]


@dataclass(frozen=True)
class Pool:
    """Where shots come from.

    Attributes:
        rows: the candidates.
        problem: the columns that are equal for rows of one problem, if the pool belongs to the
            same benchmark as the questions.
    """

    rows: Rows
    problem: tuple[str, ...]


Order = Callable[[int], Iterator[int]]  # a question's row -> rows of the pool, best first


def choose(
    pool: Pool, questions: Rows, row: int, order: Order, count: int, *, guarded: bool = True
) -> Choice:
    """The first `count` rows of the pool that do not give the answer away, the best row last.

    Not allowed are the question itself, other questions of its problem, questions about the same
    image, and rows whose image cannot be read. If not `guarded`, only the question itself and
    unreadable images are excluded, as in the released scripts.
    """
    excluded: Counter[str] = Counter()
    chosen: list[int] = []
    for candidate in order(row):
        reason = _reason(pool, questions, row, candidate)
        if reason and (guarded or reason in {"question", "unreadable"}):
            excluded[reason] += 1
            continue
        chosen.append(candidate)
        if len(chosen) == count:
            break
    return Choice(tuple(reversed(chosen)), excluded)


def at_random(pool: Pool, questions: Rows, seed: int) -> Order:
    """A random order for each question; with more shots, others are added before the same ones."""

    def order(row: int) -> Iterator[int]:
        draw = random.Random(f"{seed} {questions.source} {row}")
        drawn: set[int] = set()
        while len(drawn) < len(pool.rows):
            candidate = draw.randrange(len(pool.rows))
            if candidate not in drawn:
                drawn.add(candidate)
                yield candidate

    return order


def by_likeness(pool: Vectors, questions: Vectors) -> Order:
    """The most similar picture first. Rows of both are embeddings of length 1."""

    def order(row: int) -> Iterator[int]:
        yield from np.argsort(-(pool @ questions[row]), kind="stable").tolist()

    return order


def _reason(pool: Pool, questions: Rows, row: int, candidate: int) -> str:
    if pool.rows.source == questions.source and candidate == row:
        return "question"
    if pool.problem and _key(pool, candidate) == _values(questions.doc(row), pool.problem):
        return "problem"
    own, other = questions.phash(row), pool.rows.phash(candidate)
    if other is None and pool.rows.picture(candidate):
        return "unreadable"
    if own is not None and other is not None and distance(own, other) <= SAME_IMAGE:
        return "image"
    return ""


def _key(pool: Pool, candidate: int) -> list[Any]:
    return _values(pool.rows.doc(candidate), pool.problem)


def _values(doc: dict[str, Any], columns: Sequence[str]) -> list[Any]:
    return [doc[column] for column in columns]
