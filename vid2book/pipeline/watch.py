"""Ends what passes its bounds: the deadlines and the memory of worker processes."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

from ..bounds import Began, Ended
from ..config import Bounds

GB = 1e9  # bytes
_OF_THE_MACHINE = 0.9  # share of its memory that the workers may take together
_LEAST = 2.0  # GB; with less a worker could not hold its models
_LONGEST_STEP = 5.0  # seconds
_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)  # of a container, in bytes


class Clock:
    """Seconds in which this process ran: a machine that was asleep has missed no deadline, nor has
    a job that its scheduler had stopped."""

    def __init__(self) -> None:
        self._seconds, self._looked = 0.0, time.monotonic()

    def now(self) -> float:
        """To be asked every second or so."""
        looked = time.monotonic()
        self._seconds += min(looked - self._looked, _LONGEST_STEP)
        self._looked = looked
        return self._seconds


class Watch:
    """What one worker has begun and not ended, and by when it must have.

    Args:
        bounds: of the config.
        clock: of the process that watches.
    """

    def __init__(self, bounds: Bounds, clock: Clock) -> None:
        self._bounds, self._clock = bounds, clock
        self._open: dict[int, tuple[Began, float]] = {}

    def note(self, said: Began | Ended) -> None:
        """What the worker says."""
        if isinstance(said, Ended):
            self._open.pop(said.number, None)
        else:
            self._open[said.number] = said, self._clock.now() + self._deadline(said)

    def late(self) -> str:
        """What should be over, and how long it had; empty where all is in time."""
        now = self._clock.now()
        for began, due in reversed(self._open.values()):  # the innermost tells most
            if now > due:
                return f"{began.what} passed its deadline of {self._deadline(began):,.0f} s"
        return ""

    def _deadline(self, began: Began) -> float:
        return self._bounds.least + self._bounds.pace * began.length + began.patience


def memory_of(process: int) -> float:
    """GB that a process holds; 0 once it has ended."""
    try:
        return float(psutil.Process(process).memory_info().rss) / GB
    except psutil.Error:
        return 0.0


def share_of_memory(bounds: Bounds, workers: int) -> float:
    """GB that each of so many workers may take."""
    if bounds.memory is not None:
        return bounds.memory
    return max(_LEAST, _OF_THE_MACHINE * _machine() / workers)


def _machine() -> float:
    """GB of memory that there are, or that a container has."""
    limits = [float(psutil.virtual_memory().total)]
    for path in _LIMITS:
        try:
            limits.append(float(path.read_text()))
        except (OSError, ValueError):  # not there, or "max"
            continue
    return min(limits) / GB
