"""MATH-Vision: an option's letter or value, or a free answer compared as mathematics.

After Wang et al., "Measuring Multimodal Mathematical Reasoning with MATH-Vision" (2024). Free
answers are compared by math-verify.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .answers import final, numbers, option
from .equal import same_value

_SHORT = 40  # characters: a line no longer than this is the answer itself


def extract(doc: Mapping[str, Any], response: str) -> str | None:
    r"""The option's letter or the value: \boxed{}, a statement, the only line or the only number.

    Args:
        doc: has `options`, empty for a free answer.
    """
    text = response.strip()
    stated = final(text)
    if doc["options"]:
        found = option(stated, doc["options"]) if stated else None
        if found is None:
            found = option(text, doc["options"])
        return None if found is None else chr(ord("A") + found)
    return free_answer(text)


def free_answer(text: str) -> str | None:
    r"""The value that a response settles on: \boxed{}, a statement, the only line or number."""
    if stated := final(text):
        return stated
    if text and "\n" not in text and len(text) <= _SHORT:
        return text
    found = numbers(text)
    return found[0] if len(found) == 1 else None


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """1 for the right letter, the right option's value, or a value equal to `doc["answer"]`."""
    if doc["options"]:
        right = doc["options"][ord(doc["answer"]) - ord("A")]
        return float(answer == doc["answer"] or same_value(right, answer))
    return float(same_value(doc["answer"], answer))
