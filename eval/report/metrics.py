"""What was measured, as `metrics.json` has it.

    {"schema": 2, "seed", "level", "comparisons", "versions": {package: version},
     "figures": {NAME: {"title", "better", "unit", "source", "blind", "validation"}},
     "corpora": [{"name", "content", "samples", "videos", "skipped": {reason: count},
                  "measures": {NAME: {"value", "low", "high", "unit", "scorer", "n", "clusters",
                                      "reason"}},
                  "details": {"languages": {...}, "licenses": {...}, ...}}],
     "compared": [{"first", "second", "shared_videos",
                   "measures": {NAME: {"difference", "low", "high", "videos", "p", "p_adjusted",
                                       "effect", "detectable", "verdict"}},
                   "whole": the same}]}

`validation` of a measure of text is how well it tells lectures from other text: {"scorer",
"written": {kind: [AUC, low, high]}, "recorded": the same}, on passages written for that and on
recorded ones; null elsewhere.

`content` names the samples of a corpus folder of ours (`vid2book.folder.record`), null elsewhere.

`value`, `low` and `high` are null where a figure could not be computed, with the reason; `low` and
`high` also where all samples are of one video. `n` counts what the figure is over (images, words,
samples), `clusters` the videos with data.

A difference is that of the first corpus minus the second: in `measures` over the `videos` of which
both have data, in `whole` between all that each has (`videos` is then the smaller number).
`p_adjusted` is corrected for the `comparisons` of the whole report, `effect` is in standard
deviations between videos, and `detectable` is the smallest difference that so many videos would
show four times in five. `verdict` is "first", "second" (which is better), "differs" (for a figure
that judges nothing) or null: the interval holds zero, `p_adjusted` is 0.05 or more, or fewer than
five videos have data.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..corpora import InterleavedCorpus
from ..density.validation import published
from ..intervals import LEVEL, Interval
from ..tools import Tell, Tools
from .compared import Compared, Difference, compare
from .measuring import Measured, Result, measure_corpus
from .names import apart

SCHEMA = 2
_PACKAGES = (
    "vid2book",
    "numpy",
    "pillow",
    "opencv-python-headless",
    "datasets",
    "wordllama",
    "wordfreq",
    "textblob",
)


@dataclass(frozen=True)
class Report:
    """All that was measured."""

    corpora: tuple[Measured, ...]
    compared: tuple[Compared, ...]
    comparisons: int  # that the verdicts are corrected for
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """See the module."""
        return {
            "schema": SCHEMA,
            "seed": self.seed,
            "level": LEVEL,
            "comparisons": self.comparisons,
            "versions": _versions(),
            "figures": {
                name: {k: v for k, v in asdict(result.figure).items() if k != "name"}
                | {"validation": published().get(name)}
                for name, result in self.corpora[0].results.items()
            },
            "corpora": [_corpus(measured) for measured in self.corpora],
            "compared": [_compared(pair) for pair in self.compared],
        }


def report_on(
    corpora: Sequence[InterleavedCorpus],
    tools: Tools,
    samples: int | None = None,
    tell: Tell | None = None,
    only: Collection[str] = (),
) -> Report:
    """Measure corpora, and compare every two.

    Args:
        samples: how many of each to draw at random; None: all.
        tell: see `measure_corpus`.
        only: names of figures; all where none is named.

    Raises:
        CorpusError: a corpus has no sample that can be read.
        ModelError: the CLIP model cannot be loaded.
    """
    for corpus, name in zip(corpora, apart(corpora), strict=True):
        corpus.name = name
    measured = tuple(measure_corpus(corpus, tools, samples, tell, only) for corpus in corpora)
    compared, comparisons = compare(measured)
    return Report(measured, compared, comparisons, tools.seed)


def write_metrics(report: Report, path: Path) -> None:
    text = json.dumps(report.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", "utf-8")


def write_overlaps(report: Report, path: Path) -> None:
    """A line for each sample that holds something of the benchmark, with its corpus."""
    lines = [
        json.dumps({"corpus": corpus.name} | asdict(overlap), ensure_ascii=False) + "\n"
        for corpus in report.corpora
        for overlap in corpus.overlaps
    ]
    path.write_text("".join(lines), "utf-8")


def _corpus(measured: Measured) -> dict[str, Any]:
    return {
        "name": measured.name,
        "content": measured.content,
        "samples": measured.samples,
        "videos": len(measured.videos),
        "skipped": dict(measured.skipped),
        "measures": {name: _figure(result) for name, result in measured.results.items()},
        "details": {name: dict(counts) for name, counts in measured.details.items()},
    }


def _figure(result: Result) -> dict[str, Any]:
    found = result.interval or Interval(None, None, None, 0, 0)
    return {
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "unit": result.figure.unit,
        "scorer": result.scorer,
        "n": found.n,
        "clusters": found.clusters,
        "reason": result.reason,
    }


def _compared(pair: Compared) -> dict[str, Any]:
    return {
        "first": pair.first,
        "second": pair.second,
        "shared_videos": pair.shared,
        "measures": {name: _difference(found) for name, found in pair.paired.items()},
        "whole": {name: _difference(found) for name, found in pair.whole.items()},
    }


def _difference(found: Difference) -> dict[str, Any]:
    return {
        "difference": found.interval.value,
        "low": found.interval.low,
        "high": found.interval.high,
        "videos": found.interval.clusters,
        "p": found.interval.p,
        "p_adjusted": found.adjusted,
        "effect": found.interval.effect,
        "detectable": found.interval.detectable,
        "verdict": found.verdict,
    }


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
