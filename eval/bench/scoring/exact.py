"""Exact match after the VQA normalisation: questions of one's own about slides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .vqa import extract, normalise

__all__ = ["extract", "grade"]


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """1 if the answer is `doc["answer"]`."""
    return float(normalise(answer) == normalise(doc["answer"]))
