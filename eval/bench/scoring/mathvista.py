"""MathVista: an answer normalised by its type, then compared.

After Lu et al., "MathVista" (2023), and its scoring script, but for two things: there an empty
answer is taken for the option that is spelled most like it, here it is an abstention; there a
language model extracts where three rules do not, here more rules come first and the model is a
choice (`Extractor`).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from .options import letter, option
from .statements import stated
from .values import number


def extract(doc: Mapping[str, Any], response: str) -> str | None:
    """The option's text, the number or the list that the response settles on.

    Args:
        doc: has `question_type`, `answer_type` and `choices`.
    """
    question = doc.get("question", "")
    if doc["question_type"] == "multi_choice":
        found = option(response, doc["choices"], question)
        return None if found is None else doc["choices"][found]
    if doc["answer_type"] == "list":
        said = (_bracketed(passage) for passage in (*stated(response), response))
        return next((found for found in said if found), None)
    return number(response, question)


def guess(doc: Mapping[str, Any]) -> str | None:
    """What the benchmark's script makes of no answer: the shortest option, which is the nearest."""
    if doc["question_type"] != "multi_choice":
        return None
    return min(doc["choices"], key=len)


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """1 if the answer, normalised, is `doc["answer"]`."""
    return float(normalise(doc, answer) == _listed(doc["answer"]))


def normalise(doc: Mapping[str, Any], answer: str) -> str | None:
    """`answer` as the benchmark writes answers of this type; None if it is not of it.

    An option's letter becomes its text, and a text that is no option the one spelled most like it.
    """
    if doc["question_type"] == "multi_choice":
        return _closest(answer.strip(), doc["choices"])
    try:
        if doc["answer_type"] == "integer":
            return str(int(float(answer)))
        if doc["answer_type"] == "float":
            return str(round(float(answer), int(doc["precision"])))
    except (ValueError, OverflowError):
        return None
    return _listed(answer)


def _closest(answer: str, choices: list[str]) -> str | None:
    from rapidfuzz.distance import Levenshtein

    if not answer:
        return None
    if found := letter(answer, len(choices)):
        return choices[ord(found) - ord("A")]
    return min(choices, key=lambda choice: Levenshtein.distance(answer, choice))


def _bracketed(text: str) -> str | None:
    start, end = text.rfind("["), text.rfind("]")
    return text[start : end + 1] if 0 <= start < end else None


def _listed(answer: str) -> str:
    """A list in Python's spelling, so that spaces do not count; anything else as it is."""
    try:
        value = ast.literal_eval(answer)
    except (ValueError, SyntaxError):
        return answer
    return str(value) if isinstance(value, list) else answer
