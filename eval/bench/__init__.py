"""Few-shot benchmarks for image-text models, with shots that carry their pictures.

run = bench("HuggingFaceTB/SmolVLM-256M-Instruct", ["mathvista"], [0, 1, 2, 4], Path("out"))
run.cell("mathvista", 4).accuracy      # percent, with an interval
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vid2book.exports import exports

if TYPE_CHECKING:
    from .results import Cell, Question, Run
    from .run import Options, bench

__all__ = ["Cell", "Options", "Question", "Run", "bench"]
__getattr__ = exports(
    __name__, {"results": ["Cell", "Question", "Run"], "run": ["Options", "bench"]}
)
