"""Exact match after the VQA normalisation, for your own questions about slides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .reading import sentences
from .vqa import normalise


def extract(doc: Mapping[str, Any], response: str) -> str | None:
    """The first sentence or line: a base model continues with the rest of a lesson."""
    return next(iter(sentences(response)), None)


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """1 if the answer is `doc["answer"]`."""
    return float(normalise(answer) == normalise(doc["answer"]))
