"""The models of a config. Each is loaded at its first use and kept for the life of the process."""

from __future__ import annotations

from functools import cached_property, lru_cache

from ..config import Config, Transcribe
from . import ocr, speech
from .embed import WordLlama
from .face import HaarFaces
from .ocr import RapidOcr
from .speech import FasterWhisper
from .tokens import TokenCounter


class Models:
    """The models that a config names. Their identities are had without loading them."""

    def __init__(self, transcribe: Transcribe) -> None:
        self._transcribe = transcribe

    @cached_property
    def speech(self) -> FasterWhisper:
        return FasterWhisper(self._transcribe.model, self._transcribe.beam_size)

    @cached_property
    def ocr(self) -> RapidOcr:
        return RapidOcr()

    @cached_property
    def embed(self) -> WordLlama:
        return WordLlama()

    @cached_property
    def faces(self) -> HaarFaces:
        return HaarFaces()

    @cached_property
    def count_tokens(self) -> TokenCounter:
        return TokenCounter()

    @cached_property
    def identities(self) -> dict[str, str]:
        """Weights and library versions on which results depend, by the model's name."""
        return {
            "speech": f"{speech.identity(self._transcribe.model)}, "
            f"beam {self._transcribe.beam_size}",
            "ocr": ocr.identity(),
            "embed": self.embed.identity,
            "faces": self.faces.identity,
        }


def models_of(config: Config) -> Models:
    """The models of `config`, one set a process."""
    return _models(config.transcribe)


@lru_cache(maxsize=2)
def _models(transcribe: Transcribe) -> Models:
    return Models(transcribe)
