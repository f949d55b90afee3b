"""Published figures: LLaVA-1.5-7B after further training on each corpus, shots by similarity.

From the Multimodal Textbook (arXiv 2501.00958). The average is over its seven tasks; for OBELICS
without shots, it counts the missing ScienceQA as 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .compare import AVERAGE

SHOTS = (0, 1, 2, 4)
TASKS = ("scienceqa", "okvqa", "textvqa", "textvqa_ocr", "mathvista", "mathvision", "mathverse")

_FIGURES: dict[str, dict[str, tuple[float | None, ...]]] = {
    "textbook": {
        "scienceqa": (26.3, 29.4, 25.1, 37.3),
        "mathvista": (24.3, 43.4, 33.2, 29.2),
        AVERAGE: (15.5, 31.1, 28.8, 30.8),
    },
    "OBELICS": {
        "scienceqa": (None, 2.8, 3.0, 16.4),
        "mathvista": (21.6, 28.5, 31.1, 27.6),
        AVERAGE: (10.7, 22.8, 24.8, 26.2),
    },
}


def is_comparable(settings: Mapping[str, Any]) -> bool:
    """Whether a run matches the published figures in prompts, shots, judgement and questions.

    The judge, a language model, may still be another one.
    """
    return (
        settings.get("scoring") == "judge_as_released"
        and settings.get("form") == "llava"
        and settings.get("shots_by") == "rices"
        and str(settings.get("clip") or "").startswith("ViT-L-14")
        and settings.get("limit") is None
    )


def published(task: str, shots: int) -> dict[str, float]:
    """The published figures by corpus; empty if there are none."""
    if shots not in SHOTS:
        return {}
    by_corpus = {
        corpus: figures[task][SHOTS.index(shots)]
        for corpus, figures in _FIGURES.items()
        if task in figures
    }
    return {corpus: figure for corpus, figure in by_corpus.items() if figure is not None}
