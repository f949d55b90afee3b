"""MathVerse: one problem in several versions, as a choice of letter or a free answer.

After Zhang et al., "MathVerse" (2024), whose own scores are a language model's; here rules come
first. The options stand in the question's text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .equal import same_value
from .options import option
from .values import value

_OPTION = re.compile(r"^\s*\(?([A-H])\s*[:.)]\s*(\S.*?)\s*$", re.MULTILINE)


def extract(doc: Mapping[str, Any], response: str) -> str | None:
    """The option's letter, or the value.

    Args:
        doc: has `question_type` and `question_for_eval`, which every version of a problem has in
            full, though it may show the question in the image alone.
    """
    question = doc["question_for_eval"]
    if doc["question_type"] != "multi-choice":
        return value(response, question)
    choices = [words for _, words in _OPTION.findall(question)]
    found = option(response, choices, question)
    return None if found is None else chr(ord("A") + found)


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """1 for the right letter, or for a value equal to `doc["answer"]`."""
    if doc["question_type"] == "multi-choice":
        return float(answer == doc["answer"].strip())
    return float(same_value(doc["answer"], answer))
