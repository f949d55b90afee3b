"""Each way to cut words keeps what it says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vid2book import words as ways

TEXT = "Don’t take my_list: it's 3.5 × CO2, 漢字と Öl"


@pytest.mark.parametrize(
    ("cut", "found"),
    [
        (ways.words, "Don t take my list it s 3 5 CO2 漢字と Öl"),
        (ways.words_and_ideograms, "Don t take my list it s 3 5 CO2 漢 字 と Öl"),
        (ways.words_and_identifiers, "Don t take my_list it s 3 5 CO2 漢字と Öl"),
        (ways.words_with_apostrophes, "Don’t take my list it's 3 5 CO2 漢字と Öl"),
        (ways.english_words, "don't take my list it's 3.5 co 2 漢字と öl"),
    ],
)
def test_what_a_word_keeps(cut: Callable[[str], list[str]], found: str) -> None:
    assert cut(TEXT) == found.split()


def test_alphabetic_words_have_no_digits_and_know_their_place() -> None:
    found = {match[0]: match.start() for match in ways.alphabetic_words(TEXT)}
    assert list(found) == "Don’t take my list it's CO 漢字と Öl".split()
    assert all(TEXT[at:].startswith(word) for word, at in found.items())
