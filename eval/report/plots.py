"""The plot of a figure: its interval for each corpus, and the videos behind it."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from vid2book.errors import UserError

from .measuring import Result
from .names import shorten

_INKS = ("#1f5fa8", "#c2571a", "#2c7d4f", "#7a4aa0", "#8a6d1b", "#a8325e")  # as in page.css
_MOST_DOTS = 300


class PlotError(UserError):
    """Plots cannot be made; the message says why and what to do."""


def check() -> None:
    """Check that plots can be made. Raises PlotError: a package is missing."""
    try:
        import matplotlib  # noqa: F401
        import scipy  # noqa: F401
    except ModuleNotFoundError as error:
        raise PlotError(f"{error.name} is missing: pip install 'vid2book[measure]'") from None


def plot(results: Sequence[Result], names: Sequence[str], seed: int) -> str:
    """An SVG as a data URL: a row per corpus with its videos (dots), estimate and interval."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    settings: Any = {
        "svg.hashsalt": "vid2book",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
    }
    with rc_context(settings):
        drawn = Figure(figsize=(7.2, 0.75 + 0.5 * len(results)))
        axes = drawn.add_subplot()
        draw = np.random.default_rng(seed)
        for row, result in enumerate(results):
            _row(axes, row, result, draw)
        axes.set_yticks(range(len(results)), shorten(names, 26))
        axes.set_ylim(len(results) - 0.5, -0.5)
        _set_limits(axes, results)
        axes.set_xlabel(results[0].figure.unit, fontsize=9, color="#555")
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", labelsize=9, color="#999")
        axes.grid(axis="x", color="#e6e6e6", linewidth=0.8)
        axes.set_axisbelow(True)
        out = io.BytesIO()
        drawn.savefig(
            out, format="svg", bbox_inches="tight", transparent=True, metadata={"Date": None}
        )
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def _row(axes: Any, row: int, result: Result, draw: np.random.Generator) -> None:
    if result.interval is None or result.interval.value is None:
        axes.annotate("not computed", (0.02, row), xycoords=("axes fraction", "data"), fontsize=9,
                      color="#888", va="center")  # fmt: skip
        return
    estimate, ink = result.interval, _INKS[row % len(_INKS)]
    dots = np.array(result.per_video)
    if len(dots) > _MOST_DOTS:
        dots = draw.choice(dots, _MOST_DOTS, replace=False)
    spread = draw.uniform(-0.26, 0.26, len(dots))
    axes.scatter(dots, row + spread, s=16, color=ink, alpha=0.45, linewidths=0)
    if estimate.low is not None and estimate.high is not None:
        axes.plot([estimate.low, estimate.high], [row, row], color=ink, linewidth=3.5,
                  solid_capstyle="butt")  # fmt: skip
    axes.plot([estimate.value], [row], "o", color=ink, markersize=7.5, markeredgecolor="white")


def _set_limits(axes: Any, results: Sequence[Result]) -> None:
    """Show the whole range if all values of a share are equal; no plot would choose it itself."""
    values = {value for r in results if r.interval for value in (r.interval.value, *r.per_video)}
    if len(values) == 1 and results[0].figure.is_share:
        axes.set_xlim(-0.03, 1.03)
