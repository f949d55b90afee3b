"""MATH-Vision: the letter or value of an option, or a free answer compared as mathematics.

After Wang et al., "Measuring Multimodal Mathematical Reasoning with MATH-Vision" (2024). Free
answers are compared by math-verify.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .equal import same_value
from .options import option
from .values import value

_LETTERS = "ABCDEFGH"


def extract(doc: Mapping[str, Any], response: str) -> str | None:
    r"""The option's letter, or the value: \boxed{}, a statement, the only line or the only number.

    Args:
        doc: has `options`, empty for a free answer.
    """
    question = doc.get("question", "")
    if not doc["options"]:
        return value(response, question)
    index = option(response, doc["options"], question)
    return None if index is None else chr(ord("A") + index)


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """1 for the right letter, the right option's value, or a value equal to `doc["answer"]`."""
    if doc["options"]:
        right = doc["options"][ord(doc["answer"]) - ord("A")]
        by_letter = dict(zip(_LETTERS, doc["options"], strict=False))
        return float(by_letter.get(answer) == right or same_value(right, answer))
    return float(same_value(doc["answer"], answer))
