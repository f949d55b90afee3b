"""The models of a config. Each is loaded at its first use and kept for the life of the process."""

from __future__ import annotations

from functools import cached_property, lru_cache

from ..config import Config, Keyframes, Llm, Read, Transcribe
from . import speech
from .chat import Chat
from .clip import ClipImages
from .embed import WordLlama
from .face import HaarFaces
from .ocr import Ocr
from .ocr_rapid import RapidOcr
from .speech import FasterWhisper
from .tokens import TokenCounter


class Models:
    """The models that a config names. Their identities are had without loading them."""

    def __init__(self, transcribe: Transcribe, keyframes: Keyframes, read: Read) -> None:
        self._transcribe = transcribe
        self._keyframes = keyframes
        self._read = read

    @cached_property
    def speech(self) -> FasterWhisper:
        return FasterWhisper(self._transcribe.model, self._transcribe.beam_size)

    @cached_property
    def ocr(self) -> Ocr:
        return _ocr(self._read)

    @cached_property
    def embedded_ocr(self) -> RapidOcr:
        """What reads where a server fails."""
        return RapidOcr()

    @cached_property
    def embed(self) -> WordLlama:
        return WordLlama()

    @cached_property
    def faces(self) -> HaarFaces:
        return HaarFaces()

    @cached_property
    def image_embed(self) -> ClipImages | None:
        """None where the keyframe algorithm needs none."""
        if self._keyframes.algorithm != "clip":
            return None
        return ClipImages(self._keyframes.clip_model, self._keyframes.clip_weights)

    @cached_property
    def count_tokens(self) -> TokenCounter:
        return TokenCounter()

    @cached_property
    def identities(self) -> dict[str, str]:
        """Weights and library versions on which results depend, by the model's name.

        Empty for a model that the config does not use.
        """
        return {
            "speech": f"{speech.identity(self._transcribe.model)}, "
            f"beam {self._transcribe.beam_size}",
            "ocr": self.ocr.identity,
            "embed": self.embed.identity,
            "faces": self.faces.identity,
            "image_embed": self.image_embed.identity if self.image_embed else "",
        }


def models_of(config: Config) -> Models:
    """The models of `config`, one set a process."""
    return _models(config.transcribe, config.keyframes, config.read)


@lru_cache(maxsize=2)
def _models(transcribe: Transcribe, keyframes: Keyframes, read: Read) -> Models:
    return Models(transcribe, keyframes, read)


def _ocr(read: Read) -> Ocr:
    match read.backend:
        case "rapidocr":
            return RapidOcr()
        case "tesseract":
            from .ocr_tesseract import Tesseract

            return Tesseract(read.tesseract_language)
        case "surya":
            from .ocr_surya import Surya, default_server

            return Surya(chat_of(read.llm or default_server()))
        case "vlm":
            from .ocr_vlm import VlmOcr

            assert read.llm is not None  # the config sees to it
            return VlmOcr(chat_of(read.llm))


@lru_cache(maxsize=4)
def chat_of(settings: Llm) -> Chat:
    """The language model that a section `llm` names, one a process. Nothing is loaded yet."""
    if settings.backend == "server":
        from .server import Server

        return Server(settings)
    from .local_chat import LocalChat

    return LocalChat(settings)
