"""A wording that changes numbers, negations, formulas or names is told from one that does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vid2book.speech.facts import changes, find_names, kept_words
from vid2book.speech.numbers import with_numbers

NAMES = frozenset({"newton", "dna"})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("So we have, um, twenty five meters and it is not moving.",
         "We have 25 meters, and it is not moving."),
        ("F equals m times a, as Newton said.", "As Newton said: F = m × a."),
        ("f equals m times a.", "F is equal to m times a."),
        ("That is three point one four.", "That is 3.14."),
        ("Two hundred and five thousand people live there.", "205,000 people live there."),
        ("One of them is x squared plus one.", "One of these is x² + 1."),
        ("It doesn't matter and it can't be.", "It does not matter, and it cannot be."),
        ("Fifty per cent of the DNA is here.", "50% of the DNA is here."),
        ("So like the mitochondria, they make energy in the cell.",
         "The mitochondria make energy in the cell."),
        ("Two x minus three y is less than a hundred.", "2x − 3y is less than 100."),
        ("Newton, so Newton, he had an apple.", "Newton had an apple."),
        ("He did it many times over the years.", "He did it often over the years."),
    ],
)  # fmt: skip
def test_the_same_said_otherwise(before: str, after: str) -> None:
    assert changes(before, after, NAMES) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("We have twenty five meters.", "We have 26 meters.", "loses the number 25"),
        ("We have many meters.", "We have 26 meters.", "adds the number 26"),
        ("It is not moving.", "It is moving.", "loses a negation"),
        ("It is moving.", "It isn't moving.", "adds a negation"),
        ("It moves unless we stop it.", "It moves if we stop it.", "loses 'unless'"),
        ("F equals m times a.", "F = m + a.", "loses 'times'"),
        ("F equals m times a.", "Force equals mass times acceleration.", "loses the symbol m"),
        ("x squared is four.", "x is 4.", "loses 'squared'"),
        ("Five minus three is two.", "3 - 5 is 2.", "in another order"),
        ("The law of Newton holds here.", "The law holds here.", "loses the name newton"),
        ("The law holds here.", "The law of Hooke holds here.", "adds the name hooke"),
        ("Carbon is in CO2.", "Carbon is in CO.", "loses the symbol co2"),
        ("Half of the cells divide.", "The cells divide.", "loses 'half'"),
        ("The mitochondria make energy for the cell.", "Subscribe to my channel.", "keeps 0 %"),
        ("The cell makes energy.", "The cell makes energy, and as we shall see in what follows "
         "this is needed for everything that it does.", "times as many words"),
        ("The nucleus of the cell holds the genes.", "", "0.0 times as many"),
    ],
)  # fmt: skip
def test_what_is_lost_or_added_is_told(before: str, after: str, told: str) -> None:
    assert told in ", ".join(changes(before, after, NAMES))


def test_how_many_words_a_wording_must_keep_is_a_setting() -> None:
    spoken, wording = "The cell divides and grows.", "The cell multiplies and expands."
    assert changes(spoken, wording, NAMES, 0.3) == []
    assert "of the words that carry meaning" in ", ".join(changes(spoken, wording, NAMES, 0.4))


@given(st.integers(0, 999_999))
def test_a_number_in_words_is_the_number_in_digits(number: int) -> None:
    tokens = [token.value for token in with_numbers(_words(number).split())]
    assert tokens == [number]
    assert changes(f"There are {_words(number)} cells.", f"There are {number:,} cells.") == []


def _words(number: int) -> str:
    """A number as it is spoken, written here apart from the code that reads it."""
    small = (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen"
    ).split()
    tens = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
    if number < 20:
        return small[number]
    if number < 100:
        return tens[number // 10] + (f" {small[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" and {_words(number % 100)}" if number % 100 else ""
        return f"{small[number // 100]} hundred{rest}"
    rest = f" {_words(number % 1000)}" if number % 1000 else ""
    return f"{_words(number // 1000)} thousand{rest}"


def test_names_are_what_has_a_capital_inside_a_sentence_and_never_lacks_it() -> None:
    texts = [
        "So Isaac Newton's law holds.",
        "Force is what Newton said.",
        "I'm here, DNA too.",
        "A force",
    ]
    assert find_names(texts) == {"isaac", "newton", "dna"}


def test_inflections_count_as_the_same_word() -> None:
    assert kept_words("The electrons are moving.", "The electron moves.") == 0.5
    assert kept_words("So it is.", "It is.") == 1
