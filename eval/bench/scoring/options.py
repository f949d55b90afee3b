"""Finds the option that a response settles on, by its letter or by its words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .equal import same_value
from .polarity import yes_or_no
from .reading import plain, readable, refuses, sentences
from .statements import answer_statements, likely_sentences
from .values import stated_number

_ALONE = re.compile(r"[(\[\"'“]*([A-Za-z])[)\]\"'”]*[.,:;]?")
# A letter at the beginning, followed by a mark. "A" without a mark is the article.
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
    """The index of the option that a response settles on, or None for an abstention.

    Statements take precedence over a letter at the beginning or on a line of its own, and letters
    over words in a sentence. A response settles nothing if it names two options equally, denies the
    option, or says that the answer cannot be told.

    Args:
        response: as the model gave it.
        choices: the options' texts.
        question: the question, for the options yes and no.
    """
    text = readable(response)
    whole = _same(text, choices)
    if whole is not None:
        return whole
    for passage in answer_statements(response):
        if (index := _in_statement(passage, choices)) is not None:
            return index
        if refuses(passage) or _names_several(passage, choices) or _begins_with_letter(passage):
            return None
        if not _WORD.search(passage):  # a value, which may be written differently
            return _equal(passage, choices)
    if (index := _by_place(text, choices)) is not None:
        return index
    candidates = [
        index
        for sentence in likely_sentences(text)
        if (index := _in_sentence(sentence, choices, question)) is not None
    ]
    if any(refuses(sentence) for sentence in sentences(text)):
        # An option may itself say that the answer cannot be told.
        return next((i for i in candidates if refuses(choices[i])), None)
    return candidates[0] if candidates else yes_or_no(text, choices, question)


def letter(text: str, count: int) -> str | None:
    """The letter of one of `count` options that stands alone or at the beginning, or None."""
    text = readable(text)
    if alone := _ALONE.fullmatch(text):
        return _within(alone[1].upper(), count)
    if leading := _LEADING.match(text):
        return _within("".join(filter(None, leading.groups())).upper(), count)
    return None


def _in_statement(passage: str, choices: Sequence[str]) -> int | None:
    if _names_several(passage, choices):
        return None
    if label := letter(passage, len(choices)):
        return _letter_or_words(label, passage, choices)
    if leading := _IN_STATEMENT.match(passage):
        label = _within("".join(filter(None, leading.groups())).upper(), len(choices))
        if label:
            return _letter_or_words(label, passage, choices)
    return _in_sentence(passage, choices)


def _equal(passage: str, choices: Sequence[str]) -> int | None:
    """The only option that equals this value."""
    result = re.split(r"=|≈", passage)[-1]
    matches = [i for i, c in enumerate(choices) if same_value(_RATIO.sub("/", readable(c)), result)]
    return matches[0] if len(matches) == 1 else None


def _begins_with_letter(passage: str) -> bool:
    """Whether a statement begins with a letter; called if no option was found in it."""
    return bool(_ALONE.fullmatch(passage) or _LEADING.match(passage))


def _by_place(text: str, choices: Sequence[str]) -> int | None:
    """The option of a letter at the beginning, or of the only letter on a line of its own."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    leading = _LEADING.match(text)
    if leading and not _names_several(lines[0], choices) and not _lists(lines[0]):
        label = _within("".join(filter(None, leading.groups())).upper(), len(choices))
        if label:
            return _letter_or_words(label, lines[0], choices)
    alone = {match[1].upper() for line in lines if (match := _ALONE.fullmatch(line))}
    label = _within(alone.pop(), len(choices)) if len(alone) == 1 else None
    return None if label is None else _index(label)


def _in_sentence(sentence: str, choices: Sequence[str], question: str = "") -> int | None:
    labels = {
        label
        for match in _NAMED.finditer(sentence)
        if _within(label := str(match[match.lastgroup or 0]), len(choices))
        and not _NEGATES.search(sentence[: match.start()])
    }
    if len(labels) == 1:
        return _letter_or_words(labels.pop(), sentence, choices)
    return None if labels else _by_words(sentence, choices, question)


def _letter_or_words(label: str, passage: str, choices: Sequence[str]) -> int | None:
    """The letter's option, or the one spelt out after it: "A: No" is no.

    The words count more, because models mix up letters.
    """
    index = _index(label)
    rest = re.sub(rf"^.*?\b{label}\b[)\].:\"'”]*", "", passage, count=1, flags=re.IGNORECASE)
    words = _same(rest.strip(" ()"), choices)
    if words is None:
        words = _same(re.split(r"[.,;]\s|\n", rest.strip())[0].strip(" ()"), choices)
    return index if words is None else words


def _by_words(sentence: str, choices: Sequence[str], question: str) -> int | None:
    """The option that a sentence contains as whole words and does not deny.

    "3/4 cup" also contains "3/4": the longest option counts, if it contains all the others. A
    negative question ("cannot be") is answered by a denial.
    """
    for whole in (sentence, re.split(r"=|≈", sentence)[-1]):
        if (same := _same(whole, choices)) is not None:
            return same
    text, phrases = _words(sentence), [_words(choice) for choice in choices]
    matches = _contains if _NOT.search(question) else _asserts
    number = _words(stated_number(sentence, "") or "")
    mentioned = [
        i for i, words in enumerate(phrases) if _searchable(words, number) and matches(text, words)
    ]
    longest = max(mentioned, key=lambda i: len(phrases[i]), default=None)
    if longest is None or not all(_contains(phrases[longest], phrases[i]) for i in mentioned):
        return None
    return longest


def _searchable(words: str, number: str) -> bool:
    """Whether words are distinctive enough to search for; a number must be the sentence's own."""
    return (len(words) > 1 and not words.replace(".", "").isdigit()) or words == number


def _same(text: str, choices: Sequence[str]) -> int | None:
    words = _words(text)
    matches = [i for i, choice in enumerate(choices) if words and _words(choice) == words]
    return matches[0] if matches else None


def _asserts(text: str, part: str) -> bool:
    for match in _mentions(text, part):
        before = _TURN.split(text[: match.start()])[-1]
        if not _NEGATES.search(before) and not _DENIED.match(text[match.end() :]):
            return True
    return False


def _contains(text: str, part: str) -> bool:
    return any(True for _ in _mentions(text, part))


def _mentions(text: str, part: str) -> list[re.Match[str]]:
    """Where a text contains `part` as whole words, but not as part of a formula."""
    before, after = r"(?<![\w.'’])", r"(?!\w|\.\d)"
    if re.search(r"\d|√|pi", part):
        before, after = before + r"(?<![\^/√+*])", after + r"(?!\s?[/^√*+])"
    return list(re.finditer(before + re.escape(part) + after, text))


def _words(text: str) -> str:
    """A common spelling for texts that differ only in mark-up, plurals, zeros and small words."""
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


def _names_several(passage: str, choices: Sequence[str]) -> bool:
    """Whether a statement names more than one letter ("B and C")."""
    return bool(_SEVERAL.match(passage)) and len(choices) > 1


def _lists(line: str) -> bool:
    """Whether a line lists the options ("A. 2 B. 3 C. 4")."""
    return len({"".join(groups) for groups in _LABEL.findall(line)}) > 1


def _index(label: str) -> int:
    return ord(label) - ord("A")


def _within(label: str, count: int) -> str | None:
    return label if 0 <= ord(label) - ord("A") < count else None
