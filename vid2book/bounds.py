"""Bounds for work that must not take for ever: stages, calls of models, opening files.

A call that hangs inside a library cannot be ended from within its process, and a Python thread may
never get to run beside it. So the process only reports what it begins and ends, and another process
that watches it (`pipeline/watch.py`) kills it. A process that nobody watches reports nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import NamedTuple


class Began(NamedTuple):
    """Some work that may take long has begun."""

    number: int  # identifies this work in this process
    what: str
    length: float  # seconds of video or sound that it processes; 0 if that does not apply
    patience: float  # extra seconds that it may take


class Ended(NamedTuple):
    """The work with this number has ended."""

    number: int


_numbers = count()
_tell: Callable[[Began | Ended], object] | None = None  # of this process
_loading = 0.0  # CPU seconds so far


def watched_by(tell: Callable[[Began | Ended], object] | None) -> None:
    """Report what begins and ends in this process to `tell` from now on; None: to nobody."""
    global _tell
    _tell = tell


@contextmanager
def within(what: str, length: float = 0.0, patience: float = 0.0) -> Iterator[None]:
    """Work with a deadline that depends on its length.

    Args:
        what: the work, as the reason of a failure names it.
        length: seconds of video or sound that it processes.
        patience: extra seconds that it may take, for example while a server is silent.
    """
    if _tell is None:
        yield
        return
    number = next(_numbers)
    _tell(Began(number, what, length, patience))
    try:
        yield
    finally:
        if _tell is not None:
            _tell(Ended(number))


@contextmanager
def loading(what: str) -> Iterator[None]:
    """Work that a process does once, such as loading a model; it is not charged to any video."""
    global _loading
    before, started = _loading, time.process_time()
    try:
        with within(f"loading {what}"):
            yield
    finally:
        _loading = before + time.process_time() - started  # includes nested loading


def spent_loading() -> float:
    """CPU seconds that this process has spent on `loading` so far."""
    return _loading
