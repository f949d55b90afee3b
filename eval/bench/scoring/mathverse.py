"""MathVerse: each problem in several versions, with options or a free answer.

After Zhang et al., "MathVerse" (2024), where a language model does the scoring; here rules come
first. The options are part of the question's text.
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
        doc: has `question_type` and `question_for_eval`, the full question, which every version of
            a problem has, even if it shows the question only in the image.
    """
    question = doc["question_for_eval"]
    if doc["question_type"] != "multi-choice":
        return value(response, question)
    choices = [words for _, words in _OPTION.findall(question)]
    index = option(response, choices, question)
    return None if index is None else chr(ord("A") + index)


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """1 for the right letter, or for a value equal to `doc["answer"]`."""
    if doc["question_type"] == "multi-choice":
        return float(answer == doc["answer"].strip())
    return float(same_value(doc["answer"], answer))
