"""The results of a report, in the form of `metrics.json`.

    {"schema": 3, "seed", "level", "comparisons", "versions": {package: version},
     "figures": {NAME: {"title", "better", "unit", "source", "blind", "minor", "counted",
                        "validation"}},
     "corpora": [{"name", "content", "drawn", "samples", "videos", "skipped": {reason: count},
                  "measures": {NAME: {"value", "low", "high", "unit", "scorer", "n", "clusters",
                                      "reason"}},
                  "details": {"languages": {...}, "licenses": {...}, ...}}],
     "compared": [{"first", "second", "shared_videos",
                   "measures": {NAME: {"difference", "low", "high", "videos", "p", "p_adjusted",
                                       "effect", "detectable", "verdict"}},
                   "whole": the same}]}

`validation` of a measure of text says how well it tells lectures from other text: {"scorer",
"written": {kind: [AUC, low, high]}, "recorded": the same}, on passages written for this purpose
and on recorded ones. It is null for other measures.

`content` identifies the samples of a corpus folder of ours (`vid2book.folder.record`); null for
others. `drawn` identifies the samples that were measured by what they hold, however they were read.

`value`, `low` and `high` are null if a figure could not be computed, with the reason; `low` and
`high` also if all samples are of one video, or of fewer than five that all agree. `n` is how many
images, words or samples the value is based on (`counted` says which), and `clusters` the number of
videos with data.

A difference is the first corpus minus the second: in `measures` over the `videos` for which both
have data, in `whole` over everything that each has (`videos` is then the smaller number).
`p_adjusted` is corrected for the `comparisons` of the whole report, `effect` is in standard
deviations between videos, and `detectable` is the smallest difference that this many videos would
reveal four times in five; it is null if no two values of the figure can differ so much. `verdict`
is "first" or "second" (which is better), "differs" (for a figure that only describes) or null: the
interval includes zero, `p_adjusted` is 0.05 or more, or fewer than five videos have data.
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
from .compared import Comparison, Difference, compare
from .measuring import MeasuredCorpus, Result, measure_corpus
from .names import distinct_names

SCHEMA = 3
_NOT_WRITTEN = ("name", "least", "most")  # the first is the key; the others only cut intervals
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
    """Everything that was measured."""

    corpora: tuple[MeasuredCorpus, ...]
    compared: tuple[Comparison, ...]
    comparisons: int  # the number that verdicts are corrected for
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """The content of `metrics.json`; see the module docstring."""
        return {
            "schema": SCHEMA,
            "seed": self.seed,
            "level": LEVEL,
            "comparisons": self.comparisons,
            "versions": _versions(),
            "figures": {
                name: {k: v for k, v in asdict(result.figure).items() if k not in _NOT_WRITTEN}
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
        only: names of figures; all if none is named.

    Raises:
        CorpusError: a corpus has no sample that can be read.
        ModelError: the CLIP model cannot be loaded.
    """
    for corpus, name in zip(corpora, distinct_names(corpora), strict=True):
        corpus.name = name
    measured = tuple(measure_corpus(corpus, tools, samples, tell, only) for corpus in corpora)
    compared, comparisons = compare(measured)
    return Report(measured, compared, comparisons, tools.seed)


def write_metrics(report: Report, path: Path) -> None:
    text = json.dumps(report.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", "utf-8")


def write_overlaps(report: Report, path: Path) -> None:
    """A line for each sample that contains something from the benchmark, with its corpus."""
    lines = [
        json.dumps({"corpus": corpus.name} | asdict(overlap), ensure_ascii=False) + "\n"
        for corpus in report.corpora
        for overlap in corpus.overlaps
    ]
    path.write_text("".join(lines), "utf-8")


def _corpus(measured: MeasuredCorpus) -> dict[str, Any]:
    return {
        "name": measured.name,
        "content": measured.content,
        "drawn": measured.drawn,
        "samples": measured.samples,
        "videos": len(measured.videos),
        "skipped": dict(measured.skipped),
        "measures": {name: _figure(result) for name, result in measured.results.items()},
        "details": {name: dict(counts) for name, counts in measured.details.items()},
    }


def _figure(result: Result) -> dict[str, Any]:
    estimate = result.interval or Interval(None, None, None, 0, 0)
    return {
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "unit": result.figure.unit,
        "scorer": result.scorer,
        "n": estimate.n,
        "clusters": estimate.clusters,
        "reason": result.reason,
    }


def _compared(pair: Comparison) -> dict[str, Any]:
    return {
        "first": pair.first,
        "second": pair.second,
        "shared_videos": pair.shared,
        "measures": {name: _difference(difference) for name, difference in pair.paired.items()},
        "whole": {name: _difference(difference) for name, difference in pair.whole.items()},
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "difference": difference.interval.value,
        "low": difference.interval.low,
        "high": difference.interval.high,
        "videos": difference.interval.clusters,
        "p": difference.interval.p,
        "p_adjusted": difference.adjusted,
        "effect": difference.interval.effect,
        "detectable": difference.detectable,
        "verdict": difference.verdict,
    }


def _versions() -> dict[str, str]:
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions
