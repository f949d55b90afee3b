"""Cuts text into words, in a few ways that differ in what they keep.

Letters and digits of all scripts count. Case is preserved, except in `english_words`.

The classifiers of `teaching` are fitted to words cut in their own way, which is defined there.
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
    """As `words`, but each Chinese character or kana is a word, as they are written without
    spaces."""
    return _WORD_OR_IDEOGRAM.findall(text)


def count_words(text: str) -> int:
    """The number of words by the spaces between them; in scripts without spaces, each character
    counts, which is roughly right.

    Unlike `words`, it does not separate vowel signs, as of Hindi, from their letters.
    """
    return len(text.split()) + len(_UNSPACED.findall(text))


def words_and_identifiers(text: str) -> list[str]:
    """As `words`, but with underscores, as in code: `my_list` is one word."""
    return _WORD_OR_IDENTIFIER.findall(text)


def words_with_apostrophes(text: str) -> list[str]:
    """As `words`, but an apostrophe inside a word, straight or curly, belongs to it: `don’t`."""
    return _WITH_APOSTROPHES.findall(text)


def alphabetic_words(text: str) -> Iterator[re.Match[str]]:
    """As `words_with_apostrophes`, but digits separate words, as signs do; gives matches."""
    return _ALPHABETIC.finditer(text)


def english_words(text: str) -> list[str]:
    """English words and numbers, in lower case.

    A contraction is one word with a straight apostrophe (`it's`), and a number keeps its points and
    commas (`1,000.5`).
    """
    return _ENGLISH.findall(text.replace("’", "'").lower())
