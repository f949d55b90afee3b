"""Puts measures on the card of a corpus: a table and a plot, from a `vid2book measure` report."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..quantities import number_of
from . import record, swap
from .layout import CARD, METRICS, PLOT
from .record import CorpusError

_SECTION = re.compile(r"^## Measures\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BEFORE = re.compile(r"^(?=## Licences$)|\Z", re.MULTILINE)  # the section that follows them
_REPORT = "metrics.json"  # in the folder of a report
_COLUMNS = 3  # of the plot
_INK = "#1f5fa8"

Json = dict[str, Any]


@dataclass(frozen=True)
class Measures:
    """What a report says about one corpus."""

    files: dict[str, bytes]  # path in the folder to content
    section: str  # of the card
    shown: tuple[str, ...] = ()  # names of the figures on the card

    def on(self, card: str) -> str:
        """The card with these measures, in place of any that it had."""
        card = _SECTION.sub("", card)
        place = _BEFORE.search(card)
        assert place is not None  # at least the end
        above, below = card[: place.start()].rstrip(), card[place.start() :]
        return "\n\n".join(filter(None, [above, self.section, below])).rstrip() + "\n"


def section_of(card: str) -> str:
    """The measures on a card; empty if it has none."""
    match = _SECTION.search(card)
    return match[0].rstrip() if match else ""


def number_on(card: str) -> int:
    """How many measures a card shows."""
    rows = [line for line in section_of(card).splitlines() if line.startswith("| ")]
    return max(0, len(rows) - 2)  # without the two lines of the heading


@dataclass(frozen=True)
class Shown:
    """What a card shows, compared with what it showed.

    Attributes:
        now: number of figures on it.
        kept: of these, the ones from an earlier report.
        dropped: number of figures that are no longer on it.
    """

    now: int
    kept: int
    dropped: int


def put_on_card(report: Path, corpus: Path) -> Shown:
    """Put the measures of a corpus on its card, where they stay until it is built again.

    Figures that the card already has and that the report lacks are kept if they come from the same
    samples and the same versions of the software. Args are those of `read_measures`.

    Raises:
        CorpusError: as `read_measures`; or another process is writing to the folder.
    """
    metrics, measured = _read(report, corpus)
    before = _on_card(corpus, measured["content"])
    joined = _joined(metrics, measured, *before) if before else None
    measures = _measures(joined or metrics, measured["content"])
    earlier = set(_figures(*before)) if before else set()
    with swap.disk_full_errors(corpus), swap.writing(corpus):
        for path, content in measures.files.items():
            (corpus / path).parent.mkdir(exist_ok=True)
            (corpus / path).write_bytes(content)
        card = corpus / CARD
        new = card.with_suffix(".new")
        new.write_text(measures.on(card.read_text(encoding="utf-8")), encoding="utf-8")
        new.replace(card)
    shown = set(measures.shown)
    return Shown(len(shown), len(shown - _with_value(measured).keys()), len(earlier - shown))


def read_measures(report: Path, corpus: Path) -> Measures:
    """The measures of the corpus in a folder.

    Args:
        report: the folder that `vid2book measure` wrote.
        corpus: the folder that was measured, or a copy of it.

    Raises:
        CorpusError: there is no report, or it is not about the present content of this folder.
    """
    metrics, measured = _read(report, corpus)
    return _measures(metrics, measured["content"])


def _read(report: Path, corpus: Path) -> tuple[Json, Json]:
    """The metrics of a report, and the part that is about the corpus."""
    path = report / _REPORT
    again = f"run `vid2book measure {corpus} -o {report}`"
    try:
        metrics = json.loads(path.read_text(encoding="utf-8"))
        by_content = _by_content(metrics)
        names = ", ".join(measured["name"] for measured in metrics["corpora"])
    except OSError:
        raise CorpusError(f"{path}: there is no such report; {again}") from None
    except (ValueError, LookupError, TypeError):
        raise CorpusError(f"{path}: this is not a report by `vid2book measure`; {again}") from None
    written = record.read(corpus)
    if written is None or written.content not in by_content:
        raise CorpusError(
            f"{path}: this report is about other samples ({names}) than {corpus} has now; {again}"
        )
    return metrics, by_content[written.content]


def _on_card(corpus: Path, content: str) -> tuple[Json, Json] | None:
    """The metrics that the folder has, and the part about its samples; None without them."""
    try:
        metrics = json.loads((corpus / METRICS).read_text(encoding="utf-8"))
        return metrics, _by_content(metrics)[content]
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _by_content(metrics: Json) -> dict[str | None, Json]:
    return {measured.get("content"): measured for measured in metrics["corpora"]}


def _joined(metrics: Json, measured: Json, old: Json, old_measured: Json) -> Json | None:
    """The metrics, with the figures that only the old ones have; None if none may be added."""
    if not _have_same_basis(metrics, measured, old, old_measured):
        return None
    new, known = _with_value(measured), _with_value(old_measured)
    if known.keys() <= new.keys():
        return None
    in_order = max(measured["measures"], old_measured["measures"], key=len)
    both = measured | {
        "measures": in_order | measured["measures"] | known | new,
        "details": old_measured["details"] | measured["details"],
    }
    return metrics | {
        "figures": old["figures"] | metrics["figures"],
        "corpora": [both if one is measured else one for one in metrics["corpora"]],
    }


def _with_value(measured: Json) -> Json:
    return {name: f for name, f in measured["measures"].items() if f["value"] is not None}


def _have_same_basis(metrics: Json, measured: Json, old: Json, old_measured: Json) -> bool:
    same = all(metrics[name] == old.get(name) for name in ("schema", "level", "seed", "versions"))
    drawn = measured.get("drawn")
    return same and bool(drawn) and drawn == old_measured.get("drawn")


def _figures(metrics: Json, measured: Json) -> Json:
    """The figures of a corpus that go on its card."""
    return {
        name: figure | metrics["figures"][name]
        for name, figure in _with_value(measured).items()
        if not metrics["figures"][name]["minor"]
    }


def _measures(metrics: Json, content: str) -> Measures:
    """What the metrics say of these samples. Nothing of other corpora in the report goes along."""
    measured = _by_content(metrics)[content]
    figures = _figures(metrics, measured)
    alone = metrics | {"corpora": [measured], "comparisons": 0, "compared": []}
    written = json.dumps(alone, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    files = {METRICS: written.encode(), PLOT: _plot(figures)}
    return Measures(files, _section(measured, figures, metrics), tuple(figures))


def _section(measured: Json, figures: Json, metrics: Json) -> str:
    basis = (
        f"{number_of(measured['samples'], 'sample')} from {number_of(measured['videos'], 'video')}"
    )
    lines = [
        "## Measures",
        "",
        f"Measured by `vid2book measure` on {basis}, with {metrics['level']:.0%} intervals over "
        f"videos. `{METRICS}` says what each measure cannot see.",
        "",
        f"![Each measure with its interval]({PLOT})",
        "",
        "| measure | value | interval | unit | better | scorer |",
        "| --- | ---: | --- | --- | --- | --- |",
    ]
    for name, figure in figures.items():
        cells = [
            f"{figure['title']} `{name}`", _number(figure["value"]), _interval(figure),
            figure["unit"], figure["better"], figure["scorer"],
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines)


def _interval(figure: Json) -> str:
    if figure["low"] is None:
        return f"none: {number_of(figure['clusters'], 'video')}"
    return f"{_number(figure['low'])} to {_number(figure['high'])}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _plot(figures: Json) -> bytes:
    """A PNG with a small plot for each measure: its value, and its interval as a bar.

    Raises:
        CorpusError: matplotlib is missing.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise CorpusError("plots need matplotlib: pip install 'vid2book[measure]'") from None
    rows = max(1, -(-len(figures) // _COLUMNS))
    figure = Figure(figsize=(3.4 * _COLUMNS, 0.95 * rows), layout="constrained")
    grid = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for axes in grid[len(figures) :]:
        axes.set_axis_off()
    for axes, (name, values) in zip(grid, figures.items(), strict=False):
        if values["low"] is not None:
            axes.plot([values["low"], values["high"]], [0, 0], color=_INK, linewidth=3, alpha=0.6)
        axes.plot([values["value"]], [0], "o", color=_INK)
        axes.set_title(name, fontsize=8, loc="left")
        axes.set_yticks([])
        axes.margins(x=0.2)
        axes.tick_params(axis="x", labelsize=7)
        axes.locator_params(axis="x", nbins=4)
        axes.spines[["top", "left", "right"]].set_visible(False)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=110, metadata={"Software": None})
    return out.getvalue()
