"""OK-VQA: VQA accuracy over stems.

The answers in the dataset are stems ("surf"), so a model's answer is stemmed too ("surfing"). After
Marino et al., "OK-VQA" (2019), with the evaluation as implemented in LAVIS: the people's answers
are not normalised if they are all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from .vqa import accuracy, extract, unpunctuated, without_articles

__all__ = ["extract", "extract_as_released", "grade"]


def extract_as_released(doc: Mapping[str, Any], response: str) -> str | None:
    """The short answer at the beginning of a response, by the rules of the Multimodal Textbook."""
    text = response.split("\n")[0].split(". ")[0].split('"')[0].split(", ")[0].strip().lower()
    text = text.removesuffix(".").removeprefix("it is ").removeprefix("it's ")
    return text.removeprefix("a ").removeprefix("an ").removeprefix("the ") or None


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """Mean over the people of min(1, matches among the nine others / 3), compared as stems."""
    people = [str(person) for person in doc["answers"]]
    if len(set(people)) > 1:
        people = [_stem(unpunctuated(person)) for person in people]
    response = " ".join(answer.split("\n")).replace("\t", " ").strip()
    return accuracy(without_articles(_stem(unpunctuated(response))), people)


@cache
def _stem(text: str) -> str:
    from nltk.stem import PorterStemmer

    return str(PorterStemmer().stem(text))
