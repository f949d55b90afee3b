"""Every scorer against cases worked by hand."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from vid2book.eval.bench.score import Scoring
from vid2book.eval.bench.scoring import choice, exact, mathverse, mathvision, mathvista, vqa
from vid2book.eval.bench.scoring.options import option
from vid2book.eval.bench.scoring.reading import boxed
from vid2book.eval.bench.scoring.values import number, value

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
OPEN: Doc = {"question_type": "free-form", "question_for_eval": "How large is A?"}


@pytest.mark.parametrize(
    ("doc", "response", "expected"),
    [
        (VERSE, "B", 1.0),
        (VERSE, "6 cm", 1.0),
        (VERSE, "AB is 7 cm long", 0.0),
        (VERSE, "It is 5 cm or 6 cm", None),
        (OPEN | {"answer": "60^\\circ"}, "60°", 1.0),
        (OPEN | {"answer": "60"}, "So angle A is 60 degrees in all.", 1.0),
    ],
)
def test_mathverse(doc: Doc, response: str, expected: float | None) -> None:
    assert score(mathverse, doc, response) == expected


def test_exact_match_is_after_the_vqa_normalisation() -> None:
    assert score(exact, {"answer": "The energy"}, "energy.") == 1
    assert score(exact, {"answer": "The energy"}, "entropy") == 0
    assert score(exact, {"answer": "The energy"}, "") is None
    # A base model goes on as the lesson would.
    assert score(exact, {"answer": "14 kilograms"}, " 14 kilograms. The length is 3") == 1
    assert score(exact, {"answer": "9.81"}, "9.81. It is") == 1


def test_an_option_that_holds_another_wins_over_it() -> None:
    assert option("it needs 3/4 cup", ["3/4", "3/4 cup", "1 cup"]) == 1
    assert option("1.5 m", ["1", "5 m"]) is None


THREE: list[str] = ["$2$", "$3$", "$4$"]


@pytest.mark.parametrize(
    "response",
    [
        "**B**",
        "$B$",
        "\\boxed{\\text{B}}",
        "\\boxed{3}",
        "$\\boxed{\\textbf{(B)} 3}$",
        "The answer is **B**.",
        "**Answer:** B",
        "Answer: \\(B\\)",
        "B.solid",
        "B: because it is odd",
        "Let me see:\n\nB\n\nsince it is odd.",
        "It must be odd. So, option B is correct.",
        "I would choose B.",
        '{"answer": "B"}',
        "<think>A? No, 4 is C.</think>\nB",
        "<answer>B</answer>",
        "So the value is 3.0.",
        "2 is even, and 4 is too. Therefore, the number is 3.",
        "(B) 3\n\nQuestion: Which is even?\nChoices:\n(A) 2\n(B) 3\nAnswer: A",
        "答案是B。",
    ],
)
def test_an_option_is_read_however_it_is_marked(response: str) -> None:
    assert option(response, THREE, "Which is odd?") == 1


@pytest.mark.parametrize(
    "response",
    [
        "A triangle is shown.",
        "A line has two ends.",
        "In step 3 we look at the picture.",
        "B and C are possible.",
        "The answer is B or C.",
        "A. 2 B. 3 C. 4",
        "Choices:\n(A) 2\n(B) 3\n(C) 4",
        "Which is odd?",
        "The answer is D.",
        "\\boxed{17}",
        "The answer is not B.",
        "If it were odd, the answer is B. It cannot be determined from the picture.",
        "The image does not provide enough information.",
        "Sorry, I can't help with images of people yet.",
    ],
)
def test_a_response_that_settles_nothing_abstains(response: str) -> None:
    assert option(response, THREE, "Which is odd?") is None


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("It is not iron.", None),
        ("It isn't iron; it is wood.", 1),
        ("It is iron, not wood.", 0),
        ("Neither iron nor wood.", None),
        ("Iron is heavier, compared to wood.", 0),
        ("A: Wood", 1),  # what it spells out is what it says
    ],
)
def test_an_option_that_is_denied_is_not_chosen(response: str, expected: int | None) -> None:
    assert option(response, ["iron", "wood"], "What is it made of?") == expected


def test_a_question_for_what_is_not_so_is_answered_by_a_denial() -> None:
    assert option("The side cannot be 9.", ["7", "8", "9"], "What can the side not be?") == 2


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("There are fewer cars than things.", 0),
        ("There are not fewer cars than things.", 1),
        ("There are more cars than things.", 1),
        ("There are fewer things than cars.", None),
        ("No, there are five of each.", 1),
        ("Are there fewer cars than things?", None),
    ],
)
def test_yes_and_no_are_read_from_the_question_said_again(
    response: str, expected: int | None
) -> None:
    assert option(response, ["Yes", "No"], "Are there fewer cars than things?") == expected


@pytest.mark.parametrize(
    ("response", "question", "expected"),
    [
        ("14", "", "14"),
        ("$1,234.5", "", "1234.5"),
        ("There are two models above 60.", "How many models are above 60?", "2"),
        ("In 5 years it is above 1.6 %.", "In how many years is it above 1.6 %?", "5"),
        ("It fell below 0.2% in 1970.", "When was it below 0.2%?", "1970"),
        ("The total is 4 + 3 + 6 = 13 dollars.", "What is the total of 4 and 3 and 6?", "13"),
        ("9 dots in 3 rows, so 3 dots in each row.", "There are (_) dots in each row.", "3"),
        ("The bar shows **52**, the line 13 and 7.", "How high is the bar?", "52"),
        ("In figure 3 we see triangles.", "How many triangles are there?", None),
        ("Triangle 3 is the largest.", "What is its area?", None),
        ("I need more information about the 3 circles.", "How many circles are there?", None),
        ("It is not 5.", "How many are there?", None),
        ("The values are: 100, 80, 60.", "How many are above 90?", None),
        ("About 40 to 50 in all.", "How many are there?", None),
    ],
)
def test_a_number_must_be_what_is_said(response: str, question: str, expected: str | None) -> None:
    assert number(response, question) == expected


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("So the result is $2\\sqrt{3}$.", "2\\sqrt{3}"),
        ("The area is $\\frac{1}{2}$ square units.", "\\frac{1}{2}"),
        ("$x = 2\\sqrt{3}$", "2\\sqrt{3}"),
        ("the cost is \\boxed{\\$34}", "34"),
        ("Step 1 is done", None),
        ("7 triangles", "7"),
    ],
)
def test_a_value_may_be_an_expression(response: str, expected: str | None) -> None:
    assert value(response) == expected


def test_the_last_box_that_is_closed_counts() -> None:
    assert boxed("so \\boxed{a{b}} and \\boxed{c") is None
    assert boxed("so \\boxed{a} and \\boxed{a{b}}.") == "a{b}"


def test_mathvistas_script_guesses_the_shortest_option_where_nothing_is_said() -> None:
    doc = CHOICE | {"choices": ["3/11", "8", "6/11"], "answer": "8"}
    facts = {
        "extract": mathvista.extract,
        "grade": mathvista.grade,
        "guess": mathvista.guess,
        "judged": True,
    }
    for how, expected in [("extracted", 0.0), ("as_published", 1.0)]:
        scoring = Scoring(how)  # type: ignore[arg-type]
        (score,) = scoring.score(facts, [doc], ["?"], ["8"], ["I cannot tell."])
        assert (score.value, score.extracted) == (expected, None)
    assert mathvista.guess(vista("integer", "14")) is None


def test_an_option_whose_text_is_that_of_the_right_one_is_right() -> None:
    doc: Doc = {"options": ["9", "18", "18"], "answer": "C"}
    assert mathvision.grade(doc, "B") == 1 and mathvision.grade(doc, "A") == 0
