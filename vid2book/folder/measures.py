"""The measures of a corpus on its card: a table and a plot, from a report of `vid2book measure`."""

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
_BEFORE = re.compile(r"^(?=## Licences$)|\Z", re.MULTILINE)  # the section that they stand before
_COLUMNS = 3  # of the plot
_INK = "#1f5fa8"


@dataclass(frozen=True)
class Measures:
    """What a report says of one corpus."""

    files: dict[str, bytes]  # path in the folder to content
    section: str  # of the card

    def on(self, card: str) -> str:
        """The card with the measures in it, instead of those that it had."""
        card = _SECTION.sub("", card)
        place = _BEFORE.search(card)
        assert place is not None  # at least the end
        above, below = card[: place.start()].rstrip(), card[place.start() :]
        return "\n\n".join(filter(None, [above, self.section, below])).rstrip() + "\n"


def section_of(card: str) -> str:
    """The measures on a card; empty where it has none."""
    found = _SECTION.search(card)
    return found[0].rstrip() if found else ""


def put_on_card(report: Path, corpus: Path) -> None:
    """Put the measures of a corpus on its card, until it is built again.

    Args are those of `read_measures`.

    Raises:
        CorpusError: as `read_measures`; or another process is writing to the folder.
    """
    measures = read_measures(report, corpus)
    with swap.disk_told(corpus), swap.writing(corpus):
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
        report: folder that `vid2book measure` wrote.
        corpus: the folder, or a copy of it, that was measured.

    Raises:
        CorpusError: there is no report, or it is not of what this folder holds now.
    """
    path = report / "metrics.json"
    again = f"run `vid2book measure {corpus} -o {report}`"
    try:
        metrics = json.loads(path.read_text(encoding="utf-8"))
        measured = {found.get("content"): found for found in metrics["corpora"]}
        names = ", ".join(found["name"] for found in metrics["corpora"])
    except OSError:
        raise CorpusError(f"{path}: there is no such report; {again}") from None
    except (ValueError, LookupError, TypeError):
        raise CorpusError(f"{path}: this is not a report by `vid2book measure`; {again}") from None
    written = record.read(corpus)
    if written is None or written.content not in measured:
        raise CorpusError(
            f"{path}: this report is about other samples ({names}) than {corpus} has now; {again}"
        )
    mine = measured[written.content]
    known = {
        figure: found | metrics["figures"][figure]
        for figure, found in mine["measures"].items()
        if found["value"] is not None
    }
    plot = _plot(known)
    return Measures(
        {METRICS: path.read_bytes(), PLOT: plot},
        _section(mine, known, metrics),
    )


def _section(measured: dict[str, Any], known: dict[str, Any], metrics: dict[str, Any]) -> str:
    drawn = (
        f"{number_of(measured['samples'], 'sample')} from {number_of(measured['videos'], 'video')}"
    )
    lines = [
        "## Measures",
        "",
        f"Measured by `vid2book measure` on {drawn}, with {metrics['level']:.0%} intervals from a "
        f"jackknife over videos. `{METRICS}` says what each measure cannot see.",
        "",
        f"![Each measure with its interval]({PLOT})",
        "",
        "| measure | value | interval | unit | better | scorer |",
        "| --- | ---: | --- | --- | --- | --- |",
    ]
    for found in known.values():
        cells = [
            found["title"], _number(found["value"]), _interval(found), found["unit"],
            found["better"], found["scorer"],
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines)


def _interval(found: dict[str, Any]) -> str:
    if found["low"] is None:
        return "none: one video"
    return f"{_number(found['low'])} to {_number(found['high'])}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _plot(known: dict[str, Any]) -> bytes:
    """A PNG with a small plot for each measure: its value, and its interval as a bar.

    Raises:
        CorpusError: matplotlib is missing.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise CorpusError("plots need matplotlib: pip install 'vid2book[measure]'") from None
    rows = max(1, -(-len(known) // _COLUMNS))
    figure = Figure(figsize=(3.4 * _COLUMNS, 0.95 * rows), layout="constrained")
    grid = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for axes in grid[len(known) :]:
        axes.set_axis_off()
    for axes, (name, found) in zip(grid, known.items(), strict=False):
        if found["low"] is not None:
            axes.plot([found["low"], found["high"]], [0, 0], color=_INK, linewidth=3, alpha=0.6)
        axes.plot([found["value"]], [0], "o", color=_INK)
        axes.set_title(name, fontsize=8, loc="left")
        axes.set_yticks([])
        axes.margins(x=0.2)
        axes.tick_params(axis="x", labelsize=7)
        axes.locator_params(axis="x", nbins=4)
        axes.spines[["top", "left", "right"]].set_visible(False)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=110, metadata={"Software": None})
    return out.getvalue()
