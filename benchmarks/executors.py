"""What Ray costs: python benchmarks/executors.py [--lectures N] [--minutes M]

Two workers of one thread each run all stages of dense lectures, in a fresh store each time: as two
independent processes with a shard each, and as two Ray actors. They take turns, and CPU seconds of
all processes are told too, since a machine is seldom alone. Each runs once more with everything in
the store, which tells what it takes to begin and to end; the last column is without that.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from lectures import dense_lectures
from rich.console import Console
from rich.table import Table
from speed import CACHE

_BUILD = [sys.executable, "-c", "from vid2book.cli import main; main()", "build"]
_COMMANDS = {
    "two processes": [["--shard", "0/2", "--workers", "1"], ["--shard", "1/2", "--workers", "1"]],
    "two Ray actors": [["--shard", "0/1", "--executor", "ray", "--workers", "2"]],
}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lectures", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=60, help="of each lecture")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    source = dense_lectures(CACHE / f"dense-{args.lectures}", args.lectures)
    options = [str(source), "--minutes", str(args.minutes)]
    runs: dict[str, list[Took]] = {name: [] for name in _COMMANDS}
    for _ in range(args.rounds):
        for name, commands in _COMMANDS.items():
            with tempfile.TemporaryDirectory() as store:
                whole, again = _run(commands, store, options), _run(commands, store, options)
            net = (whole.wall - again.wall, whole.cpu - again.cpu)
            runs[name].append(Took(whole.wall, whole.cpu, *net))
            print(name, whole, again, file=sys.stderr)
    table = Table(
        "", "seconds", "CPU seconds", "throughput", "by CPU", "without the start", "by CPU"
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for name, found in runs.items():
        ratios = zip(
            *(map(_ratio, *pair) for pair in zip(runs["two processes"], found, strict=True)),
            strict=True,
        )
        shares = [f"{statistics.median(ratio):.2f}" for ratio in ratios]
        wall, cpu, *_ = (statistics.median(column) for column in zip(*found, strict=True))
        table.add_row(name, f"{wall:.1f}", f"{cpu:.1f}", *shares)
    Console().print(table)


class Took(NamedTuple):
    """Seconds of a run."""

    wall: float
    cpu: float  # of all its processes
    net_wall: float = 0.0  # without what it takes with everything in the store
    net_cpu: float = 0.0


def _ratio(one: float, other: float) -> float:
    return one / other if other else 0.0


def _run(commands: list[list[str]], store: str, options: list[str]) -> Took:
    """Until the last of the commands has ended."""
    environment = os.environ | {"VID2BOOK_STORE": store, "OMP_NUM_THREADS": "1"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = time.perf_counter()
    running = [
        subprocess.Popen([*_BUILD, *options, *command], env=environment, **quiet)
        for command in commands
    ]
    cpu: dict[int, float] = {}
    while any(process.poll() is None for process in running):
        for process in running:
            cpu |= _cpu_below(process.pid)
        time.sleep(0.2)
    if any(process.returncode for process in running):
        raise SystemExit("a build failed")
    return Took(time.perf_counter() - started, sum(cpu.values()))


def _cpu_below(pid: int) -> dict[int, float]:
    """CPU seconds of a process, and of all that it and its own started, so far."""
    found: dict[int, float] = {}
    with suppress(OSError):  # it has just ended
        times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        found[pid] = sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found |= _cpu_below(int(child))
    return found


if __name__ == "__main__":
    main()
