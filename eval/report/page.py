"""The report as one self-contained page: no script, no server, no other files."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from vid2book.quantities import number_of
from vid2book.viewer.templates import environment, packaged, source_hash

from ..density.validation import published
from ..intervals import ENOUGH, LEVEL
from ..measures.base import Figure
from .compared import Comparison, Difference
from .measuring import Result
from .metrics import Report
from .plots import plot

# Headings of the samples with the highest and with the lowest value.
_ENDS = {"higher": ("Best", "Worst"), "lower": ("Worst", "Best"), "neither": ("Highest", "Lowest")}
_HEADINGS = {"licenses": "Licences"}  # for names in metrics.json that make no good heading
_ARROWS = {"higher": "higher is better", "lower": "lower is better", "neither": "describes only"}


@dataclass(frozen=True)
class _Section:
    """Everything that the page says about one figure."""

    figure: Figure
    results: Sequence[Result]  # one for each corpus
    differences: Sequence[Sequence[tuple[str, Difference]]]  # by pair, each with its videos
    plot: str

    @property
    def ends(self) -> list[tuple[str, str]]:
        """Heading and attribute of the samples at either end, best first."""
        high, low = _ENDS[self.figure.better]
        ends = [(high, "highest"), (low, "lowest")]
        return ends[::-1] if self.figure.better == "lower" else ends

    @property
    def bases(self) -> list[str]:
        """The basis of each corpus's value, such as `17 samples in 5 videos`."""
        estimates = [result.interval for result in self.results if result.interval]
        return [
            f"{number_of(one.n, self.figure.counted)} in {number_of(one.clusters, 'video')}"
            for one in estimates
        ]

    @property
    def validation(self) -> Mapping[str, Mapping[str, Sequence[float]]]:
        """AUC of lectures against each other kind of text, by set of passages."""
        known = published().get(self.figure.name, {})
        if not any(result.scorer == known.get("scorer") for result in self.results):
            return {}
        return {name: known[name] for name in ("written", "recorded") if name in known}

    @property
    def has_examples(self) -> bool:
        """Whether samples are worth showing: in some corpus, lowest and highest differ."""
        return any(result.lowest and not _are_equal(result) for result in self.results)


def write_page(report: Report, path: Path) -> None:
    """Write the report to an HTML file."""
    first = report.corpora[0].results
    sections = [_section(report, name) for name in first if _is_known(report, name)]
    absent = [r for name, r in first.items() if not _is_known(report, name) and not r.figure.minor]
    style = packaged(__package__, "page.css")
    templates = environment(__package__)
    templates.filters.update(number=number, signed=signed, data=_data_url)
    page = templates.get_template("page.html").render(
        report=report,
        sections=sections,
        enough=ENOUGH,
        absent=absent,
        verdicts=_verdicts,
        are_equal=_are_equal,
        headings=_HEADINGS,
        style=Markup(style),
        policy=f"default-src 'none'; img-src data:; style-src {source_hash(style)}",
        arrows=_ARROWS,
        versions=report.to_dict()["versions"],
    )
    path.write_text(page, "utf-8")


def number(value: float | None) -> str:
    """A value with as many digits as are worth reading."""
    if value is None:
        return "–"
    digits = ",.0f" if abs(value) >= 1000 else ".3g" if abs(value) >= 1 else ".3f"
    return format(value, digits).replace("-", "−")


def signed(value: float) -> str:
    """A difference, with its sign."""
    return ("+" if value > 0 else "") + number(value)


def _is_known(report: Report, name: str) -> bool:
    return any(corpus.results[name].interval is not None for corpus in report.corpora)


def _section(report: Report, name: str) -> _Section:
    results = [corpus.results[name] for corpus in report.corpora]
    differences = [_differences(pair, name) for pair in report.compared]
    drawn = plot(results, [corpus.name for corpus in report.corpora], report.seed)
    return _Section(results[0].figure, results, differences, drawn)


def _differences(pair: Comparison, name: str) -> list[tuple[str, Difference]]:
    """The differences, each with its videos; only one if both are over the same videos."""
    result = []
    paired, whole = pair.paired.get(name), pair.whole.get(name)
    if paired:
        videos = paired.interval.clusters
        result.append((number_of(videos, "shared video"), paired))
    if whole and not (paired and paired.interval == whole.interval):
        result.append(("whole corpora", whole))
    return result


def _verdicts(difference: Difference, pair: Comparison) -> str:
    better = {"first": pair.first, "second": pair.second}
    if difference.interval.clusters < ENOUGH:
        return "too few videos with data"
    if difference.verdict == "differs":
        return "they differ"
    if difference.verdict:
        return f"{better[difference.verdict]} is better"
    p = difference.adjusted
    if difference.interval.excludes_zero and p is not None and p >= 1 - LEVEL:
        return "no difference shown, given the number of comparisons"
    return "no difference shown"


def _are_equal(result: Result) -> bool:
    """Whether the examples at both ends show the same number."""
    return number(result.lowest[0].value) == number(result.highest[0].value)


def _data_url(picture: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode()
