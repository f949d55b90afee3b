"""The interface of speech models. Each back end is a file of its own beside this one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..languages import language_code
from ..records import Segment, Word
from .error import ModelError


class SpeechModelError(ModelError):
    """The speech model cannot transcribe this video, for example in a language it does not know."""


class RecognisedWindow(NamedTuple):
    """The words recognised in one window, with times in seconds of the window."""

    words: list[Word]
    no_speech_prob: float


class Sound(NamedTuple):
    """An audible stretch in which nobody speaks."""

    start: float  # seconds of the audio
    end: float
    flatness: float  # of its spectrum: 0 a tone, 1 white noise


class Foreign(NamedTuple):
    """A stretch in another language than the rest, which is not transcribed."""

    start: float
    end: float
    code: str  # as `language_code`
    probability: float


class Recognised(NamedTuple):
    """Everything recognised in an audio, in order of time."""

    segments: list[Segment]
    language: str  # as `language_code`; empty if unknown
    without_speech: list[Sound]
    language_score: float | None = None  # probability of the language; None if no model could tell
    unheard: str = ""  # why speech was not transcribed; empty if it was
    by: str = ""  # the models that transcribed it
    note: str = ""  # how the language was found, if that is worth reporting
    foreign: Sequence[Foreign] = ()


class Engine(Protocol):
    """A back end: recognises windows of speech, none longer than 30 s, each by itself."""

    name: str  # as given in the corpus

    @property
    def languages(self) -> Sequence[str]:
        """The languages that the model knows, ISO 639-1."""
        ...

    @property
    def takes_prompt(self) -> bool:
        """Whether the model makes use of words to expect."""
        ...

    def identify(self, window: NDArray[np.float32]) -> Mapping[str, float]:
        """The probability of each of its languages in a window; they sum to 1.

        Args:
            window: mono float32 at 16 kHz.
        """
        ...

    def recognise(
        self, windows: Sequence[NDArray[np.float32]], language: str, prompt: str
    ) -> tuple[list[RecognisedWindow], str]:
        """Transcribe each window, and return the language too.

        Args:
            windows: mono float32 at 16 kHz.
            language: ISO 639-1; if empty, the model identifies it.
            prompt: words to expect; may be empty.
        """
        ...


def name_in(engine: Engine, language: str) -> str:
    """An engine's name for a language, like Whisper's `jw` for `jv`; empty if it does not know it.

    Args:
        language: as `language_code`.
    """
    return next((name for name in engine.languages if language_code(name) == language), "")


def mean_logprob(words: Sequence[Word]) -> float:
    """The mean log probability of words."""
    return round(sum(math.log(max(w.probability, 1e-4)) for w in words) / len(words), 4)
