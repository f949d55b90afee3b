"""The progress of a build in numbers, for the terminal, the log and Prometheus."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vid2book.quantities import number_of

if TYPE_CHECKING:
    from vid2book.pipeline.local import Event

_MOST_REASONS = 3  # in a line


class Tally:
    """Counts videos as they finish.

    Args:
        total: the number of videos.
        clock: a monotonic clock, in seconds.
    """

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.total = total
        self.done = 0
        self.worked = 0  # videos that were not in the store
        self.video_seconds = 0.0  # of these
        self.failures: Counter[str] = Counter()  # by kind of reason
        self.cpu: Counter[str] = Counter()  # seconds by stage
        self._clock, self._started = clock, clock()

    def add(self, event: Event) -> None:
        """Count a finished video."""
        self.done += 1
        # Videos that were in the store say nothing about the speed.
        if event.seconds:
            self.worked += 1
            self.video_seconds += event.duration
            self.cpu.update(event.cpu)
        if event.failure:
            self.failures[kind_of(event.failure, event.video.path)] += 1

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._started

    @property
    def speed(self) -> float:
        """Hours of video per hour; 0 if no video was worked on."""
        return self.video_seconds / self.elapsed if self.elapsed else 0.0

    @property
    def left(self) -> float | None:
        """Estimated seconds until the last video is finished, if the rest take as long as those so
        far; None until one of them could be read and was not in the store."""
        if not self.video_seconds or not self.elapsed:
            return None
        return (self.total - self.done) * self.elapsed / self.worked

    def failed(self) -> str:
        """How many videos failed for which reason; empty if none did."""
        parts = [
            f"{count:,} {reason}" for reason, count in self.failures.most_common(_MOST_REASONS)
        ]
        if more := sum(self.failures.values()) - sum(c for _, c in self.failures.most_common(3)):
            parts.append(f"{more:,} for other reasons")
        return ", ".join(parts)

    def line(self) -> str:
        """All numbers in one line."""
        parts = [f"{self.done:,} of {number_of(self.total, 'video')}"]
        if self.speed:
            parts.append(f"{self.speed:,.1f} h of video per hour")
        if self.left is not None:
            parts.append(f"{timedelta(seconds=round(self.left))} left")
        if self.failures:
            parts.append(f"failed: {self.failed()}")
        return "; ".join(parts)

    def values(self) -> dict[str, Any]:
        """All numbers for a log."""
        return {
            "videos": self.done,
            "of": self.total,
            "hours_of_video": round(self.video_seconds / 3600, 4),
            "hours_per_hour": round(self.speed, 2),
            "seconds_left": None if self.left is None else round(self.left),
            "failed": dict(self.failures.most_common()),
        }


def kind_of(reason: str, path: str) -> str:
    """A failure reason without what is specific to the video, for counting.

    Args:
        path: the path of the video.
    """
    kind = reason.replace(path, "").replace(Path(path).name, "") if path else reason
    kind = re.split(r" \(|; |\n", kind)[0]
    kind = re.sub(r"\d[\d.,]*", "N", kind)
    return kind.strip(" :,.'\"") or reason


def write_prometheus(tally: Tally, path: Path) -> None:
    """Write the numbers as a file for the textfile collector of Prometheus' node exporter."""
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

    registry = CollectorRegistry()

    def gauge(name: str, what: str, value: float) -> None:
        Gauge(f"vid2book_{name}", what, registry=registry).set(value)

    gauge("videos", "Videos of the manifest", tally.total)
    gauge("videos_done", "Finished videos, including failed ones", tally.done)
    gauge("video_seconds_done", "Seconds of video worked on", tally.video_seconds)
    gauge("elapsed_seconds", "Seconds since the start of the build", tally.elapsed)
    gauge("hours_per_hour", "Hours of video worked on in an hour", tally.speed)
    if tally.left is not None:
        gauge("left_seconds", "Estimated seconds until the last video is finished", tally.left)
    failed = Gauge("vid2book_videos_failed", "Videos that failed", ["reason"], registry=registry)
    for reason, count in tally.failures.items():
        failed.labels(reason).set(count)
    cpu = Gauge("vid2book_cpu_seconds", "CPU seconds of work", ["stage"], registry=registry)
    for stage, seconds in tally.cpu.items():
        cpu.labels(stage).set(seconds)
    write_to_textfile(str(path), registry)
