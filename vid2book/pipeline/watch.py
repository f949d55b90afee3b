"""The bounds of worker processes: which have missed a deadline, and how much memory they use."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

from ..bounds import Began, Ended
from ..config import Bounds

GB = 1e9  # bytes
_OF_THE_MACHINE = 0.9  # share of the machine's memory that all workers together may take
_LEAST = 2.0  # GB; a worker with less could not hold its models
_LONGEST_STEP = 5.0  # seconds that count between two calls of `Clock.now`
_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)  # of a container, in bytes


class Clock:
    """Counts the seconds in which this process ran, so that no deadline passes while the machine
    is asleep or a scheduler has suspended the job."""

    def __init__(self) -> None:
        self._seconds, self._last_call = 0.0, time.monotonic()

    def now(self) -> float:
        """The seconds so far. Must be called every second or so."""
        call = time.monotonic()
        self._seconds += min(call - self._last_call, _LONGEST_STEP)
        self._last_call = call
        return self._seconds


class Watch:
    """What one worker has begun and not ended, and when each must be over.

    Args:
        bounds: of the config.
        clock: of the process that watches.
    """

    def __init__(self, bounds: Bounds, clock: Clock) -> None:
        self._bounds, self._clock = bounds, clock
        self._open: dict[int, tuple[Began, float]] = {}

    def note(self, message: Began | Ended) -> None:
        """Record that the worker has begun or ended something."""
        if isinstance(message, Ended):
            self._open.pop(message.number, None)
        else:
            self._open[message.number] = message, self._clock.now() + self._deadline(message)

    def late(self) -> str:
        """What has missed its deadline, and how long it had; empty if nothing has."""
        now = self._clock.now()
        for began, due in reversed(self._open.values()):  # the innermost is the most specific
            if now > due:
                return f"{began.what} passed its deadline of {self._deadline(began):,.0f} s"
        return ""

    def _deadline(self, began: Began) -> float:
        return self._bounds.least + self._bounds.pace * began.length + began.patience


def memory_of(process: int) -> float:
    """GB of memory that a process uses; 0 once it has ended."""
    try:
        return float(psutil.Process(process).memory_info().rss) / GB
    except psutil.Error:
        return 0.0


def share_of_memory(bounds: Bounds, workers: int) -> float:
    """GB of memory that each worker may take."""
    if bounds.memory is not None:
        return bounds.memory
    return max(_LEAST, _OF_THE_MACHINE * _machine() / workers)


def _machine() -> float:
    """GB of memory of this machine or container."""
    limits = [float(psutil.virtual_memory().total)]
    for path in _LIMITS:
        try:
            limits.append(float(path.read_text()))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return min(limits) / GB
