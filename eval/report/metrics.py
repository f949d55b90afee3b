"""What was measured, as `metrics.json` has it.

    {"schema": 1, "seed", "level", "resamples", "versions": {package: version},
     "figures": {NAME: {"title", "better", "unit", "source", "blind", "validation"}},
     "corpora": [{"name", "samples", "videos", "skipped": {reason: count},
                  "measures": {NAME: {"value", "low", "high", "unit", "scorer", "n", "clusters",
                                      "reason"}},
                  "details": {"languages": {...}, "licenses": {...}, ...}}],
     "compared": [{"first", "second", "shared_videos",
                   "measures": {NAME: {"difference", "low", "high", "verdict"}}}]}

`validation` of a measure of text is how well it tells lectures from other text: {"scorer",
"written": {kind: [AUC, low, high]}, "recorded": the same}, on passages written for that and on
recorded ones; null elsewhere.

`value`, `low` and `high` are null where a figure could not be computed, with the reason; `low` and
`high` also where all samples are of one video. `n` counts what the figure is over (images, words,
samples), `clusters` the videos. A difference is that of the first corpus minus the second, over the
videos that both have; its verdict is "first", "second" (which is better), "differs" (for a figure
that judges nothing) or null, where the interval holds zero or fewer than five videos are shared.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import combinations
from pathlib import Path
from typing import Any

from ..corpora import InterleavedCorpus
from ..density.validation import published
from ..intervals import RESAMPLES, Interval, paired_difference
from ..measures.base import Figure
from ..tools import Tools
from .measuring import Measured, Result, Tell, measure_corpus

SCHEMA = 1
LEVEL = 0.95
ENOUGH = 5  # shared videos; with fewer, all can differ in one direction by chance
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
class Difference:
    """One figure of two corpora, over the videos that both have."""

    figure: Figure
    interval: Interval
    verdict: str | None


@dataclass(frozen=True)
class Compared:
    """Two corpora, figure by figure."""

    first: str
    second: str
    shared: int  # videos
    differences: dict[str, Difference]


@dataclass(frozen=True)
class Report:
    """All that was measured."""

    corpora: tuple[Measured, ...]
    compared: tuple[Compared, ...]
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """See the module."""
        return {
            "schema": SCHEMA,
            "seed": self.seed,
            "level": LEVEL,
            "resamples": RESAMPLES,
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
) -> Report:
    """Measure corpora, and compare those that share videos.

    Args:
        samples: how many of each to draw at random; None: all.
        tell: called with the name of a corpus and the number of samples done.

    Raises:
        CorpusError: a corpus has no sample that can be read.
        ModelError: the CLIP model cannot be loaded.
    """
    _name_apart(corpora)
    measured = tuple(measure_corpus(corpus, tools, samples, tell) for corpus in corpora)
    compared = tuple(_compare(a, b, tools.seed) for a, b in combinations(measured, 2))
    return Report(measured, compared, tools.seed)


def write_metrics(report: Report, path: Path) -> None:
    text = json.dumps(report.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", "utf-8")


def _name_apart(corpora: Sequence[InterleavedCorpus]) -> None:
    """Give corpora of one name a number."""
    names: list[str] = []
    for corpus in corpora:
        same = sum(name == corpus.name or name.startswith(f"{corpus.name} (") for name in names)
        if same:
            corpus.name = f"{corpus.name} ({same + 1})"
        names.append(corpus.name)


def _compare(one: Measured, other: Measured, seed: int) -> Compared:
    differences = {}
    shared = 0
    for name, first in one.results.items():
        second = other.results[name]
        if first.statistic is None or second.statistic is None or first.scorer != second.scorer:
            continue
        found = paired_difference(first.statistic, second.statistic, seed)
        shared = max(shared, found.clusters)
        if found.value is not None:
            differences[name] = Difference(first.figure, found, _verdict(first.figure, found))
    return Compared(one.name, other.name, shared, differences)


def _verdict(figure: Figure, found: Interval) -> str | None:
    if not found.excludes_zero or found.value is None or found.clusters < ENOUGH:
        return None
    if figure.better == "neither":
        return "differs"
    return "first" if (found.value > 0) == (figure.better == "higher") else "second"


def _corpus(measured: Measured) -> dict[str, Any]:
    return {
        "name": measured.name,
        "samples": measured.samples,
        "videos": measured.videos,
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
        "measures": {
            name: {
                "difference": difference.interval.value,
                "low": difference.interval.low,
                "high": difference.interval.high,
                "verdict": difference.verdict,
            }
            for name, difference in pair.differences.items()
        },
    }


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
