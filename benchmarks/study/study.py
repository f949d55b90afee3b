"""From videos to trained models: what is each part of the pipeline worth?

    python benchmarks/study/study.py OUT [--minutes 180] [--tokens 100000] [--cells NAME ...]

Renders lectures (lectures.py), builds a corpus of them for each cell of study.yaml, trains a small
model (learner.py) on each with six seeds, and asks all of them held-out lessons by another hand
(held_out.py), by both designs: on whole corpora, and on the samples that all of them have. Then it
measures the corpora, and tells which measure ranks them as the models do (ranks.py). What is there
already is not done again, so a run that was stopped goes on. OUT then holds a folder for each
design (table.md, table.json, table.png), corpora.md, ranks.md and time.jsonl.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from corpora import corpora_of, markdown
from lectures import make_videos
from ranks import ranks

HERE = Path(__file__).resolve().parent
DESIGNS = ("whole corpora", "matched ids")
PASSES = 5  # over the samples that all cells have: about as many tokens as on whole corpora


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder for all that is made")
    parser.add_argument("--minutes", type=float, default=180, help="of video")
    parser.add_argument("--tokens", type=int, default=100_000, help="that each model learns from")
    parser.add_argument("--lessons", type=int, default=30, help="held out")
    parser.add_argument("--workers", type=int, default=2, help="models trained at once")
    parser.add_argument("--cells", nargs="*", help="of study.yaml, these alone; first the base")
    args = parser.parse_args()
    out = args.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with timed("videos", out):
        lectures, seconds = make_videos(out / "videos", args.minutes, seed=0)
    with timed("eyes", out):
        if not (out / "eyes").is_dir():
            run(sys.executable, HERE / "learner.py", "-o", out / "eyes.part")
            (out / "eyes.part").rename(out / "eyes")
    values = {
        "videos": out / "videos",
        "here": HERE,
        "eyes": out / "eyes",
        "lessons": args.lessons,
        "hours": f"{seconds / 3600:.2f}",
        "lectures": lectures,
    }
    command = Path(sys.executable).with_name("vid2book")
    for design in DESIGNS:
        config = out / f"{slug(design)}.yaml"
        study = study_of(design, values, args.tokens, args.cells)
        config.write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
        with timed(f"corpora and models, {design}", out):
            run(command, "ablate", config, "-o", out / "study", "--workers", args.workers)
        (out / slug(design)).mkdir(exist_ok=True)
        for table in (out / "study").glob("table.*"):
            shutil.copy(table, out / slug(design))
    with timed("measures", out):
        corpora = corpora_of(out / f"{slug(DESIGNS[0])}.yaml", out, slug(DESIGNS[0]))
        (out / "corpora.md").write_text(markdown(corpora), encoding="utf-8")
        (out / "ranks.md").write_text(ranks(corpora, out), encoding="utf-8")


def slug(design: str) -> str:
    """Of the design's folder and file."""
    return design.replace(" ", "-")


def study_of(
    design: str, values: Mapping[str, object], tokens: int, chosen: Sequence[str] | None
) -> dict[str, Any]:
    """The study by one design, with the chosen cells alone if any are."""
    filled = (HERE / "study.yaml").read_text(encoding="utf-8")
    for key, value in values.items():
        filled = filled.replace(f"{{{key}}}", str(value))
    study: dict[str, Any] = yaml.safe_load(filled)
    study["design"] = design
    if design == "whole corpora":
        study["budget"] = tokens
    else:
        study["train"]["epochs"] = PASSES
    if chosen:
        axis = study["axes"]["pipeline"]
        study["axes"]["pipeline"] = {cell: axis[cell] for cell in chosen}
    return study


def run(*command: object) -> None:
    """Run a command, and fail if it does."""
    subprocess.run([str(part) for part in command], check=True)


@contextmanager
def timed(name: str, out: Path) -> Iterator[None]:
    """Note what a part took, in seconds of the clock and of the processor, into time.jsonl."""
    began, used = time.monotonic(), _processor()
    yield
    row = {"part": name, "wall": time.monotonic() - began, "processor": _processor() - used}
    row = {key: round(value) if isinstance(value, float) else value for key, value in row.items()}
    with (out / "time.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def _processor() -> float:
    """Seconds of this process and of all that it waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
