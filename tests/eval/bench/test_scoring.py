"""Every scorer against cases worked by hand."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from vid2book.eval.bench.scoring import choice, exact, mathverse, mathvision, mathvista, vqa
from vid2book.eval.bench.scoring.answers import final, letter, numbers, option

Doc = dict[str, Any]


def score(scorer: ModuleType, doc: Doc, response: str) -> float | None:
    """The grade, or None for an abstention."""
    answer = scorer.extract(doc, response)
    return None if answer is None else scorer.grade(doc, answer)


@pytest.mark.parametrize(
    ("people", "said", "expected"),
    [
        # All ten agree: each of them finds nine matches among the others.
        (["dog"] * 10, "dog", 1.0),
        # Three of ten: each of the three finds two others, 2/3; each of the seven finds three, 1.
        (["dog"] * 3 + ["cat"] * 7, "dog", (3 * 2 / 3 + 7 * 1) / 10),
        (["dog"] * 2 + ["cat"] * 8, "dog", (2 * 1 / 3 + 8 * 2 / 3) / 10),
        (["dog"] + ["cat"] * 9, "dog", (1 * 0 + 9 * 1 / 3) / 10),
        (["dog"] * 10, "a horse", 0.0),
        (["two dogs"] * 10, "The 2 dogs.", 1.0),
        (["half/half"] * 10, "half half", 1.0),
        (["don't"] * 10, "dont", 1.0),
        (["3.5"] * 10, "3.5", 1.0),
        (["35"] * 10, "3.5", 0.0),
        (["1000"] * 10, "1,000", 1.0),
    ],
)
def test_vqa_accuracy(people: list[str], said: str, expected: float) -> None:
    assert vqa.grade({"answers": people}, said) == pytest.approx(expected)


def test_vqa_reads_the_first_line_only() -> None:
    assert vqa.extract({}, "\n dog\n\nQuestion: what else?") == "dog"
    assert vqa.extract({}, " \n") is None


def test_vqa_shot_is_answered_as_most_people_did() -> None:
    assert vqa.most_common({"answers": ["cat", "dog", "dog"]}) == "dog"


SCIENCE: Doc = {"choices": ["Iron", "Wood", "Glass"], "answer": 1}


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("B", 1.0),
        ("b", 1.0),
        ("(B)", 1.0),
        ("B. Wood", 1.0),
        ("The answer is B.", 1.0),
        ("wood", 1.0),
        ("It is made of wood.", 1.0),
        ("A", 0.0),
        ("First I thought the answer is A. No: the answer is B", 1.0),
        ("A table is a piece of furniture.", None),
        ("Iron or wood", None),
        ("D", None),  # there are three options
        ("", None),
    ],
)
def test_science_qa(response: str, expected: float | None) -> None:
    assert score(choice, SCIENCE, response) == expected


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("B", "B"),
        ("B. Wood", "B"),
        ("I think so. The answer is B.", "B"),
        ("(B)", None),
        ("B.", None),
        ("Wood", None),
        ("The answer is A. The answer is B.", None),
        ("E", None),
        ("AB", None),
    ],
)
def test_science_qa_as_released(response: str, expected: str | None) -> None:
    assert choice.extract_as_released(SCIENCE, response) == expected


def vista(answer_type: str, answer: str, precision: float | None = None) -> Doc:
    kinds = {"question_type": "free_form", "answer_type": answer_type, "choices": None}
    return kinds | {"answer": answer, "precision": precision}


CHOICE: Doc = {
    "question_type": "multi_choice",
    "answer_type": "text",
    "choices": ["3/11", "8/11", "6/11"],
    "answer": "8/11",
    "precision": None,
}


@pytest.mark.parametrize(
    ("doc", "response", "expected"),
    [
        (CHOICE, "(B) 8/11", 1.0),
        (CHOICE, "8/11", 1.0),
        (CHOICE, "The correct answer is (B) 8/11.", 1.0),
        (CHOICE, "C", 0.0),
        (CHOICE, "I cannot tell.", None),
        (CHOICE, "", None),  # the released script takes it for an option
        (vista("integer", "14"), "The number missing in the sequence is 14.", 1.0),
        (vista("integer", "14"), "14.0", 1.0),
        (vista("integer", "1200"), "1,200", 1.0),
        (vista("integer", "14"), "12 and 14", None),
        (vista("integer", "14"), "12 + 2: the answer is 14.", 1.0),
        (vista("integer", "-3"), "-3", 1.0),
        (vista("float", "0.6", 1.0), "0.62", 1.0),
        (vista("float", "0.6", 1.0), "0.66", 0.0),
        (vista("float", "1.45", 2.0), "Luca needs $1.45 to buy them.", 1.0),
        (vista("list", "[2007, 2008]"), "Between [2007,2008]", 1.0),
        (vista("list", "[2007, 2008]"), "[2008, 2007]", 0.0),
        (vista("list", "[2007, 2008]"), "some years", None),
        (vista("integer", "14"), "I don't know", None),
    ],
)
def test_mathvista(doc: Doc, response: str, expected: float | None) -> None:
    assert score(mathvista, doc, response) == expected


def test_mathvista_normalises_what_a_model_extracted() -> None:
    assert mathvista.grade(CHOICE, "B") == 1
    assert mathvista.grade(CHOICE, "8 / 11") == 1, "the option that is spelled most like it"
    assert mathvista.grade(vista("integer", "14"), "fourteen") == 0
    assert mathvista.grade(vista("integer", "14"), "1e999") == 0


OPTIONS: Doc = {"options": ["12", "15", "18"], "answer": "C"}
FREE: Doc = {"options": [], "answer": "\\frac{1}{2}"}


@pytest.mark.parametrize(
    ("doc", "response", "expected"),
    [
        (OPTIONS, "C", 1.0),
        (OPTIONS, "We get \\boxed{C}", 1.0),
        (OPTIONS, "We get \\boxed{18}", 1.0),
        (OPTIONS, "18", 1.0),
        (OPTIONS, "B", 0.0),
        (OPTIONS, "12 or 15", None),
        (FREE, "0.5", 1.0),
        (FREE, "The answer is $\\frac{2}{4}$.", 1.0),
        (FREE, "\\boxed{\\frac{1}{2}}", 1.0),
        (FREE, "0.25", 0.0),
        (FREE, "", None),
        ({"options": [], "answer": "-1"}, "1", 0.0),
        ({"options": [], "answer": "120"}, "120°", 1.0),
        ({"options": [], "answer": "5"}, "five", 1.0),
        ({"options": [], "answer": "12"}, "9^{9^{9}}" * 40, None),
    ],
)
def test_mathvision(doc: Doc, response: str, expected: float | None) -> None:
    assert score(mathvision, doc, response) == expected


VERSE: Doc = {
    "question_type": "multi-choice",
    "question_for_eval": "How long is AB?\nChoices:\nA:5 cm\nB:6 cm\nC:7 cm",
    "answer": "B",
}


@pytest.mark.parametrize(
    ("doc", "response", "expected"),
    [
        (VERSE, "B", 1.0),
        (VERSE, "6 cm", 1.0),
        (VERSE, "AB is 7 cm long", 0.0),
        (VERSE, "It is 5 cm or 6 cm", None),
        ({"question_type": "free-form", "answer": "60^\\circ"}, "60°", 1.0),
        ({"question_type": "free-form", "answer": "60"}, "So angle A is 60 degrees in all.", 1.0),
    ],
)
def test_mathverse(doc: Doc, response: str, expected: float | None) -> None:
    assert score(mathverse, doc, response) == expected


def test_exact_match_is_after_the_vqa_normalisation() -> None:
    assert score(exact, {"answer": "The energy"}, "energy.") == 1
    assert score(exact, {"answer": "The energy"}, "entropy") == 0
    assert score(exact, {"answer": "The energy"}, "") is None


def test_an_option_that_holds_another_wins_over_it() -> None:
    assert option("it needs 3/4 cup", ["3/4", "3/4 cup", "1 cup"]) == 1
    assert option("1.5 m", ["1", "5 m"]) is None


def test_letters_numbers_and_statements() -> None:
    assert letter("B", 1) is None
    assert letter("a cat (B) sat", 3) == "B"
    assert numbers("2007-2008, -3 and 1,234.5, .5") == ["2007", "2008", "-3", "1234.5", ".5"]
    assert final("so \\boxed{a{b}} and \\boxed{c") is None
    assert final("so \\boxed{a{b}}.") == "a{b}"
    assert final("Answer: 14\nBecause") == "14"
    assert final("The answer is 1.5. Yes.") == "1.5"
