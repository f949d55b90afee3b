"""Names and terms on the screen, heard again where speech may hold them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from vid2book.config import Config
from vid2book.models.faster_whisper import FasterWhisper
from vid2book.models.recogniser import Recogniser
from vid2book.models.tokens import TokenCounter
from vid2book.models.windows import Piece
from vid2book.pipeline.work import Work
from vid2book.records import Keyframe, OcrLine, Segment, Transcript, Video, Word
from vid2book.speech.rehear import REHEAR, find_stretches, rehear
from vid2book.speech.terms import Term, find_terms, hint_for, mend
from vid2book.store import Store

from ...support.library import Library
from ...support.sounds import RATE, spoken

COUNT = TokenCounter()
TINY = "packaged:tiny.en"
ALIKE, SURE = Config().transcribe.min_term_likeness, Config().transcribe.min_term_score


def rare(word: str) -> bool:
    return COUNT(word.lower()) > 1


def said(text: str, start: float = 0.0, probability: float = 0.9) -> list[Word]:
    """Half a second a word."""
    return [
        Word(start + n / 2, start + n / 2 + 0.4, f" {word}", probability)
        for n, word in enumerate(text.split())
    ]


def terms(*texts: str) -> list[Term]:
    return [Term(text, text.lower(), ((0.0, 10.0),)) for text in texts]


def changes(old: str, new: str, *on_screen: str) -> list[tuple[str, str]]:
    first, second = said(old), said(new)
    return [
        (
            " ".join(word.text.strip() for word in first[part.old.first : part.old.end]),
            " ".join(word.text.strip() for word in second[part.new.first : part.new.end]),
        )
        for part in mend(first, second, terms(*on_screen), ALIKE)
    ]


def keyframe(start: float, end: float) -> Keyframe:
    return Keyframe(start, start, end, b"", 640, 360, 0.0, 0.0, 0.0, 0)


def test_terms_are_the_rare_words_that_were_read_well() -> None:
    lines = [
        [
            OcrLine("Heteroskedasticity and the window", (0, 0, 9, 9), 0.99),
            OcrLine("Tikhonov", (0, 9, 9, 18), 0.5),  # misread, perhaps
        ],
        [OcrLine("the Breusch-Pagan test of heteroskedasticity", (0, 0, 9, 9), 0.98)],
    ]
    found = find_terms([keyframe(0, 5), keyframe(5, 9)], lines, rare, SURE)
    assert [term.text for term in found] == ["heteroskedasticity", "Breusch", "Pagan"]
    assert found[0].shown == ((0, 5), (5, 9))


@pytest.mark.parametrize(
    ("old", "new", "on_screen", "wanted"),
    [
        ("launch Andy now", "launch ANDI now", ["ANDI"], [("Andy", "ANDI")]),
        (
            "take an off regularization shrinks",
            "Tikhonov regularisation shrinks",
            ["Tikhonov", "regularisation"],
            [("take an off regularization", "Tikhonov regularisation")],
        ),
        # A model that repeats what it was told to expect lists it.
        (
            "Cuber needs to keep",
            "Kubernetes, Kubelet, keep",
            ["Kubernetes", "Kubelet"],
            [("Cuber needs", "Kubernetes,")],
        ),
        # Other words, other differences and right terms stay.
        ("a dog barks", "a Laplacian barks", ["Laplacian"], []),
        ("the general idea", "the colonel idea", ["Laplacian"], []),
        ("a kubelet starts", "a kubectl starts", ["kubelet", "kubectl"], []),
        ("it is a batch norm layer", "it is a BatchNorm layer", ["BatchNorm"], []),
    ],
)
def test_only_terms_that_look_alike_are_taken(
    old: str, new: str, on_screen: list[str], wanted: list[tuple[str, str]]
) -> None:
    assert changes(old, new, *on_screen) == wanted


def test_what_looks_like_a_term_stands_first_in_what_is_expected() -> None:
    known = [
        *terms("Tikhonov"),
        Term("Lasso", "lasso", ((500.0, 600.0),)),
        Term("Newey", "newey", ((400.0, 500.0),)),
    ]
    assert hint_for([known[2]], known, 0.0, 20.0) == "Newey, Tikhonov."
    many = terms(*(f"Telomerase{'abcdefghij'[n % 10] * (n // 10 + 1)}" for n in range(90)))
    assert len(hint_for([], many, 0.0, 20.0)) < 224


class Second:
    """Hears what it is told to; notes what it was asked."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.asked: list[tuple[list[Piece], str]] = []

    def again(
        self, audio: NDArray[np.float32], window: list[Piece], language: str, expect: str
    ) -> list[Word]:
        self.asked.append((window, expect))
        return said(self.texts.pop(0), window[0].start)


def segment(words: Sequence[Word], captioned: bool = False) -> Segment:
    text = "".join(word.text for word in words).strip()
    return Segment(words[0].start, words[-1].end, text, tuple(words), -0.1, captioned=captioned)


def test_a_long_segment_is_heard_again_around_the_term_alone() -> None:
    far = "and this is the way in which we look at it every day"
    words = said(f"{far} {far} we launch Andy. {far}")
    transcript = Transcript((segment(words),), "en", "m", 30.0)
    [stretch] = find_stretches(transcript.segments, terms("ANDI"), rare, ALIKE)
    assert stretch.piece.end - stretch.piece.start < 5
    second = Second("we launch ANDI, and this")
    mended, [decision] = rehear(
        "v", transcript, terms("ANDI"), [stretch], np.zeros(RATE, np.float32), second, ALIKE
    )
    # The text around stays, and so do times and punctuation.
    assert mended.segments[0].text == segment(words).text.replace("Andy.", "ANDI.")
    assert [w.start for w in mended.segments[0].words] == [w.start for w in words]
    assert (decision.raw, decision.text, decision.kept) == ("Andy.", "ANDI.", True)
    assert [told for _, told in second.asked] == ["ANDI."]


def test_captions_and_speech_without_a_term_are_not_heard_again() -> None:
    launch = said("now launch Andy here")
    assert not find_stretches([segment(launch, captioned=True)], terms("ANDI"), rare, ALIKE)
    assert not find_stretches([segment(launch)], terms("Telomerase"), rare, ALIKE)
    assert find_stretches([segment(launch)], terms("ANDI"), rare, ALIKE)
    assert not find_stretches([segment(launch)], terms("ANDI"), rare, 0.9)


@pytest.fixture(scope="module")
def tiny() -> Recogniser:
    return Recogniser(FasterWhisper(TINY, beam_size=5))


def test_the_screen_mends_what_a_real_model_misheard(tiny: Recogniser) -> None:
    audio = spoken("Gabbro cools slowly. Rhyolite has the composition of granite.")
    heard = Transcript(tuple(tiny(audio, "en").segments), "en", "m", 8.0)
    on_screen = terms("Gabbro", "Rhyolite", "Plagioclase")
    before = " ".join(s.text for s in heard.segments)
    assert not ("Gabbro" in before and "Rhyolite" in before)
    stretches = find_stretches(heard.segments, on_screen, rare, ALIKE)
    after = rehear("v", heard, on_screen, stretches, audio, tiny, ALIKE)[0]
    assert all(name in " ".join(s.text for s in after.segments) for name in ("Gabbro", "Rhyolite"))
    # The screen of another lecture changes nothing.
    wrong = terms("Seigniorage", "Verapamil", "Protospacer", "Kubernetes", "Cournot")
    stretches = find_stretches(heard.segments, wrong, rare, ALIKE)
    again = rehear("v", heard, wrong, stretches, audio, tiny, ALIKE)
    assert again == (heard, [])


def test_a_switch_keeps_the_first_hearing(library: Library, store: Store) -> None:
    config = Config(transcribe={"screen_terms": False})  # type: ignore[arg-type]
    video: Video = library.video("cells")
    on, off = Work(video, Config(), store), Work(video, config, store)
    assert on.key(REHEAR) != off.key(REHEAR)
    assert not off.decisions(REHEAR)
