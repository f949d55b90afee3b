"""On-screen text that the reader has just read, because the previous picture shows it too.

A slide's title, a menu, lines of code that stay: repeated after every picture, they drown out what
is new. They stay in the text of their own picture, but are left out where text and speech are
joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

_LONG = 8  # characters; shorter lines must match exactly; set by eye, not swept


class Lines(NamedTuple):
    """The lines on one picture."""

    new: list[str]
    repeated: list[str]  # the previous picture shows them too


def part_lines(texts: Sequence[str], min_same: float) -> list[Lines]:
    """The lines of each picture, divided into new ones and those on the previous picture.

    Args:
        texts: of consecutive pictures.
        min_same: share of the characters of two lines that must agree, since OCR does not always
            read a line the same way.
    """
    parts = []
    before: list[str] = []
    for text in texts:
        lines = text.splitlines()
        repeated = [any(_same(line, other, min_same) for other in before) for line in lines]
        parts.append(
            Lines(
                [line for line, old in zip(lines, repeated, strict=True) if not old],
                [line for line, old in zip(lines, repeated, strict=True) if old],
            )
        )
        before = lines
    return parts


def _same(line: str, other: str, least: float) -> bool:
    a, b = _plain(line), _plain(other)
    if a == b:
        return True
    # A different number or operator makes a different statement.
    if min(len(a), len(b)) < _LONG or _other_signs(a) != _other_signs(b):
        return False
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return matcher.quick_ratio() >= least and matcher.ratio() >= least


def _plain(text: str) -> str:
    return "".join(text.lower().split())


def _other_signs(text: str) -> str:
    return "".join(sign for sign in text if not sign.isalpha())
