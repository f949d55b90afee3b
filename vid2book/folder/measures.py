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
_COLUMNS = 3  # of the plot
_INK = "#1f5fa8"


@dataclass(frozen=True)
class Measures:
    """What a report says about one corpus."""

    files: dict[str, bytes]  # path in the folder to content
    section: str  # of the card

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


def put_on_card(report: Path, corpus: Path) -> None:
    """Put the measures of a corpus on its card, where they stay until it is built again.

    Args are those of `read_measures`.

    Raises:
        CorpusError: as `read_measures`; or another process is writing to the folder.
    """
    measures = read_measures(report, corpus)
    with swap.disk_full_errors(corpus), swap.writing(corpus):
        for path, content in measures.files.items():
            (corpus / path).parent.mkdir(exist_ok=True)
            (corpus / path).write_bytes(content)
        card = corpus / CARD
        new = card.with_suffix(".new")
        new.write_text(measures.on(card.read_text(encoding="utf-8")), encoding="utf-8")
        new.replace(card)


def read_measures(report: Path, corpus: Path) -> Measures:
    """The measures of the corpus in a folder.

    Args:
        report: the folder that `vid2book measure` wrote.
        corpus: the folder that was measured, or a copy of it.

    Raises:
        CorpusError: there is no report, or it is not about the present content of this folder.
    """
    path = report / "metrics.json"
    again = f"run `vid2book measure {corpus} -o {report}`"
    try:
        metrics = json.loads(path.read_text(encoding="utf-8"))
        by_content = {measured.get("content"): measured for measured in metrics["corpora"]}
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
    measured = by_content[written.content]
    figures = {
        name: figure | metrics["figures"][name]
        for name, figure in measured["measures"].items()
        if figure["value"] is not None
    }
    plot = _plot(figures)
    return Measures(
        {METRICS: path.read_bytes(), PLOT: plot},
        _section(measured, figures, metrics),
    )


def _section(measured: dict[str, Any], figures: dict[str, Any], metrics: dict[str, Any]) -> str:
    basis = (
        f"{number_of(measured['samples'], 'sample')} from {number_of(measured['videos'], 'video')}"
    )
    lines = [
        "## Measures",
        "",
        f"Measured by `vid2book measure` on {basis}, with {metrics['level']:.0%} intervals from a "
        f"jackknife over videos. `{METRICS}` says what each measure cannot see.",
        "",
        f"![Each measure with its interval]({PLOT})",
        "",
        "| measure | value | interval | unit | better | scorer |",
        "| --- | ---: | --- | --- | --- | --- |",
    ]
    for figure in figures.values():
        cells = [
            figure["title"], _number(figure["value"]), _interval(figure), figure["unit"],
            figure["better"], figure["scorer"],
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines)


def _interval(figure: dict[str, Any]) -> str:
    if figure["low"] is None:
        return "none: one video"
    return f"{_number(figure['low'])} to {_number(figure['high'])}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _plot(figures: dict[str, Any]) -> bytes:
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
