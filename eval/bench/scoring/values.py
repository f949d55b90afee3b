"""The number or value that a response settles on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .reading import emphasised, readable, refuses, sentences
from .statements import settled, stated

_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty"
).split()
_DIGITS = {word: str(i) for i, word in enumerate(_WORDS)}
_NUMBER = re.compile(
    r"(?<![\d.\w])-?(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?"
)
# A range, a list, a share of several or a part of a formula is not a number.
_WHOLE = (
    r"(?!\d|\.\d|\s*(?:[-–,:]|to)\s*-?\d|\s*out of"
    r"|\s*(?:\\(?!circ|%|degree|,|;)|√|π|\^(?!\{?\\?circ)))(?<!\d-)"
)
# Mostly a pronoun.
_ONE = r"(?:(?<=only )|(?<=just )|(?<=exactly )|(?<=there is )|(?<=is ))one\b(?! of)"
_SPELT = rf"\b(?:{'|'.join(w for w in _WORDS if w != 'one')})\b|{_ONE}"
_VALUE = rf"(?P<n>{_NUMBER.pattern}(?:\s*/\s*\d+)?|{_SPELT}){_WHOLE}"
_UNIT = r"\s*(?:[a-zA-Z°%²³$€£¢/^.\\{}']+\d?\s*){0,3}"
_ALONE = re.compile(rf"(?:[a-zA-Z]\w*\s*=\s*)?[$€£]?\s*{_VALUE}{_UNIT}", re.IGNORECASE)
_BEFORE = (  # what stands right before the number that a sentence is about, the surest first
    r"[=≈]",
    r"\b(?:is|are|was|were|be|been|equals?|equal to|becomes?|totals?|measures?|costs?|gives?"
    r"|leaves?|(?:total|maximum|minimum|value|score|age|sum|average|number|degree|length) of)",
    r"\b(?:have|has|had|gets?|needs?|contains?|reach(?:es|ed)|shows?|at|in)",
    r":",
)
_BETWEEN = (
    r"\s*(?:(?:only|about|approximately|exactly|around|at|roughly|now|thus|therefore|also|still|a"
    r"|equal to|a total of|[a-zA-Z]\s*[=≈])\s+){0,2}[$€£(\[]?\s*"
)
_SAYS = [re.compile(before + _BETWEEN + _VALUE, re.IGNORECASE) for before in _BEFORE]
_SPELT_OUT = re.compile(r"(?<!\\)\b[a-zA-Z]{3,}\b")
_SQUARE = re.compile(
    r"\s*\b(?:(?:square|cubic|sq\.?)\s+)?(?:units?|inches|feet)\.?$", re.IGNORECASE
)
_NEGATED = re.compile(r"(?:\bnot\b|n['’]t\b|\bno\b)\s*(?:\w+\s+)?$", re.IGNORECASE)
_ANOTHER = re.compile(rf"[^.,]*\band\s+(?:{_VALUE})", re.IGNORECASE)


def numbers(text: str) -> list[str]:
    """The numbers in `text`, in order, without separators of thousands."""
    return [found.replace(",", "") for found in _NUMBER.findall(text)]


def number(response: str, question: str = "") -> str | None:
    """The number that a response settles on, as digits, or None: an abstention.

    A number that stands in a sentence must be what the sentence says ("there are 3", "= 3"), or,
    where it counts or dates what was asked for, the only one that the question did not give.

    Args:
        response: as the model gave it.
        question: what was asked.
    """
    text = readable(response)
    if alone := _ALONE.fullmatch(text.rstrip(".")):
        return _digits(alone["n"])
    for passage in stated(response):
        if found := _leading(passage) or stated_number(passage, "") or _only(passage):
            return found
        if refuses(passage):
            return None
    if filled := _in_blank(text, question):
        return filled
    bold = {found for part in emphasised(response) if part[-1:] != ":" and (found := _only(part))}
    if len(bold) == 1:
        return bold.pop()
    if any(refuses(sentence) for sentence in sentences(text)):
        return None
    for sentence in settled(text):
        if found := stated_number(sentence, question) or _asked_for(sentence, question):
            return found
    return None


def value(response: str, question: str = "") -> str | None:
    r"""The value that a response settles on: a number, an expression or a word; None: none.

    Args:
        response: as the model gave it.
        question: what was asked.
    """
    for passage in stated(response):
        if refuses(passage):
            return None
        if short := _short(passage):
            return short
        if found := number(passage, question):
            return found
    text = readable(response)
    if text and "\n" not in text and not refuses(text) and (short := _short(text.rstrip("."))):
        return short
    if found := number(response, question):
        return found
    if any(refuses(sentence) for sentence in sentences(text)):
        return None
    ends = (re.split(r"\b(?:is|are|equals|be)\b", sentence)[-1] for sentence in settled(text))
    return next((short for end in ends if "\\" in end and (short := _short(end.strip()))), None)


def _short(passage: str) -> str | None:
    """A passage that is a value as it stands, behind its last sign of equality."""
    last = _SQUARE.sub("", re.split(r"(?<![<>!])=|≈|\\approx", passage)[-1].strip())
    if found := _leading(last):
        return found if _SPELT_OUT.search(last) else last
    words = _SPELT_OUT.findall(last)
    few = len(words) <= 3 and not re.search(r"\d", last)
    return last if last and len(last) <= 60 and (few or not words) else None


def _leading(passage: str) -> str | None:
    """The number that a passage is, but for its unit."""
    found = _ALONE.fullmatch(passage.strip().rstrip("."))
    return _digits(found["n"]) if found else None


def stated_number(sentence: str, question: str) -> str | None:
    """The number that a sentence is about: the last behind a sign of equality, else a verb."""
    given = {*numbers(question), *_all(question)}
    for says in _SAYS:
        found = [match for match in says.finditer(sentence) if not _negated(sentence, match)]
        new = [match for match in found if _digits(match["n"]) not in given]
        if new and not _ANOTHER.match(sentence[new[-1].end() :]):
            return _digits(new[-1]["n"])
    # A number of the question is an answer only where something is said to be so many.
    told = {_digits(m["n"]) for m in _SAYS[1].finditer(sentence) if not _negated(sentence, m)}
    return told.pop() if len(told) == 1 else None


def _in_blank(text: str, question: str) -> str | None:
    """The number before the words that follow a blank of the question ("(_) dots in all")."""
    if not (blank := re.search(r"(?:\(_+\)|_{2,})\s*((?:\w+\s*){1,4})", question)):
        return None
    words = r"\s+".join(re.escape(word) for word in blank[1].split())
    found = {_digits(m["n"]) for m in re.finditer(rf"{_VALUE}\s+{words}", text, re.IGNORECASE)}
    return found.pop() if len(found) == 1 else None


def _only(passage: str) -> str | None:
    found = set(_all(passage))
    return found.pop() if len(found) == 1 else None


def _asked_for(sentence: str, question: str) -> str | None:
    """The only new number of a sentence, if it counts or dates what the question asks for."""
    given = {*numbers(question), *_all(question)}
    found = [
        m for m in re.finditer(_VALUE, sentence, re.IGNORECASE) if _digits(m["n"]) not in given
    ]
    listed = {n for n in numbers(sentence) if n not in given}
    if (
        len({_digits(m["n"]) for m in found} | listed) != 1
        or _NEGATED.search(sentence)
        or not found
    ):
        return None
    counted = re.match(r"\s+(?:\w+\s+)?(\w{3,})", sentence[found[0].end() :])
    counts = counted and re.search(
        rf"\b{re.escape(counted[1].lower().rstrip('s'))}", question.lower()
    )
    dates = re.search(r"\b(?:when|year)\b", question, re.I) and re.search(
        r"\b(?:in|by|during)\s$", sentence[: found[0].start()], re.I
    )
    return _digits(found[0]["n"]) if counts or dates else None


def _all(text: str) -> Iterator[str]:
    return (_digits(match["n"]) for match in re.finditer(_VALUE, text, re.IGNORECASE))


def _negated(sentence: str, match: re.Match[str]) -> bool:
    return bool(_NEGATED.search(sentence[: match.start("n")]))


def _digits(found: str) -> str:
    found = _DIGITS.get(found.lower(), found).replace(",", "")
    if "/" in found:
        top, bottom = (float(part) for part in found.split("/"))
        return str(top / bottom) if bottom else found
    return found
