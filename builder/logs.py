"""The logs of a build, beside the corpus: times, and the tracebacks of bugs.

Times are only in the log, so that equal corpora are equal bytes. Everything is written as it
happens, so a build that is killed leaves its log.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from vid2book.console import NOTHING_DONE
from vid2book.folder.swap import disk_full_errors

from .tally import Tally, write_prometheus

if TYPE_CHECKING:
    from vid2book.folder.record import Record
    from vid2book.pipeline.local import Event
    from vid2book.records import Outcome

_PAUSE = 60.0  # seconds between lines on the progress of the build
_PROMETHEUS_PAUSE = 15.0  # and between updates of the file for Prometheus


class BuildLog:
    """The log of a build: a line for each video that was worked on, one a minute on the progress,
    and one on the whole build.

    Args:
        path: the file, created with the first line; None: no log.
        tally: counts each video.
        prometheus: a file for Prometheus with the same numbers; None: no such file.
        built_from: the request, recorded so that the corpus can be built again.
    """

    def __init__(
        self,
        path: Path | None,
        tally: Tally,
        prometheus: Path | None = None,
        built_from: Mapping[str, Any] | None = None,
    ) -> None:
        self._path, self.tally, self._prometheus = path, tally, prometheus
        self._built_from = built_from
        self._last_line = self._last_export = time.monotonic()
        self._is_new = path is not None and not path.exists()

    def counted(self, events: Iterable[Event]) -> Iterator[Event]:
        """Pass events on, and log each of them."""
        for event in events:
            self.tally.add(event)
            if event.seconds:
                self._add(_video(event))
            self.keep_up()
            yield event
        self._export_to_prometheus()

    def keep_up(self) -> None:
        """Log the progress if it is time to."""
        now = time.monotonic()
        if now - self._last_line > _PAUSE:
            self._last_line = now
            self._add({"at": _now(), **self.tally.values()})
        if now - self._last_export > _PROMETHEUS_PAUSE:
            self._last_export = now
            self._export_to_prometheus()

    def finish(self, outcomes: Sequence[Outcome], written: Record, cpu: float | None) -> None:
        """Log the whole build.

        Args:
            cpu: seconds of all its processes; None if some ran on other machines.
        """
        self._add(
            {
                "finished": _now(),
                "seconds": round(self.tally.elapsed, 2),
                "cpu_seconds": None if cpu is None else round(cpu, 2),
                "hours_of_video": round(hours(outcomes), 4),
                **by_status(outcomes),
                "samples": written.samples,
                "revision": written.revision,
                **({"built_from": self._built_from} if self._built_from else {}),
            }
        )

    def drop(self) -> None:
        """Delete the log if this build created it, since there is no corpus that it belongs to."""
        if self._path and self._is_new:
            self._path.unlink(missing_ok=True)

    def _add(self, line: dict[str, Any]) -> None:
        if self._path is None:
            return
        with disk_full_errors(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def _export_to_prometheus(self) -> None:
        if self._prometheus:
            with disk_full_errors(self._prometheus):
                write_prometheus(self.tally, self._prometheus)


def log_bugs(events: Iterable[Event], path: Path) -> Iterator[Event]:
    """Pass events on, and append the traceback of each bug to a log, created with the first."""
    for event in events:
        if event.bug:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{_now()} {event.video.video_id}\n{event.bug}\n")
        yield event


def show_bugs(events: Iterable[Event], console: Console | None, stops: bool) -> Iterator[Event]:
    """Pass events on, and show the tracebacks of bugs.

    Args:
        console: where to print them; None: nowhere.
        stops: whether to end at the first bug.

    Raises:
        typer.Exit: there was a bug, and `stops` is set.
    """
    for event in events:
        if event.bug and console:
            console.print(event.bug, markup=False)
        if event.bug and stops:
            raise typer.Exit(NOTHING_DONE)
        yield event


def by_status(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many videos were kept, filtered, and failed."""
    counts = Counter[str](outcome.status for outcome in outcomes)
    return {status: counts[status] for status in ("kept", "filtered", "failed")}


def hours(outcomes: Iterable[Outcome]) -> float:
    """Hours of video."""
    return sum(outcome.duration for outcome in outcomes) / 3600


def _video(event: Event) -> dict[str, Any]:
    line = {
        "video_id": event.video.video_id,
        "duration_s": event.duration,
        "seconds": round(event.seconds, 2),
        "cpu_seconds": {stage: round(seconds, 3) for stage, seconds in event.cpu.items()},
    }
    return line | ({"failure": event.failure} if event.failure else {})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
