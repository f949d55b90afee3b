"""How fast a build is: python benchmarks/speed.py [--workers N] [--lectures N]

Builds dense lectures (a new screen of ten lines every 20 seconds) twice with the offline config,
in a fresh store, and prints hours of video per hour. The peer in the same run is the plain decode
of the same videos with PyAV on one core: nobody who looks at every frame can be faster.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
from lectures import dense_lectures
from rich.console import Console
from rich.table import Table

from vid2book.manifest import read_manifest
from vid2book.media.survey import probe

CACHE = Path(tempfile.gettempdir()) / "vid2book-benchmarks"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--lectures", type=int, default=3)
    args = parser.parse_args()
    source = dense_lectures(CACHE / f"dense-{args.lectures}", args.lectures)
    seconds = sum(probe(video.path).duration for video in read_manifest(source))
    with tempfile.TemporaryDirectory() as scratch:
        command = [
            *(sys.executable, "-c", "from vid2book.cli import main; main()", "build", str(source)),
            *("-o", f"{scratch}/corpus", "--workers", str(args.workers)),
        ]
        environment = os.environ | {"VID2BOOK_STORE": f"{scratch}/store"}
        first = _timed(lambda: subprocess.run(command, env=environment, check=True))
        second = _timed(lambda: subprocess.run(command, env=environment, check=True))
    decode = _timed(lambda: [_decode(Path(video.path)) for video in read_manifest(source)])
    table = Table(title=f"{seconds / 60:.1f} minutes of video, {args.workers} workers")
    for column in ("run", "seconds", "times real time", "share of the first build"):
        table.add_column(column, justify="left" if column == "run" else "right")
    for name, took in (
        ("build", first), ("build again, nothing changed", second), ("PyAV decode alone", decode)
    ):  # fmt: skip
        table.add_row(name, f"{took:.1f}", f"{seconds / took:.1f}", f"{took / first:.3f}")
    Console().print(table)


def _timed(run) -> float:  # type: ignore[no-untyped-def]
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _decode(path: Path) -> int:
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "NONE"
        return sum(1 for _ in container.decode(video=0))


if __name__ == "__main__":
    main()
