"""VL-ICL Bench: the first line or sentence, compared as text, as a number, or as yes or no.

After the benchmark's own script, except that an answer with neither yes nor no is an abstention;
the script takes it as a no.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def extract(doc: Mapping[str, Any], response: str) -> str | None:
    """The first line, or its first sentence if there is only one line."""
    text = response.strip()
    end = text.find("\n")
    end = text.find(".") if end <= 0 else end
    return (text[:end] if end > 0 else text) or None


def extract_number(doc: Mapping[str, Any], response: str) -> str | None:
    """The first number in the extracted answer."""
    match = re.search(r"\d+", extract(doc, response) or "")
    return match[0] if match else None


def extract_yes_or_no(doc: Mapping[str, Any], response: str) -> str | None:
    """`yes` or `no`, whichever the extracted answer contains; "yes" takes precedence."""
    answer = (extract(doc, response) or "").lower()
    if "yes" in answer:
        return "yes"
    return "no" if re.search(r"\b(?:no|not)\b", answer) else None


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """1 if the answer is `doc["answer"]`, ignoring case."""
    return float(answer.lower() == str(doc["answer"]).lower())
