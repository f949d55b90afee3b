"""MathVista: an answer normalised by its type, then compared.

After Lu et al., "MathVista" (2023), and its scoring script, with two differences. The script takes
an empty answer for the option with the most similar spelling; here it is an abstention. In the
script, a language model extracts the answer if three rules fail; here there are more rules, and the
model is optional (`Scoring.chat`).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from .options import letter, option
from .statements import answer_statements
from .values import number


def extract(doc: Mapping[str, Any], response: str) -> str | None:
    """The option's text, the number or the list that the response settles on.

    Args:
        doc: has `question_type`, `answer_type` and `choices`.
    """
    question = doc.get("question", "")
    if doc["question_type"] == "multi_choice":
        index = option(response, doc["choices"], question)
        return None if index is None else doc["choices"][index]
    if doc["answer_type"] == "list":
        lists = (_bracketed(passage) for passage in (*answer_statements(response), response))
        return next((text for text in lists if text), None)
    return number(response, question)


def guess(doc: Mapping[str, Any]) -> str | None:
    """The option that the script takes for an empty answer: the shortest is the most similar."""
    if doc["question_type"] != "multi_choice":
        return None
    return min(doc["choices"], key=len)


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """1 if the answer, normalised, is `doc["answer"]`."""
    return float(normalise(doc, answer) == _listed(doc["answer"]))


def normalise(doc: Mapping[str, Any], answer: str) -> str | None:
    """`answer` as the benchmark writes answers of this type; None if it is not of this type.

    An option's letter becomes its text; any other text becomes the option spelled most like it.
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
    if label := letter(answer, len(choices)):
        return choices[ord(label) - ord("A")]
    return min(choices, key=lambda choice: Levenshtein.distance(answer, choice))


def _bracketed(text: str) -> str | None:
    start, end = text.rfind("["), text.rfind("]")
    return text[start : end + 1] if 0 <= start < end else None


def _listed(answer: str) -> str:
    """A list in Python's notation, so that spaces do not matter; anything else unchanged."""
    try:
        value = ast.literal_eval(answer)
    except (ValueError, SyntaxError):
        return answer
    return str(value) if isinstance(value, list) else answer
