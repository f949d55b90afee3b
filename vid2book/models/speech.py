"""What a speech model is to the pipeline. Each back end is a file of its own beside this one."""

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
    """The speech model cannot hear this video, for example since it does not know the language."""


class RecognisedWindow(NamedTuple):
    """What was recognised in one window; words are in seconds of the window."""

    words: list[Word]
    no_speech_prob: float


class Sound(NamedTuple):
    """An audible stretch in which nobody speaks."""

    start: float  # seconds of the audio
    end: float
    flatness: float  # of its spectrum: 0 a tone, 1 white noise


class Foreign(NamedTuple):
    """A stretch in another language than the rest, which is not heard."""

    start: float
    end: float
    code: str  # as `language_code`
    probability: float


class Recognised(NamedTuple):
    """Everything that was recognised in an audio, in order of time."""

    segments: list[Segment]
    language: str  # as `language_code`; empty: not known
    without_speech: list[Sound]
    language_score: float | None = None  # probability of the language; None: nobody could tell
    unheard: str = ""  # why speech that is there was not heard; empty: it was
    by: str = ""  # the models that heard it
    note: str = ""  # how the language was found out, where that needs telling
    foreign: Sequence[Foreign] = ()


class Engine(Protocol):
    """A back end: recognises windows of speech, none longer than 30 s, each by itself."""

    name: str  # as the corpus tells it

    @property
    def languages(self) -> Sequence[str]:
        """The languages that it knows, ISO 639-1."""
        ...

    @property
    def takes_prompt(self) -> bool:
        """Whether words to expect make a difference to it."""
        ...

    def identify(self, window: NDArray[np.float32]) -> Mapping[str, float]:
        """How likely each of its languages is spoken in a window; they sum to 1.

        Args:
            window: mono float32 at 16 kHz.
        """
        ...

    def recognise(
        self, windows: Sequence[NDArray[np.float32]], language: str, prompt: str
    ) -> tuple[list[RecognisedWindow], str]:
        """What is said in each window, and in which language.

        Args:
            windows: mono float32 at 16 kHz.
            language: ISO 639-1; empty: it is found out.
            prompt: words to expect; may be empty.
        """
        ...


def name_in(engine: Engine, language: str) -> str:
    """What an engine calls a language; empty: it does not know it. `jw` is Whisper's name of `jv`.

    Args:
        language: as `language_code`.
    """
    return next((name for name in engine.languages if language_code(name) == language), "")


def mean_logprob(words: Sequence[Word]) -> float:
    """The mean log probability of words."""
    return round(sum(math.log(max(w.probability, 1e-4)) for w in words) / len(words), 4)
