"""Is the corpus any good? Measures, reports, training, benchmarks.

from vid2book.eval import measure
measure("textbook", "other", samples=1000).to_dict()    # as metrics.json has it
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .report.metrics import Report

__all__ = ["measure"]


def measure(*corpora: Any, **settings: Any) -> Report:
    """Measure corpora; see `vid2book.eval.report.metrics.measure`, which has the arguments."""
    from .report import metrics  # imported late, so that the command line starts fast

    return metrics.measure(*corpora, **settings)
