"""Render the hard lectures of one set with their truth.

    python benchmarks/screens/render.py SET OUT [KIND ...] [--record]

SET is `tune`, which may be looked at while something is built, or `held-out`, which is for the
first and the last figure only. Each kind becomes `<kind>.mp4` and `<kind>.truth.json` in OUT. The
states of both sets are on record in `truth/`, and what differs from the record is named: another
version of the voice moves sentences, and with them what comes with them. --record writes them anew.
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
from pathlib import Path
from typing import Any

from studio.produce import Film, produce

HERE = Path(__file__).resolve().parent
SETS = ("tune", "held-out")
ON_RECORD = ("id", "duration", "states", "uninformative")
"""The sentences are in the scripts."""


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set", choices=SETS)
    parser.add_argument("out", type=Path)
    parser.add_argument("kinds", nargs="*", help="these alone, by name")
    parser.add_argument("--record", action="store_true")
    args = parser.parse_args()
    for kind in args.kinds or kinds(args.set):
        began = time.monotonic()
        row = produce(load(args.set, kind), args.out)
        size = (args.out / row["path"]).stat().st_size
        print(f"{kind}: {size / 1e6:.2f} MB in {time.monotonic() - began:.0f} s", flush=True)
    paths = sorted(args.out.glob("*.truth.json"))
    truths = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    write(args.out / "manifest.jsonl", [truth["meta"] for truth in truths])
    made = [{name: truth[name] for name in ON_RECORD} for truth in truths]
    record = HERE / "truth" / f"{args.set}.jsonl"
    if args.record:
        write(record, made)
    known = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    if other := [truth["id"] for truth in made if truth not in known]:
        print(f"not as in {record}: {', '.join(other)}")


def kinds(name: str) -> list[str]:
    """The lectures of a set, one file each."""
    return sorted(path.stem for path in (HERE / name.replace("-", "_")).glob("[a-z]*.py"))


def load(name: str, kind: str) -> Film:
    """The film of one lecture."""
    film = importlib.import_module(f"{name.replace('-', '_')}.{kind}").FILM
    assert isinstance(film, Film) and film.kind == kind
    return film


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write JSON lines."""
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
