"""What must not take for ever: stages, calls of models, opening of files.

A call that hangs inside a library cannot be ended from within its process, and a thread of Python
may never get to run beside it. So the process only says what it begins and what is over, and the
one that watches it (`pipeline/watch.py`) ends it. In a process that nobody watches nothing is said.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import NamedTuple


class Began(NamedTuple):
    """Something that takes its time has begun."""

    number: int  # of this beginning, in this process
    what: str
    length: float  # seconds of video or sound that it works on; 0: it has no length
    patience: float  # seconds that it may take besides, for reasons of its own


class Ended(NamedTuple):
    """It is over."""

    number: int


_numbers = count()
_tell: Callable[[Began | Ended], object] | None = None  # of this process
_loading = 0.0  # seconds so far


def watched_by(tell: Callable[[Began | Ended], object] | None) -> None:
    """Say from now on what begins and ends in this process; None: to nobody."""
    global _tell
    _tell = tell


@contextmanager
def within(what: str, length: float = 0.0, patience: float = 0.0) -> Iterator[None]:
    """Work that has to be over in a time in proportion to its length.

    Args:
        what: as the reason of a failure names it.
        length: seconds of video or sound that it works on.
        patience: seconds that it may take besides, such as those that a server may be silent.
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
    """Work that a process does once, such as loading a model, and that no video is charged with."""
    global _loading
    before, started = _loading, time.process_time()
    try:
        with within(f"loading {what}"):
            yield
    finally:
        _loading = before + time.process_time() - started  # with what it loaded itself


def spent_loading() -> float:
    """CPU seconds that this process has spent on `loading` so far."""
    return _loading
