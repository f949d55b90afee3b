"""Finds yes or no if a response repeats the question as a statement.

"Are there fewer cars than things?" - "There are fewer cars than things."
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .reading import plain, sentences

_WORD = re.compile(r"[a-z0-9.%']*[a-z0-9%]")
_ASKS = re.compile(r"[^.!?\n]*\?")
_SMALL = set(
    "a an the is are was were be do does did has have had can will would there it that this these"
    " those of in at on to and or if any please than".split()
)
_NOT = re.compile(r"^(?:not|no|never|cannot|false|untrue|incorrect)$|n't$")
_REASON = re.compile(
    r",?\s(?:as|because|since|while|but|so)\s.*|,\s(?:which|with|and|indicating)\s.*"
)
_OPPOSITES = {
    "less": "greater more larger equal",
    "fewer": "more greater equal",
    "smaller": "larger bigger greater equal",
    "lower": "higher greater equal",
    "shorter": "longer taller equal",
    "more": "fewer less equal",
    "greater": "less smaller fewer equal",
    "larger": "smaller less equal",
    "bigger": "smaller equal",
    "higher": "lower equal",
    "longer": "shorter equal",
    "taller": "shorter equal",
    "minimum": "maximum",
    "maximum": "minimum",
    "odd": "even",
    "even": "odd",
    "increasing": "decreasing",
    "decreasing": "increasing",
}

_EXTREMES = {"minimum", "maximum", "odd", "even", "increasing", "decreasing"}


def yes_or_no(text: str, choices: Sequence[str], question: str) -> int | None:
    """The index of "yes" or "no" among two options, or None.

    A sentence with the words of the question in the same order means yes; with an additional "not",
    or with one word replaced by its opposite, it means no. If the response begins with "yes" or
    "no", that decides.

    Args:
        text: the response, made readable.
        choices: the options; if they are not yes and no, the result is None.
        question: the question.
    """
    options = [plain(choice) for choice in choices]
    if sorted(options) != ["no", "yes"]:
        return None
    if first := re.match(r"\W*(yes|no)\b", text, re.IGNORECASE):
        return options.index(first[1].lower())
    words = _content(question)
    if len(words) < 2:
        return None
    sentence_words = (
        _content(_REASON.sub("", sentence)) for sentence in sentences(_ASKS.sub("", text))
    )
    verdicts = {
        _agrees(words, answer) for answer in sentence_words if len(answer) <= len(words) + 4
    } - {None}
    return options.index("yes" if verdicts.pop() else "no") if len(verdicts) == 1 else None


def _agrees(question: list[str], answer: list[str]) -> bool | None:
    """Whether words repeat the question (True) or say its opposite (False); None if neither."""
    denied = [any(_NOT.search(word) for word in words) for words in (question, answer)]
    question, answer = ([w for w in words if not _NOT.search(w)] for words in (question, answer))
    same_sense = denied[0] == denied[1]
    if _in_order(question, answer):
        return same_sense
    for i, word in enumerate(question):
        for other in _OPPOSITES.get(word, "").split():
            if _in_order([*question[:i], other, *question[i + 1 :]], answer):
                return not same_sense
    # "Is blue the minimum?" - "The minimum is blue." Order matters only in comparisons.
    if not _OPPOSITES.keys() & {*question} - _EXTREMES and set(question) <= set(answer):
        return same_sense
    return None


def _in_order(part: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(word in rest for word in part)


def _content(text: str) -> list[str]:
    words = _WORD.findall(text.lower().replace("’", "'"))
    words = [word for word in words if word not in _SMALL]
    return [w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in words]
