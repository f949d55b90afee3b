"""What a threshold is worth: python benchmarks/sweep.py KEY VALUE... [--folder FOLDER]

Builds lectures with known truth (those of examples/lectures unless a folder is named) once for each
value of a key of the config, and prints a row of Markdown for each, with the columns of
`accuracy.py`. Only what follows from the key is computed anew, in seconds for a late stage.

    python benchmarks/sweep.py align.min_related 0.1 0.25 0.35 0.5

"Pictures" and "words" count what is left of all lectures. "Decisions" counts those that differ from
the decisions with the default: what was kept, dropped or reworded, where, and as what text. Where
it is 0, the value changes nothing on these lectures. These three also count videos of the folder
that have no truth.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from accuracy import COLUMNS, EXAMPLES, Row, cells, changed, measure, total
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from vid2book.config import ConfigError, load


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("key", metavar="KEY", help="of the config, such as judge.min_teaching")
    parser.add_argument("values", nargs="+", metavar="VALUE")
    parser.add_argument("--folder", type=Path, default=EXAMPLES)
    parser.add_argument("--config", default="offline")
    args = parser.parse_args()
    config = load(args.config)
    try:
        tried = {value: changed(config, [f"{args.key}={value}"]) for value in args.values}
        default = changed(config, [])
    except ConfigError as error:
        sys.exit(str(error))
    before = measure(args.folder, default)
    table = Table(box=MARKDOWN)
    table.add_column(args.key, no_wrap=True)
    for column in ("kept", *COLUMNS, "pictures", "words", "decisions"):
        table.add_column(column, justify="right", no_wrap=True)
    for value, setting in tried.items():
        is_default = setting == default
        rows = before if is_default else measure(args.folder, setting)
        here, there = _decided(rows), _decided(before)
        other = max((here - there).total(), (there - here).total())
        mark = " (default)" if is_default else ""
        table.add_row(f"{value}{mark}", *_cells(rows), f"{other:,}")
    console = Console()
    console.width = max(160, console.width)  # a row on a line, as Markdown needs it
    console.print(table)


def _decided(rows: dict[str, Row]) -> Counter[tuple[object, ...]]:
    """The decisions on all lectures, without their scores."""
    return Counter(
        (d.video_id, d.level, d.stage, d.start, d.end, d.kept, d.text)
        for row in rows.values()
        for d in row.decisions
    )


def _cells(rows: dict[str, Row]) -> list[str]:
    kept = [row for row in rows.values() if row.outcome.status == "kept"]
    pictures = sum(row.outcome.keyframes for row in kept)
    words = sum(row.outcome.words for row in kept)
    return [f"{len(kept)}/{len(rows)}", *cells(total(rows)), f"{pictures}", f"{words:,}"]


if __name__ == "__main__":
    main()
