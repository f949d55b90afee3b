"""How right a corpus is: python benchmarks/accuracy.py [FOLDER] [--off STAGE ...] [--set KEY=VALUE]

Builds lectures with known truth (those of examples/lectures unless a folder is named) and prints,
for each, keyframe F1, on-screen words found, word error, and off-topic speech kept; see
`vid2book.eval.truth` for what they count. With --off, stages are switched off first, to see what
each is worth; with --set keyframes.algorithm=ssim, another value of a key is.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from vid2book.builder.source import cores, fill, open_corpus
from vid2book.builder.write import write_corpus
from vid2book.config import Config, load
from vid2book.eval.truth import Score, score_corpus

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "lectures"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=EXAMPLES)
    parser.add_argument("--off", nargs="*", default=[], metavar="STAGE")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", dest="values")
    parser.add_argument("--config", default="offline")
    args = parser.parse_args()
    values = [*(f"{stage}.enabled=false" for stage in args.off), *args.values]
    config = _changed(load(args.config), values)
    corpus = open_corpus(args.folder, config)
    for event in fill(corpus, workers=cores()):
        print(event.video.video_id, event.failure)
    with tempfile.TemporaryDirectory() as scratch:
        write_corpus(corpus, f"{scratch}/corpus")
        truths = sorted(args.folder.glob("*.truth.json"))
        scores = score_corpus(f"{scratch}/corpus", truths)
    status = {video.video_id: corpus.outcome(video).status for video in corpus.videos}
    table = Table(title=", ".join([args.folder.name, f"config {args.config}", *values]))
    for column in ("lecture", "status", "states", "extra", "F1", "OCR", "WER", "off topic"):
        left = column in {"lecture", "status"}
        table.add_column(column, justify="left" if left else "right", no_wrap=True)
    total = Score()
    for name, score in scores.items():
        total += score
        table.add_row(name, status.get(name, ""), *_cells(score))
    table.add_section()
    table.add_row("all", "", *_cells(total))
    Console().print(table)


def _changed(config: Config, values: list[str]) -> Config:
    sections = config.model_dump()
    for assignment in values:
        path, value = assignment.split("=", 1)
        section, key = path.split(".")
        sections[section][key] = yaml.safe_load(value)
    return Config.model_validate(sections)


def _cells(score: Score) -> list[str]:
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
