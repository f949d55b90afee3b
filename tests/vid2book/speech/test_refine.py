"""Spoken to written: what goes, and above all what stays."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from vid2book.config import Refine
from vid2book.records import Segment, Transcript, Word
from vid2book.speech.refine import refine


def segment(text: str, start: float = 0.0, pace: float = 0.3) -> Segment:
    """Words said one after the other; `|` is a pause of half a second, `||` of a whole one."""
    words = []
    at = start
    for token in text.split():
        if set(token) == {"|"}:
            at += 0.5 * len(token)
            continue
        words.append(Word(round(at, 3), round(at + pace, 3), f" {token}"))
        at += pace
    said = " ".join(word.text.strip() for word in words)
    return Segment(words[0].start, words[-1].end, said, tuple(words))


def written(*segments: Segment, language: str = "en", **settings: Any) -> list[str]:
    transcript = Transcript(segments, language, "test", 1000.0)
    return [s.text for s in refine(transcript, Refine(**settings))]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Um, so the, uh, derivative is zero.", "So the derivative is zero."),
        ("Uh the force acts.", "The force acts."),
        ("The matrix, you know, is square.", "The matrix is square."),
        ("I mean, the cell divides.", "The cell divides."),
        ("So so we we get the the energy.", "So we get the energy."),
        ("In the, in the cell there is DNA.", "In the cell there is DNA."),
        ("The The limit exists.", "The limit exists."),
        ("The dis- the discriminant is positive.", "The discriminant is positive."),
        ("Take the ener- energy of it", "Take the energy of it."),
        ("and that is it, um.", "And that is it."),
        ("now i think the sum over i is finite", "Now I think the sum over i is finite."),
        ("It costs 5% , roughly .", "It costs 5 percent, roughly."),
    ],
)
def test_what_is_only_spoken_goes(said: str, expected: str) -> None:
    assert written(segment(said)) == [expected]


@pytest.mark.parametrize(
    "said",
    [
        "Do you know the answer?",
        "As you know, it is like a spring.",
        "The shaft is 5 mm wide.",
        "He said that that that is not not wrong.",
        "She had had three three volt cells.",
        "When we square it, it becomes 2 2 5.",
        "If you need it, you need it.",
        "A carbon carbon bond is very very strong.",
        "We never divide by 0, no, never.",
        "What it is is not known.",
        "F of x is x^2 minus 3.5 x plus 1,000,000.",
        "Er has 68 protons.",
        "The pre- and postnatal stages differ.",
    ],
)
def test_what_carries_meaning_stays(said: str) -> None:
    assert written(segment(said)) == [said]


def test_formulas_and_symbols_keep_their_small_letters() -> None:
    assert written(segment("x equals 3. pH is low. mRNA leaves the nucleus.")) == [
        "x equals 3.",
        "pH is low.",
        "mRNA leaves the nucleus.",
    ]


@pytest.mark.parametrize(
    "said",
    [
        "Dr. Curie and Mr. Smith met at approx. five.",
        "Use a base, e.g. ammonia, i.e. a weak one.",
        "See Fig. 3 and Eq. 12 for it.",
        "J. Smith wrote it in the U.S. Army.",
        "It weighs 3.5 grams vs. 4.25 grams.",
        "Then f. of g. is defined.",
    ],
)
def test_a_mark_that_ends_no_sentence(said: str) -> None:
    assert written(segment(said)) == [said]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Solve for x. Then stop.", ["Solve for x.", "Then stop."]),
        ("It passes through B. The line ends.", ["It passes through B.", "The line ends."]),
        ("Is it? Yes! Good.", ["Is it?", "Yes!", "Good."]),
        ("We use acids, bases, etc. Now mix.", ["We use acids, bases, etc.", "Now mix."]),
        ("The sum is 3. | 5 is a prime.", ["The sum is 3.", "5 is a prime."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
    ],
)
def test_a_mark_that_does(said: str, expected: list[str]) -> None:
    assert written(segment(said)) == expected


def test_a_sentence_is_made_whole_across_segments() -> None:
    first, second = segment("Birds fall at the"), segment("Same rate in air. At the same", 2.0)
    third = segment("Rate we stop.", 5.0)
    transcript = Transcript((first, second, third), "en", "test", 10.0)
    sentences = refine(transcript, Refine())
    assert [s.text for s in sentences] == [
        "Birds fall at the same rate in air.",
        "At the same rate we stop.",
    ]
    assert sentences[0].raw == "Birds fall at the Same rate in air."
    assert (sentences[0].start, sentences[0].end) == (0.0, 3.2)
    assert (sentences[1].start, sentences[1].end) == (3.2, third.end)


def test_a_full_stop_that_a_border_of_segments_put_into_a_sentence_goes() -> None:
    assert written(segment("It makes RNA."), segment("which leaves.", 1.0)) == [
        "It makes RNA which leaves."
    ]
    assert written(segment("Use a base, e.g."), segment("ammonia.", 1.2)) == [
        "Use a base, e.g. ammonia."
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "DNA becomes messenger RNA. Which leaves through pores.",
            "DNA becomes messenger RNA, which leaves through pores.",
        ),
        ("The sum is odd. Which is why it works.", "The sum is odd, which is why it works."),
        ("Take the root. Which we call r, say.", "Take the root, which we call r, say."),
        ("It was Gauss. Whose proof is short.", "It was Gauss, whose proof is short."),
        ("We use nuts, bolts etc. Which are cheap.", "We use nuts, bolts etc, which are cheap."),
    ],
)
def test_a_relative_clause_belongs_to_the_sentence_before(said: str, expected: str) -> None:
    assert written(segment(said)) == [expected]
    first, last = re.split(r"(?<=\.) (?=Wh)", said)
    assert written(segment(first), segment(last, segment(first).end + 0.3)) == [expected]


@pytest.mark.parametrize(
    "second",
    [
        "Which is it?",
        "Which of them wins?",
        "Which method is best depends on the data.",
        "Which is larger depends on x.",
        "Which atoms in the ring are charged is shown here.",
        "Whose proof is that?",
        "Whose turn it is depends on the dice.",
    ],
)
def test_a_question_is_a_sentence_of_its_own(second: str) -> None:
    assert written(segment(f"There are two of them. {second}")) == [
        "There are two of them.",
        second,
    ]


def test_a_long_pause_ends_a_sentence() -> None:
    assert written(segment("we stop here ||||| and go on")) == ["We stop here.", "And go on."]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("You will learn about", "how maps work.", ["You will learn about how maps work."]),
        ("You will learn to...", "Draw maps by hand.", ["You will learn to Draw maps by hand."]),
        ("We divide by the", "The mass of it.", ["We divide by the mass of it."]),
        ("It falls under", "gravity alone.", ["It falls under gravity alone."]),
        # The first sentence is over, or given up.
        (
            "That is what we aim for.",
            "Maps are next.",
            ["That is what we aim for.", "Maps are next."],
        ),
        ("The distance is...", "So what is it?", ["The distance is...", "So what is it?"]),
        ("Now we have to", "But first the sum.", ["Now we have to...", "But first the sum."]),
        ("It is one of these,", "this is it.", ["It is one of these.", "This is it."]),
        ("It is an exclusive or.", "Both is false.", ["It is an exclusive or.", "Both is false."]),
    ],
)
def test_a_sentence_that_plainly_goes_on_after_a_pause_is_one(
    first: str, second: str, expected: list[str]
) -> None:
    before = segment(first)
    assert written(before, segment(second, start=before.end + 2.5)) == expected


def test_no_sentence_goes_on_after_a_very_long_pause() -> None:
    before = segment("We go to the")
    after = segment("next page. It is about sums.", start=before.end + 7)
    assert written(before, after) == ["We go to the...", "Next page.", "It is about sums."]


@pytest.mark.parametrize("last", ["then we go to the", "then we go to the.", "then we go to"])
def test_what_is_never_finished_gets_no_full_stop(last: str) -> None:
    *_, end = written(segment("The sum is finite. It has a limit. And"), segment(last, start=6.0))
    assert end == f"And {last.rstrip('.')}..."


def test_other_languages_go_on_by_their_marks_and_letters() -> None:
    first = segment("Wir lernen jetzt über. Das ist gut. Wir teilen durch die")
    second, later = segment("große Masse.", first.end + 2.5), segment("Masse.", first.end + 2.5)
    assert written(first, second, language="de")[-1] == "Wir teilen durch die große Masse."
    assert written(first, later, language="de")[-2:] == ["Wir teilen durch die.", "Masse."]


def test_a_sentence_without_marks_is_not_cut_after_an_article() -> None:
    said = " ".join(f"word{n}" for n in range(30)) + " then the || " + "rest " * 30
    assert not any(re.search(r"\bthe\W*$", one) for one in written(segment(said)))


def test_raw_keeps_the_words_as_spoken() -> None:
    transcript = Transcript((segment("Um, the the cell."),), "en", "test", 10.0)
    (sentence,) = refine(transcript, Refine())
    assert (sentence.text, sentence.raw) == ("The cell.", "Um, the the cell.")


def test_switched_off_nothing_is_rewritten() -> None:
    said = segment("Um, the the cell. And so on")
    assert written(said, enabled=False) == ["Um, the the cell.", "And so on"]


def test_only_fillers_are_no_sentence() -> None:
    assert written(segment("Um. Uh."), segment("Go on.", 5.0)) == ["Go on."]


def test_captions_without_marks_are_cut_at_pauses() -> None:
    said = segment(
        "the cell is the unit of life || it has a membrane and | a nucleus "
        "|| then it divides into two"
    )
    assert written(said) == [
        "The cell is the unit of life.",
        "It has a membrane and a nucleus.",
        "Then it divides into two.",
    ]
    assert len(written(said, sentence_pause=1.5)) == 1


def test_captions_without_marks_and_pauses_stay_readable_and_whole() -> None:
    cues = [
        segment(f"now part {n} of the story goes on and on for nine words more", 4.2 * n)
        for n in range(20)
    ]
    sentences = written(*cues)
    assert max(len(s.split()) for s in sentences) <= 40
    assert min(len(s.split()) for s in sentences) >= 5
    spoken = " ".join(cue.text for cue in cues).lower()
    assert " ".join(s.lower().rstrip(".") for s in sentences) == spoken
    assert all(s.startswith("Now part") for s in sentences)
    short = written(*cues, max_sentence_words=40)
    assert max(len(s.split()) for s in short) <= 20 and len(short) > len(sentences)


def test_words_without_spaces_belong_together() -> None:
    words = (Word(0.0, 0.2, " x"), Word(0.2, 0.4, "^2"), Word(0.4, 0.6, " grows."))
    assert written(Segment(0.0, 0.6, "x^2 grows.", words)) == ["x^2 grows."]


def test_a_segment_without_words_is_spread_over_its_time() -> None:
    transcript = Transcript((Segment(10.0, 14.0, "One is odd. Two is even."),), "en", "t", 20.0)
    assert [(s.start, s.end, s.text) for s in refine(transcript, Refine())] == [
        (10.0, 12.0, "One is odd."),
        (12.0, 14.0, "Two is even."),
    ]


def test_other_languages_keep_their_words() -> None:
    assert written(segment("er er hat Um um Um"), language="de") == ["Er er hat Um um Um."]
    chinese = Segment(
        0.0, 2.0, "", tuple(Word(0.4 * n, 0.4 * n + 0.4, c) for n, c in enumerate("细胞。生命"))
    )
    assert written(chinese, language="zh") == ["细胞。", "生命。"]


@pytest.mark.parametrize(
    "said",
    [
        "The film is 5 um thick.",
        "The film is 5 um, or 0.005 mm.",
        "A hill of 2 hm is low.",
        "i-- counts down.",
        "i++ counts up.",
        "self.x is an attribute.",
        "#include <stdio.h> comes first.",
        "numpy.array makes one.",
        "my_list is a name.",
        "a[0] is the first.",
        "a + b is a sum.",
        "x-axis and y-axis meet.",
        "pH is low.",
        "--i counts down too.",
        "Now we write i--.",
    ],
)
def test_units_and_identifiers_stay_as_they_are(said: str) -> None:
    assert written(segment(said)) == [said]


@pytest.mark.parametrize(
    "said", ["a force acts.", "i think so.", "well-known facts.", "“so it is.”"]
)
def test_words_begin_a_sentence_with_a_capital(said: str) -> None:
    at = next(n for n, char in enumerate(said) if char.isalpha())
    assert written(segment(said)) == [said[:at] + said[at].upper() + said[at + 1 :]]


@pytest.mark.parametrize("language", ["", "de", "pt"])
def test_no_rule_of_english_touches_what_is_not_known_to_be_english(language: str) -> None:
    said = "Um eh um die Achse, you know, die die."
    assert written(segment(said), language=language) == [said]


@pytest.mark.parametrize("token", [",", "!", ".'", "-", "a,", "("])
def test_time_is_linear_in_the_length_of_a_word(token: str) -> None:
    began = time.process_time()
    assert written(segment(f"The {token * 100_000}x end."))
    assert time.process_time() - began < 10
