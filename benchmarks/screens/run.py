"""How well the hard lectures are seen: python benchmarks/screens/run.py OUT [KIND ...] [--build]

OUT is a folder that `render.py` has written. Runs the keyframes stage alone on each lecture and
prints states found, pictures too many and F1; "in the clear" counts the states that something
covers at times, and of them those shown while nothing did. With --build the whole pipeline runs as
well, and the words read on the screen are counted (see `vid2book.eval.truth`). The store is a
fresh one, so that nothing comes from an earlier run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

import vid2book
from vid2book.config import load
from vid2book.eval.truth import CorpusKeyframe, Score, score

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from accuracy import Row, measure


class Seen(NamedTuple):
    """What the stage alone makes of a lecture; `clear` of the `covered` states were seen whole."""

    score: Score
    clear: int
    covered: int


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("kinds", nargs="*", help="these alone, by name")
    parser.add_argument("--build", action="store_true", help="run the whole pipeline, too")
    args = parser.parse_args()
    paths = sorted(args.folder.glob("*.truth.json"))
    truths = {t["id"]: t for t in (json.loads(path.read_text("utf-8")) for path in paths)}
    kinds = args.kinds or list(truths)
    with tempfile.TemporaryDirectory() as store:
        os.environ["VID2BOOK_STORE"] = store
        alone = {kind: see(args.folder / f"{kind}.mp4", truths[kind]) for kind in kinds}
        built = measure(args.folder, load("offline")) if args.build else {}
    Console(width=140).print(_table(args.folder.name, alone, built))


def see(path: Path, truth: dict[str, Any]) -> Seen:
    """Run the keyframes stage on a lecture."""
    times = [keyframe.time for keyframe in vid2book.keyframes(path)]
    found = score(truth, [CorpusKeyframe(time, "") for time in times], "")
    clear = covered = 0
    for state in truth["states"]:
        shown = next((t for t in times if state["start"] <= t <= state["end"]), None)
        if shown is not None and state.get("final", True) and state.get("clear"):
            covered += 1
            clear += any(part["start"] <= shown <= part["end"] for part in state["clear"])
    return Seen(found, clear, covered)


def _table(title: str, alone: dict[str, Seen], built: dict[str, Row]) -> Table:
    table = Table(title=title)
    names = ["kind", "states", "extra", "F1", "in the clear"]
    if built:
        names += ["status", "states", "extra", "F1", "OCR"]
    for name in names:
        table.add_column(name, justify="left" if name in ("kind", "status") else "right")
    for kind, seen in alone.items():
        table.add_row(kind, *_alone(seen), *(_built(built[kind]) if built else ()))
    scores = (seen.score for seen in alone.values())
    clear, covered = (sum(seen[k] for seen in alone.values()) for k in (1, 2))
    total = Seen(sum(scores, Score()), clear, covered)
    rows = (built[kind].score for kind in alone) if built else ()
    table.add_section()
    whole = _built(Row("", sum(rows, Score()))) if built else ()
    table.add_row("all", *_alone(total), *whole)
    return table


def _alone(seen: Seen) -> tuple[str, ...]:
    return (*_counts(seen.score), f"{seen.clear}/{seen.covered}" if seen.covered else "")


def _built(row: Row) -> tuple[str, ...]:
    read = f"{row.score.ocr_recall:.3f}" if row.score.screen_words else ""
    return row.outcome.status, *_counts(row.score), read


def _counts(found: Score) -> tuple[str, str, str]:
    return f"{found.hit}/{found.wanted}", str(found.extra), f"{found.keyframe_f1:.3f}"


if __name__ == "__main__":
    main()
