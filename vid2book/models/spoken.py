"""Identifies the spoken language by its sound, and compares it with the stated one.

A multilingual Whisper guesses the language of a 30 s window (Radford et al., "Robust Speech
Recognition via Large-Scale Weak Supervision", 2022, section 2.3). If the first window is
inconclusive, more are used and their probabilities averaged. An English-only model turns any
language into fluent English and is just as sure of it, so it is never used to guess. But where the
sound is inconclusive, words that both models hear alike show that English is spoken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from ..bounds import within
from ..languages import language_code
from ..words import words_and_ideograms
from .speech import Engine, name_in
from .windows import RATE

# "Speech, and which language it is" in benchmarks/README.md says what these were measured on; the
# conditions for overruling the stated language are set by eye.
MOST_WINDOWS = 3  # used to identify the language
_SURE = 0.9  # mean probability from which on no further window is needed
_SHORT = 3.0  # seconds of voice; with less, only a sure guess counts
_ENOUGH = 6.0  # seconds of voice needed to overrule the stated language
_IMPOSSIBLE = 0.05  # the stated language must be less probable than this to be overruled
# Languages so alike that their sound is no evidence against each other.
_ALIKE = ({"hi", "ur"}, {"bs", "hr", "sr"}, {"da", "nn", "no"}, {"id", "ms"}, {"yue", "zh"})
_FEWEST_WORDS = 6  # two models that hear "you" in noise prove nothing
_SAME_WORDS = 0.6  # share of the words that two models hear alike in real speech

Samples = NDArray[np.float32]  # mono at 16 kHz


@dataclass(frozen=True)
class Spoken:
    """The spoken language."""

    code: str  # as `language_code`; empty if unknown
    probability: float | None = None  # of it, or of the likeliest; None if no model could tell
    likeliest: str = ""  # by the sound; empty if no model could tell
    english: float = 0.0  # probability of English
    note: str = ""  # how it was found, if that is worth reporting


def find_language(
    engine: Engine,
    other: Engine | None,
    windows: Sequence[Samples],
    stated: str,
    least: float,
) -> Spoken:
    """The language of speech: the stated one, unless the sound is surely in another.

    Args:
        engine: the speech model.
        other: a model for many languages, if `engine` only knows English.
        windows: voiced, in order of time; the first few are used.
        stated: the stated language as `language_code`; empty if none is.
        least: least probability of a language that was not stated.
    """
    guide = other or engine
    if len(guide.languages) == 1:
        return Spoken(stated)
    mean, seconds = _guess(guide, windows[:MOST_WINDOWS])
    likeliest = max(mean, key=lambda name: mean[name])
    top, english = round(mean[likeliest], 4), round(mean.get("en", 0.0), 4)
    if stated and not _contradicts(mean, stated, likeliest, seconds):
        return Spoken(
            stated, round(mean[stated], 4) if stated in mean else None, likeliest, english
        )
    if stated:
        note = f"said to be '{stated}', but the sound is clearly '{likeliest}'"
        return Spoken(likeliest, top, likeliest, english, note)
    if top >= (least if seconds >= _SHORT else max(least, _SURE)):
        return Spoken(likeliest, top, likeliest, english)
    if other and _both_hear_english(engine, other, windows[:MOST_WINDOWS]):
        note = (
            "the sound alone does not show the language, but two models hear the same English words"
        )
        return Spoken("en", english, likeliest, english, note)
    return Spoken("", top, likeliest, english)


def surely_another(guide: Engine, window: Samples, language: str) -> tuple[str, float] | None:
    """The language of a window and its probability, if it is surely not `language`."""
    mean, _ = _guess(guide, [window])
    likeliest = max(mean, key=lambda name: mean[name])
    if mean[likeliest] < _SURE or likeliest == language:
        return None
    return likeliest, round(mean[likeliest], 4)


def why_unheard(spoken: Spoken, engine: Engine, other: Engine | None, advice: str) -> str:
    """Why no model hears the speech, and what to do about it.

    Args:
        advice: how to get a model for many languages, if it is missing.
    """
    if spoken.code:
        neither = f"neither {engine.name} nor {other.name} knows" if other else ""
        why = f"it is in '{spoken.code}', which {neither or f'{engine.name} does not know'}"
        what = advice or "name a model that does under transcribe.model"
    elif spoken.likeliest:
        guess = f"most likely '{spoken.likeliest}', {spoken.probability:.2f}"
        why, what = (
            f"its language cannot be told from the sound ({guess})",
            "name it in the manifest",
        )
    else:
        why = "its language is not known"
        what = " or ".join(filter(None, ["name it in the manifest", advice]))
    return f"its speech is not heard: {why}; {what}"


def agreement(one: str, other: str) -> float:
    """The share of words that two texts have in common, in order, 0 to 1; 0 for few words."""
    first, second = (words_and_ideograms(text.lower()) for text in (one, other))
    if min(len(first), len(second)) < _FEWEST_WORDS:
        return 0.0
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _guess(guide: Engine, windows: Sequence[Samples]) -> tuple[Mapping[str, float], float]:
    """Mean probabilities by language, and the seconds of voice that they are based on."""
    total: dict[str, float] = defaultdict(float)
    mean: dict[str, float] = {}
    seconds = 0.0
    for count, window in enumerate(windows, 1):
        with within("the speech model", len(window) / RATE):
            likely = guide.identify(window)
        for name, probability in likely.items():
            total[language_code(name) or name] += probability
        mean = {name: summed / count for name, summed in total.items()}
        seconds += len(window) / RATE
        if max(mean.values()) >= _SURE:
            break
    return mean, seconds


def _contradicts(mean: Mapping[str, float], stated: str, likeliest: str, seconds: float) -> bool:
    return (
        seconds >= _ENOUGH
        and mean[likeliest] >= _SURE
        and mean.get(stated, 1.0) < _IMPOSSIBLE
        and not any({stated, likeliest} <= alike for alike in _ALIKE)
    )


def _both_hear_english(engine: Engine, other: Engine, windows: Sequence[Samples]) -> bool:
    """Whether both models hear the same words, as they do in real English speech.

    In another language they make up different words. On 23 recordings, 0.74 or more of the words
    are the same in English, even with an accent over noise, and 0.34 or less in other languages.
    """
    texts = []
    for model in (engine, other):
        results, _ = model.recognise(windows, name_in(model, "en"), "")
        texts.append("".join(word.text for window in results for word in window.words))
    return agreement(*texts) >= _SAME_WORDS
