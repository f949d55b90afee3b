"""Which option a response settles on, by its letter or by its words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .equal import same_value
from .polarity import yes_or_no
from .reading import plain, readable, refuses, sentences
from .statements import settled, stated
from .values import stated_number

_ALONE = re.compile(r"[(\[\"'“]*([A-Za-z])[)\]\"'”]*[.,:;]?")
# A letter at the beginning, with a mark behind it. "A" without one is the article.
_LEADING = re.compile(r"[\[\"'“]*(?:\(([A-Za-z])\)|([A-Z])\s?[.:)](?!\d)|([A-Z])(?=\s*\n))")
_IN_STATEMENT = re.compile(
    r"[\[\"'“]*(?:(?i:the )?(?i:option|choice|letter|answer)\s*:?\s*)?"
    r"(?:\(([A-Za-z])\)|([A-Z])(?=\s*(?:$|[.,:;)\]\"'”(]|[-–—]\s|(?:because|since|as|for)\b)))"
)
_NAMED = re.compile(
    r"\((?P<b>[A-Z])\)|\b(?i:option|choice|letter)\s+(?P<n>[A-Z])\b(?!['’])"
    r"|(?:^|\s)(?P<e>[A-Z])(?=\)\s)"
    r"|\b(?:is|be|are)\s(?P<i>[A-Z])$"
)
_SEVERAL = re.compile(
    r"[\[\"'“(]*[A-Z]\)?\s*(?:,|/|&|and|or|,\s*and|,\s*or)\s+\(?[A-Z]\b(?!\s+[a-z])"
)
_NEGATES = re.compile(
    r"(?:\b(?:not|no|never|neither|nor|cannot|without|rather than|instead of|unlike|except"
    r"|excluding|wrong|incorrect|than|compared (?:to|with)|other)\b|n['’]t\b)[^,;.!?:]*$",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"^\s*(?:,\s*)?(?:is|are|was|were|would be|can|does|do)\s*(?:not\b|n['’]t\b|incorrect|wrong)",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|cannot)\b|n['’]t\b", re.IGNORECASE)
_LABEL = re.compile(r"(?:^|\s)(?:\(([A-Z])\)|([A-Z])[.)])\s")
_TURN = re.compile(r"\b(?:but|however|whereas|while)\b", re.IGNORECASE)
_WORD = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{3,}")
_RATIO = re.compile(r"(?<=\d)\s*:\s*(?=\d)")
_FILLERS = {"the", "a", "an", "will", "would", "it", "is", "are", "be", "also", "likely"}


def option(response: str, choices: Sequence[str], question: str = "") -> int | None:
    """Index of the option that a response settles on, or None: an abstention.

    A statement counts before a letter that stands at the beginning or as the last line, and that
    before words in a sentence. Two options named alike, an option that is denied, or a response
    that says there is no telling, settle nothing.

    Args:
        response: as the model gave it.
        choices: the options' texts.
        question: what was asked, for options that are yes and no.
    """
    text = readable(response)
    whole = _same(text, choices)
    if whole is not None:
        return whole
    for passage in stated(response):
        if (found := _in_statement(passage, choices)) is not None:
            return found
        if refuses(passage) or _several(passage, choices) or _names_none(passage):
            return None
        if not _WORD.search(passage):  # a value, which may be written in another way
            return _equal(passage, choices)
    if (found := _by_place(text, choices)) is not None:
        return found
    held = [
        found
        for sentence in settled(text)
        if (found := _in_sentence(sentence, choices, question)) is not None
    ]
    if any(refuses(sentence) for sentence in sentences(text)):
        # An option may itself say that there is no telling.
        return next((i for i in held if refuses(choices[i])), None)
    return held[0] if held else yes_or_no(text, choices, question)


def letter(text: str, count: int) -> str | None:
    """The letter of one of the first `count` options that stands alone or leads, or None."""
    text = readable(text)
    if alone := _ALONE.fullmatch(text):
        return _within(alone[1].upper(), count)
    if leading := _LEADING.match(text):
        return _within("".join(filter(None, leading.groups())).upper(), count)
    return None


def _in_statement(passage: str, choices: Sequence[str]) -> int | None:
    if _several(passage, choices):
        return None
    if found := letter(passage, len(choices)):
        return _or_its_words(found, passage, choices)
    if leading := _IN_STATEMENT.match(passage):
        found = _within("".join(filter(None, leading.groups())).upper(), len(choices))
        if found:
            return _or_its_words(found, passage, choices)
    return _in_sentence(passage, choices)


def _equal(passage: str, choices: Sequence[str]) -> int | None:
    """The one option that is this value."""
    said = re.split(r"=|≈", passage)[-1]
    found = [i for i, c in enumerate(choices) if same_value(_RATIO.sub("/", readable(c)), said)]
    return found[0] if len(found) == 1 else None


def _names_none(passage: str) -> bool:
    """Whether a statement in which no option was found begins with a letter."""
    return bool(_ALONE.fullmatch(passage) or _LEADING.match(passage))


def _by_place(text: str, choices: Sequence[str]) -> int | None:
    """A letter at the beginning, or the only one that has a line of its own."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    leading = _LEADING.match(text)
    if leading and not _several(lines[0], choices) and not _lists(lines[0]):
        found = _within("".join(filter(None, leading.groups())).upper(), len(choices))
        if found:
            return _or_its_words(found, lines[0], choices)
    alone = {match[1].upper() for line in lines if (match := _ALONE.fullmatch(line))}
    found = _within(alone.pop(), len(choices)) if len(alone) == 1 else None
    return None if found is None else _index(found)


def _in_sentence(sentence: str, choices: Sequence[str], question: str = "") -> int | None:
    named = {
        found
        for match in _NAMED.finditer(sentence)
        if _within(found := str(match[match.lastgroup or 0]), len(choices))
        and not _NEGATES.search(sentence[: match.start()])
    }
    if len(named) == 1:
        return _or_its_words(named.pop(), sentence, choices)
    return None if named else _by_words(sentence, choices, question)


def _or_its_words(found: str, passage: str, choices: Sequence[str]) -> int | None:
    """The letter's option, or the one that is spelt out behind it: "A: No" is no.

    What a model spells out is what it says; letters it mixes up.
    """
    index = _index(found)
    rest = re.sub(rf"^.*?\b{found}\b[)\].:\"'”]*", "", passage, count=1, flags=re.IGNORECASE)
    words = _same(rest.strip(" ()"), choices)
    if words is None:
        words = _same(re.split(r"[.,;]\s|\n", rest.strip())[0].strip(" ()"), choices)
    return index if words is None else words


def _by_words(sentence: str, choices: Sequence[str], question: str) -> int | None:
    """The option that a sentence holds as whole words and does not deny.

    "3/4 cup" holds "3/4" too: the longest counts, if it holds all the others. A question for what
    is not so ("cannot be") is answered by a denial.
    """
    for whole in (sentence, re.split(r"=|≈", sentence)[-1]):
        if (same := _same(whole, choices)) is not None:
            return same
    text, spelt = _words(sentence), [_words(choice) for choice in choices]
    says = _holds if _NOT.search(question) else _asserts
    number = _words(stated_number(sentence, "") or "")
    held = [i for i, words in enumerate(spelt) if _findable(words, number) and says(text, words)]
    longest = max(held, key=lambda i: len(spelt[i]), default=None)
    if longest is None or not all(_holds(spelt[longest], spelt[i]) for i in held):
        return None
    return longest


def _findable(words: str, number: str) -> bool:
    """Whether words are enough to be looked for; a number must be what its sentence says."""
    return (len(words) > 1 and not words.replace(".", "").isdigit()) or words == number


def _same(text: str, choices: Sequence[str]) -> int | None:
    said = _words(text)
    found = [i for i, choice in enumerate(choices) if said and _words(choice) == said]
    return found[0] if found else None


def _asserts(text: str, part: str) -> bool:
    for match in _mentions(text, part):
        before = _TURN.split(text[: match.start()])[-1]
        if not _NEGATES.search(before) and not _DENIED.match(text[match.end() :]):
            return True
    return False


def _holds(text: str, part: str) -> bool:
    return any(True for _ in _mentions(text, part))


def _mentions(text: str, part: str) -> list[re.Match[str]]:
    """Where a text has `part` as whole words, and not as a piece of a formula."""
    before, after = r"(?<![\w.'’])", r"(?!\w|\.\d)"
    if re.search(r"\d|√|pi", part):
        before, after = before + r"(?<![\^/√+*])", after + r"(?!\s?[/^√*+])"
    return list(re.finditer(before + re.escape(part) + after, text))


def _words(text: str) -> str:
    """One spelling for what differs in mark-up, in number, in zeros and in small words only."""
    text = re.sub(r"(?<=[\w,] )A\b", "ᴀ", readable(text))  # a name, not the article
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", plain(text)).replace("−", "-").strip("\"'“”")
    text = re.sub(r"\\[dt]?frac\s*\{\s*([^{}]+?)\s*\}\s*\{\s*([^{}]+?)\s*\}", r"\1/\2", text)
    text = re.sub(r"\^?\s*\{?\\circ\}?|°|\bdegrees?\b", "", text).replace("*", "")
    text = re.sub(r"\\degree|[{}\\]", "", text).replace("π", "pi")
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    text = re.sub(r"(\d)\.0+\b", r"\1", re.sub(r"(\.\d*?[1-9])0+\b", r"\1", text))
    text = re.sub(r"\s*([:=+/^])\s*", r"\1", text.replace("sqrt", "√"))
    text = re.sub(r"(?<=\d)\s+(?=(?:cm|mm|m|km|kg|g|pi)\b|√)", "", text)
    words = re.sub(r"([,;:])(?=\s|$)", r" \1", text).split()
    kept = [w[:-1] if len(w) > 3 and w.endswith("s") else w for w in words if w not in _FILLERS]
    return " ".join(kept or words)


def _several(passage: str, choices: Sequence[str]) -> bool:
    """Whether a statement names more than one letter ("B and C")."""
    return bool(_SEVERAL.match(passage)) and len(choices) > 1


def _lists(line: str) -> bool:
    """Whether a line goes through the options ("A. 2 B. 3 C. 4")."""
    return len({"".join(groups) for groups in _LABEL.findall(line)}) > 1


def _index(found: str) -> int:
    return ord(found) - ord("A")


def _within(found: str, count: int) -> str | None:
    return found if 0 <= ord(found) - ord("A") < count else None
