"""ScienceQA: multiple choice by letter, where a response may abstain.

After Lu et al., "Learn to Explain" (2022); `extract_as_released` reads a response like the scripts
of LLaVA and of the Multimodal Textbook.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .options import option

_LETTERS = "ABCDE"
_STATED = re.compile(r"The answer is ([A-Z]).")


def extract(doc: Mapping[str, Any], response: str) -> str | None:
    """The letter of the option that the response settles on, by letter or by words.

    Args:
        doc: has `choices`, the options' texts.
    """
    index = option(response, doc["choices"], doc.get("question", ""))
    return None if index is None else chr(ord("A") + index)


def extract_as_released(doc: Mapping[str, Any], response: str) -> str | None:
    """A letter alone, before ". ", or in the only "The answer is X."; otherwise, an abstention."""
    text = response.strip()
    statements = _STATED.findall(text)
    if len(text) == 1 or text[1:3] == ". ":
        letter = text[0]
    elif len(statements) == 1:
        letter = statements[0]
    else:
        return None
    return letter if letter in _LETTERS[: len(doc["choices"])] else None


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """1 for the right letter; `doc["answer"]` is the right option's index."""
    return float(answer == chr(ord("A") + doc["answer"]))


def target(doc: Mapping[str, Any]) -> str:
    return chr(ord("A") + doc["answer"])
