"""Rules that find the answer in a response: an option, a number, a final statement."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ALONE = re.compile(r"\(?([A-Za-z])\)?[.:]?")
_LEADING = re.compile(r"(?:\(([A-Z])\)|([A-Z])[.:)])(?=\s)")
_STATED = re.compile(
    r"(?i:\b(?:answer|choice|option)(?:\s+is|\s*:)?\s*(?:option\s+)?)"
    r"(?:\(([A-Z])\)|([A-Z])(?=[.,:;)]|\s*$))",
    re.MULTILINE,
)
_BRACKETED = re.compile(r"\(([A-Z])\)")
_FINAL = re.compile(r"(?i:\b(?:final\s+)?answer(?:\s+is|\s*:)\s*:?)\s*(.+?)(?:\.(?=\s|$)|\n|$)")
_NUMBER = re.compile(r"(?<![\d.])-?(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)")


def letter(text: str, count: int) -> str | None:
    """The letter of one of the first `count` options that `text` settles on, or None.

    The letter alone, before the option's text ("B. 12", "(B) 12"), in a statement ("the answer is
    B"; the last one counts), or as the only one in brackets.
    """
    text = text.strip()
    if alone := _ALONE.fullmatch(text):
        return _within(alone[1].upper(), count)
    if leading := _LEADING.match(text):
        return _within(leading[1] or leading[2], count)
    if stated := _STATED.findall(text):
        return _within("".join(stated[-1]), count)
    bracketed = set(_BRACKETED.findall(text))
    return _within(bracketed.pop(), count) if len(bracketed) == 1 else None


def option(text: str, choices: Sequence[str]) -> int | None:
    """Index of the option that `text` settles on, by its letter or by its words, or None.

    By its words: `text` is the option, or holds this one and no other as whole words.
    """
    if found := letter(text, len(choices)):
        return ord(found) - ord("A")
    said = plain(text)
    same = [i for i, choice in enumerate(choices) if plain(choice) == said]
    if len(same) == 1:
        return same[0]
    held = [i for i, choice in enumerate(choices) if _holds(said, plain(choice))]
    # "3/4 cup" holds "3/4" too: the longest option counts, if it holds all the others.
    longest = max(held, key=lambda i: len(choices[i]), default=None)
    if longest is None or not all(_holds(plain(choices[longest]), plain(choices[i])) for i in held):
        return None
    return longest


def numbers(text: str) -> list[str]:
    """The numbers in `text`, in order, without separators of thousands."""
    return [found.replace(",", "") for found in _NUMBER.findall(text)]


def final(text: str) -> str | None:
    r"""What `text` states as its final answer: the last \boxed{}, else the last "answer is ..."."""
    if (inside := _boxed(text)) is not None:
        return inside
    stated = _FINAL.findall(text)
    return stated[-1].strip() or None if stated else None


def _boxed(text: str) -> str | None:
    start = text.rfind("\\boxed{")
    if start < 0:
        return None
    depth = 0
    for i in range(start + 6, len(text)):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if depth == 0:
            return text[start + 7 : i].strip() or None
    return None  # cut off before it closed


def _within(found: str, count: int) -> str | None:
    return found if ord(found) - ord("A") < count else None


def plain(text: str) -> str:
    """In lower case, with single spaces, and without a full stop at the end."""
    return " ".join(text.lower().strip().rstrip(".").split())


def _holds(text: str, part: str) -> bool:
    return bool(part) and bool(re.search(rf"(?<![\w.]){re.escape(part)}(?!\w)(?!\.\d)", text))
