"""OK-VQA: VQA accuracy over stems.

The answers of the dataset are stems ("surf"), so that what a model says is stemmed too ("surfing").
After Marino et al., "OK-VQA" (2019), by its evaluation as LAVIS has it: what stands in the answers
is not normalised where all people agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from .vqa import accuracy, extract, unpunctuated, without_articles

__all__ = ["extract", "extract_as_released", "grade"]


def extract_as_released(doc: Mapping[str, Any], response: str) -> str | None:
    """The short answer that a response begins with, by the rules of the Multimodal Textbook."""
    text = response.split("\n")[0].split(". ")[0].split('"')[0].split(", ")[0].strip().lower()
    text = text.removesuffix(".").removeprefix("it is ").removeprefix("it's ")
    return text.removeprefix("a ").removeprefix("an ").removeprefix("the ") or None


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """Mean over the people of min(1, matches among the nine others / 3), compared as stems."""
    people = [str(person) for person in doc["answers"]]
    if len(set(people)) > 1:
        people = [_stem(unpunctuated(person)) for person in people]
    said = " ".join(answer.split("\n")).replace("\t", " ").strip()
    return accuracy(without_articles(_stem(unpunctuated(said))), people)


@cache
def _stem(text: str) -> str:
    from nltk.stem import PorterStemmer

    return str(PorterStemmer().stem(text))
