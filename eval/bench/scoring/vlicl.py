"""VL-ICL Bench: the first line or sentence, compared as it is, as a number, or as yes and no.

After the benchmark's own script, but that an answer which says neither yes nor no abstains, where
the script takes it for a no.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def extract(doc: Mapping[str, Any], response: str) -> str | None:
    """The first line, or where there is only one its first sentence."""
    text = response.strip()
    end = text.find("\n")
    end = text.find(".") if end <= 0 else end
    return (text[:end] if end > 0 else text) or None


def extract_number(doc: Mapping[str, Any], response: str) -> str | None:
    """The first number there."""
    found = re.search(r"\d+", extract(doc, response) or "")
    return found[0] if found else None


def extract_yes_or_no(doc: Mapping[str, Any], response: str) -> str | None:
    """`yes` if it is said there, `no` if that is."""
    said = (extract(doc, response) or "").lower()
    if "yes" in said:
        return "yes"
    return "no" if re.search(r"\b(?:no|not)\b", said) else None


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """1 if it is `doc["answer"]`, whatever the case."""
    return float(answer.lower() == str(doc["answer"]).lower())
