"""Multiple choice by letter, which may abstain: ScienceQA.

After Lu et al., "Learn to Explain" (2022); `extract_as_released` reads a response as the scripts
of LLaVA and of the Multimodal Textbook do.
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
    found = option(response, doc["choices"], doc.get("question", ""))
    return None if found is None else chr(ord("A") + found)


def extract_as_released(doc: Mapping[str, Any], response: str) -> str | None:
    """The letter alone, before ". ", or in the one "The answer is X."; else an abstention."""
    text = response.strip()
    stated = _STATED.findall(text)
    if len(text) == 1 or text[1:3] == ". ":
        found = text[0]
    elif len(stated) == 1:
        found = stated[0]
    else:
        return None
    return found if found in _LETTERS[: len(doc["choices"])] else None


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """1 for the right letter; `doc["answer"]` is the right option's index."""
    return float(answer == chr(ord("A") + doc["answer"]))


def target(doc: Mapping[str, Any]) -> str:
    return chr(ord("A") + doc["answer"])
