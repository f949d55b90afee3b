"""Cutting text into words, in the few ways that differ: each keeps something that others do not.

Letters and digits are those of all scripts. Case stays as it is, but in `english_words`.

The classifiers of `teaching` are fitted to words of their own cut, which stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+")
_WORD_OR_IDEOGRAM = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")  # Thai, Lao, kana, Chinese
_WORD_OR_IDENTIFIER = re.compile(r"\w+")
_WITH_APOSTROPHES = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ALPHABETIC = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ENGLISH = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+(?:[.,]\d+)*")


def words(text: str) -> list[str]:
    """Letters and digits alone: `it's 3.5 m_1` has the words it, s, 3, 5, m, 1."""
    return _WORD.findall(text)


def words_and_ideograms(text: str) -> list[str]:
    """As `words`, but a Chinese character or a kana is a word: they are written without spaces."""
    return _WORD_OR_IDEOGRAM.findall(text)


def count_words(text: str) -> int:
    """Words by the spaces between them; if there are none each character counts, about rightly.

    Unlike `words` it does not part the vowel signs of Hindi and its like from their letters.
    """
    return len(text.split()) + len(_UNSPACED.findall(text))


def words_and_identifiers(text: str) -> list[str]:
    """As `words`, but underscores belong to them, as in code: `my_list` is one word."""
    return _WORD_OR_IDENTIFIER.findall(text)


def words_with_apostrophes(text: str) -> list[str]:
    """As `words`, but an apostrophe inside a word, straight or not, belongs to it: `don’t`."""
    return _WITH_APOSTROPHES.findall(text)


def alphabetic_words(text: str) -> Iterator[re.Match[str]]:
    """As `words_with_apostrophes`, but digits part words as signs do; each with its place."""
    return _ALPHABETIC.finditer(text)


def english_words(text: str) -> list[str]:
    """Words and numbers of English, in lower case.

    A contraction is one word with a straight apostrophe (`it's`), and a number keeps the points and
    commas in it (`1,000.5`).
    """
    return _ENGLISH.findall(text.replace("’", "'").lower())
