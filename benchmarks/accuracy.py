"""How right a corpus is: python benchmarks/accuracy.py [FOLDER] [--off STAGE ...] [--set KEY=VALUE]

Builds lectures with known truth (those of examples/lectures unless a folder is named) and prints,
for each, keyframe F1, on-screen words found, word error, and off-topic speech kept; see
`vid2book.eval.truth` for what they count. With --off, stages are switched off first, to see what
each is worth; with --each, one after the other; with --set keyframes.algorithm=ssim, another
value of a key is taken.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from vid2book.builder.source import fill, open_corpus
from vid2book.builder.write import write_corpus
from vid2book.config import Config, ConfigError, load
from vid2book.config.base import Switchable
from vid2book.config.files import problems
from vid2book.eval.truth import Score, score, score_corpus
from vid2book.pipeline.processes import cores
from vid2book.records import Decision, Outcome

COLUMNS = ("states", "extra", "F1", "OCR", "WER", "off topic")
EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "lectures"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=EXAMPLES)
    parser.add_argument("--off", nargs="*", default=[], metavar="STAGE")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", dest="values")
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--config", default="offline")
    args = parser.parse_args()
    values = [*(f"{stage}.enabled=false" for stage in args.off), *args.values]
    config = changed(load(args.config), values)
    title = ", ".join([args.folder.name, f"config {args.config}", *values])
    if args.each:
        table = _table(title, "stages")
        table.add_row("all", *cells(total(measure(args.folder, config))))
        for stage in _switches(config):
            without = changed(config, [f"{stage}.enabled=false"])
            table.add_row(f"all but {stage}", *cells(total(measure(args.folder, without))))
    else:
        table = _table(title, "lecture", "status")
        rows = measure(args.folder, config)
        for name, row in rows.items():
            table.add_row(name, row.outcome.status, *cells(row.score))
        table.add_section()
        table.add_row("all", "", *cells(total(rows)))
    Console().print(table)


class Row(NamedTuple):
    """A lecture, what became of it, and what was decided on the way."""

    outcome: Outcome
    score: Score
    decisions: Sequence[Decision] = ()


def measure(folder: Path, config: Config) -> dict[str, Row]:
    """The lectures of a folder by name; one without a truth has an empty score."""
    corpus = open_corpus(folder, config)
    for event in fill(corpus, workers=cores()):
        if event.failure:
            print(f"{event.video.video_id}: {event.failure}", file=sys.stderr)
    outcomes = {video.video_id: corpus.outcome(video) for video in corpus.videos}
    decisions = {video.video_id: corpus.decisions(video) for video in corpus.videos}
    truths = sorted(folder.glob("*.truth.json"))
    if any(outcome.status == "kept" for outcome in outcomes.values()):
        with tempfile.TemporaryDirectory() as scratch:
            write_corpus(corpus, f"{scratch}/corpus")
            scores = score_corpus(f"{scratch}/corpus", truths)
    else:
        scores = {t["id"]: score(t, [], "") for t in (json.loads(p.read_text()) for p in truths)}
    return {
        name: Row(outcome, scores.get(name, Score()), decisions[name])
        for name, outcome in outcomes.items()
    }


def _switches(config: Config) -> list[str]:
    """The stages that can be left out."""
    return [name for name, section in config if isinstance(section, Switchable)]


def total(rows: dict[str, Row]) -> Score:
    return sum((row.score for row in rows.values()), Score())


def _table(title: str, *names: str) -> Table:
    table = Table(title=title)
    for name in names:
        table.add_column(name, no_wrap=True)
    for column in COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def changed(config: Config, values: list[str]) -> Config:
    """The config with other values, each as KEY=VALUE.

    Raises:
        ConfigError: there is no such key, or it takes no such value.
    """
    whole = config.model_dump()
    for assignment in values:
        path, _, value = assignment.partition("=")
        *sections, key = path.split(".")
        part = whole
        for section in sections:
            if not isinstance(part.get(section), dict):
                part[section] = {}  # one that is not there is told of below
            part = part[section]
        part[key] = yaml.safe_load(value)
    try:
        return Config.model_validate(whole)
    except ValidationError as error:
        raise ConfigError("\n".join(problems(Config, error))) from None


def cells(score: Score) -> list[str]:
    return [
        f"{score.hit}/{score.wanted}",
        str(score.extra),
        f"{score.keyframe_f1:.3f}",
        f"{score.ocr_recall:.3f}",
        f"{score.word_error:.3f}",
        f"{score.off_topic_share:.3f}",
    ]


if __name__ == "__main__":
    main()
