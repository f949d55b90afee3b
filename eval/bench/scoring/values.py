"""Finds the number or value that a response settles on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .reading import emphasised, readable, refuses, sentences
from .statements import answer_statements, likely_sentences

_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty"
).split()
_DIGITS = {word: str(i) for i, word in enumerate(_WORDS)}
_NUMBER = re.compile(
    r"(?<![\d.\w])-?(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?"
)
# Not numbers: a range, a list, "3 out of 5", or a part of a formula.
_WHOLE = (
    r"(?!\d|\.\d|\s*(?:[-–,:]|to)\s*-?\d|\s*out of"
    r"|\s*(?:\\(?!circ|%|degree|,|;)|√|π|\^(?!\{?\\?circ)))(?<!\d-)"
)
# "One" is mostly a pronoun.
_ONE = r"(?:(?<=only )|(?<=just )|(?<=exactly )|(?<=there is )|(?<=is ))one\b(?! of)"
_SPELT = rf"\b(?:{'|'.join(w for w in _WORDS if w != 'one')})\b|{_ONE}"
_VALUE = rf"(?P<n>{_NUMBER.pattern}(?:\s*/\s*\d+)?|{_SPELT}){_WHOLE}"
_UNIT = r"\s*(?:[a-zA-Z°%²³$€£¢/^.\\{}']+\d?\s*){0,3}"
_ALONE = re.compile(rf"(?:[a-zA-Z]\w*\s*=\s*)?[$€£]?\s*{_VALUE}{_UNIT}", re.IGNORECASE)
_BEFORE = (  # text right before the number that a sentence is about, the most reliable first
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
    """The numbers in `text`, in order, without thousands separators."""
    return [digits.replace(",", "") for digits in _NUMBER.findall(text)]


def number(response: str, question: str = "") -> str | None:
    """The number that a response settles on, as digits, or None for an abstention.

    A number within a sentence must be what the sentence states ("there are 3", "= 3"). Otherwise it
    must be the only number not in the question, and count or date what the question asks for.

    Args:
        response: as the model gave it.
        question: the question.
    """
    text = readable(response)
    if alone := _ALONE.fullmatch(text.rstrip(".")):
        return _digits(alone["n"])
    for passage in answer_statements(response):
        if digits := _leading(passage) or stated_number(passage, "") or _only(passage):
            return digits
        if refuses(passage):
            return None
    if filled := _in_blank(text, question):
        return filled
    bold = {digits for part in emphasised(response) if part[-1:] != ":" and (digits := _only(part))}
    if len(bold) == 1:
        return bold.pop()
    if any(refuses(sentence) for sentence in sentences(text)):
        return None
    for sentence in likely_sentences(text):
        if digits := stated_number(sentence, question) or _counted_or_dated(sentence, question):
            return digits
    return None


def value(response: str, question: str = "") -> str | None:
    r"""The value that a response settles on (a number, an expression or a word), or None.

    Args:
        response: as the model gave it.
        question: the question.
    """
    for passage in answer_statements(response):
        if refuses(passage):
            return None
        if short := _short(passage):
            return short
        if digits := number(passage, question):
            return digits
    text = readable(response)
    if text and "\n" not in text and not refuses(text) and (short := _short(text.rstrip("."))):
        return short
    if digits := number(response, question):
        return digits
    if any(refuses(sentence) for sentence in sentences(text)):
        return None
    ends = (
        re.split(r"\b(?:is|are|equals|be)\b", sentence)[-1] for sentence in likely_sentences(text)
    )
    return next((short for end in ends if "\\" in end and (short := _short(end.strip()))), None)


def _short(passage: str) -> str | None:
    """The passage after its last equals sign, if that is a value as it stands."""
    last = _SQUARE.sub("", re.split(r"(?<![<>!])=|≈|\\approx", passage)[-1].strip())
    if digits := _leading(last):
        return digits if _SPELT_OUT.search(last) else last
    words = _SPELT_OUT.findall(last)
    few = len(words) <= 3 and not re.search(r"\d", last)
    return last if last and len(last) <= 60 and (few or not words) else None


def _leading(passage: str) -> str | None:
    """The number, if the passage is nothing but a number with its unit."""
    match = _ALONE.fullmatch(passage.strip().rstrip("."))
    return _digits(match["n"]) if match else None


def stated_number(sentence: str, question: str) -> str | None:
    """The number that a sentence is about: the last after an equals sign, else after a verb."""
    in_question = {*numbers(question), *_all(question)}
    for pattern in _SAYS:
        matches = [match for match in pattern.finditer(sentence) if not _negated(sentence, match)]
        new = [match for match in matches if _digits(match["n"]) not in in_question]
        if new and not _ANOTHER.match(sentence[new[-1].end() :]):
            return _digits(new[-1]["n"])
    # A number from the question is an answer only if something is said to have this value.
    amounts = {_digits(m["n"]) for m in _SAYS[1].finditer(sentence) if not _negated(sentence, m)}
    return amounts.pop() if len(amounts) == 1 else None


def _in_blank(text: str, question: str) -> str | None:
    """The number before the words that follow a blank in the question ("(_) dots in all")."""
    if not (blank := re.search(r"(?:\(_+\)|_{2,})\s*((?:\w+\s*){1,4})", question)):
        return None
    words = r"\s+".join(re.escape(word) for word in blank[1].split())
    values = {_digits(m["n"]) for m in re.finditer(rf"{_VALUE}\s+{words}", text, re.IGNORECASE)}
    return values.pop() if len(values) == 1 else None


def _only(passage: str) -> str | None:
    values = set(_all(passage))
    return values.pop() if len(values) == 1 else None


def _counted_or_dated(sentence: str, question: str) -> str | None:
    """The only new number in a sentence, if it counts or dates what the question asks for."""
    in_question = {*numbers(question), *_all(question)}
    matches = [
        m
        for m in re.finditer(_VALUE, sentence, re.IGNORECASE)
        if _digits(m["n"]) not in in_question
    ]
    listed = {n for n in numbers(sentence) if n not in in_question}
    if (
        len({_digits(m["n"]) for m in matches} | listed) != 1
        or _NEGATED.search(sentence)
        or not matches
    ):
        return None
    counted = re.match(r"\s+(?:\w+\s+)?(\w{3,})", sentence[matches[0].end() :])
    counts = counted and re.search(
        rf"\b{re.escape(counted[1].lower().rstrip('s'))}", question.lower()
    )
    dates = re.search(r"\b(?:when|year)\b", question, re.I) and re.search(
        r"\b(?:in|by|during)\s$", sentence[: matches[0].start()], re.I
    )
    return _digits(matches[0]["n"]) if counts or dates else None


def _all(text: str) -> Iterator[str]:
    return (_digits(match["n"]) for match in re.finditer(_VALUE, text, re.IGNORECASE))


def _negated(sentence: str, match: re.Match[str]) -> bool:
    return bool(_NEGATED.search(sentence[: match.start("n")]))


def _digits(text: str) -> str:
    text = _DIGITS.get(text.lower(), text).replace(",", "")
    if "/" in text:
        top, bottom = (float(part) for part in text.split("/"))
        return str(top / bottom) if bottom else text
    return text
