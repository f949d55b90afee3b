"""The measures of a corpus on its card: a table and a plot, from a report of `vid2book measure`."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vid2book.folder.layout import RECORD
from vid2book.folder.record import CorpusError

FOLDER = "measures"  # in the repository
_BEFORE = "## Licences\n"  # the section of the card that the measures stand before
_COLUMNS = 3  # of the plot
_INK = "#1f5fa8"


@dataclass(frozen=True)
class Measures:
    """What a report says of one corpus."""

    files: dict[str, bytes]  # path in the repository to content
    section: str  # of the card

    def on(self, card: str) -> str:
        """The card with the measures in it."""
        return card.replace(_BEFORE, f"{self.section}\n\n{_BEFORE}", 1)


def read_measures(report: Path, corpus: Path) -> Measures:
    """The measures of the corpus in a folder.

    Args:
        report: folder that `vid2book measure` wrote.
        corpus: the folder that was measured.

    Raises:
        CorpusError: there is no report, it is not of this corpus, or it is older.
    """
    path = report / "metrics.json"
    again = f"run `vid2book measure {corpus} -o {report}`"
    try:
        metrics = json.loads(path.read_text(encoding="utf-8"))
        named = {measured["name"]: measured for measured in metrics["corpora"]}
    except OSError:
        raise CorpusError(f"{path}: there is no such report; {again}") from None
    except (ValueError, LookupError, TypeError):
        raise CorpusError(f"{path}: this is not a report of `vid2book measure`; {again}") from None
    name = corpus.resolve().name
    if name not in named:
        raise CorpusError(f"{path}: measures {', '.join(named)} and not {name}; {again}")
    if path.stat().st_mtime < (corpus / RECORD).stat().st_mtime:
        raise CorpusError(f"{path}: is older than the corpus; {again}")
    measured = named[name]
    known = {
        figure: found | metrics["figures"][figure]
        for figure, found in measured["measures"].items()
        if found["value"] is not None
    }
    plot = _plot(known)
    return Measures(
        {f"{FOLDER}/metrics.json": path.read_bytes(), f"{FOLDER}/measures.png": plot},
        _section(measured, known, metrics),
    )


def _section(measured: dict[str, Any], known: dict[str, Any], metrics: dict[str, Any]) -> str:
    drawn = f"{measured['samples']:,} samples of {measured['videos']:,} videos"
    lines = [
        "## Measures",
        "",
        f"By `vid2book measure` on {drawn}; intervals of {metrics['level']:.0%} by leaving out "
        f"whole videos. `{FOLDER}/metrics.json` says of each what it cannot see.",
        "",
        f"![Each measure with its interval]({FOLDER}/measures.png)",
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
        return "one video: none"
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
