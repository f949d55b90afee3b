"""How fast the command line starts: python benchmarks/start.py [--runs N]

The peers in the same run, turn and turn about: the import of the packages that draw the help, and a
bare typer application of two commands, which no command line made with typer can be faster than.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from statistics import median

from rich.console import Console
from rich.table import Table

IMPORT = "import typer, rich"
BARE = """
import typer
app = typer.Typer(add_completion=False)
@app.command()
def first(name: str) -> None:
    "The first."
@app.command()
def second(name: str) -> None:
    "The second."
app()
"""
OURS = "from vid2book.cli import main; main()"
STARTS = {
    IMPORT: [IMPORT],
    "a bare typer application, --help": [BARE, "--help"],
    "vid2book --help": [OURS, "--help"],
}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=30)
    args = parser.parse_args()
    seconds: dict[str, list[float]] = {name: [] for name in STARTS}
    for _ in range(args.runs):
        for name, arguments in STARTS.items():
            seconds[name].append(_timed([sys.executable, "-c", *arguments]))
    found = {name: median(times) for name, times in seconds.items()}
    table = Table(title=f"median of {args.runs} runs each, turn and turn about")
    for column in ("start", "seconds", "times the import", "times the bare application"):
        table.add_column(column, justify="left" if column == "start" else "right")
    imported, bare = list(found.values())[:2]
    for name, took in found.items():
        table.add_row(name, f"{took:.3f}", f"{took / imported:.2f}", f"{took / bare:.2f}")
    Console().print(table)


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
