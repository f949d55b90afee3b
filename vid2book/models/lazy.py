"""The models of a config. Each is loaded on first use and kept for the life of the process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from ..config import Align, Config, Keyframes, Llm, Read, Transcribe
from . import faster_whisper, onnx_speech, openai_whisper, served_speech
from .chat import Chat
from .embed import WordLlama
from .embed_any import MultilingualE5
from .embed_sentence import SentenceEmbeddings
from .face import HaarFaces
from .faster_whisper import FasterWhisper
from .ocr import Ocr
from .ocr_rapid import RapidOcr
from .onnx_speech import OnnxSpeech
from .open_clip import OpenClip, Vectors
from .openai_whisper import OpenAIWhisper
from .packaged_whisper import missing_extra
from .recogniser import Recogniser
from .served_speech import ServedSpeech
from .speech import Engine
from .tokens import TokenCounter

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

_BACK_ENDS = {
    "faster-whisper": faster_whisper,
    "whisper": openai_whisper,
    "onnx-asr": onnx_speech,
    "server": served_speech,
}  # for speech; each has a function `identity`


class Models:
    """The models that a config names. Their identities are known without loading them."""

    def __init__(
        self, transcribe: Transcribe, keyframes: Keyframes, read: Read, align: Align
    ) -> None:
        self._transcribe = transcribe
        self._keyframes = keyframes
        self._read = read
        self._align = align
        self._identities: dict[str, str] = {}

    @cached_property
    def speech(self) -> Recogniser:
        settings = self._transcribe
        engine = _engine(settings)
        other, advice = None, ""
        if _needs_another(settings):
            if settings.multilingual is None:
                advice = "name a model under transcribe.multilingual"
            elif extra := missing_extra(settings.multilingual):
                advice = f"pip install 'vid2book[{extra}]'"
            else:
                other = FasterWhisper(settings.multilingual, settings.beam_size)
        return Recogniser(engine, other, advice, settings.min_language)

    @cached_property
    def ocr(self) -> Ocr:
        return _ocr(self._read)

    @cached_property
    def embedded_ocr(self) -> RapidOcr:
        """The OCR model to use if a server fails."""
        return RapidOcr()

    @property
    def _is_served(self) -> bool:
        """Whether reading may fail for reasons outside this process."""
        return self._read.enabled and self._read.backend in ("surya", "vlm")

    @cached_property
    def embed(self) -> WordLlama:
        return WordLlama()

    @cached_property
    def embed_any(self) -> MultilingualE5 | None:
        """Embeddings for languages other than English; None if the package is not installed."""
        return MultilingualE5() if MultilingualE5.is_installed() else None

    @cached_property
    def align_embed(self) -> Embed:
        """Embeddings to compare pictures with speech; other stages are fitted to `embed`."""
        return self._align_embeddings[0]

    @cached_property
    def _align_embeddings(self) -> tuple[Embed, str]:
        """The embeddings of `align`, with their identity."""
        settings = self._align.embeddings
        if settings.backend == "wordllama":
            return self.embed, self.embed.identity
        if settings.backend == "sentence-transformers":
            model = SentenceEmbeddings(settings.model)
            return model, model.identity
        from .server import Server

        assert settings.llm is not None  # the config checks this
        return Server(settings.llm).embed, f"embeddings of {settings.llm.model}"

    @cached_property
    def faces(self) -> HaarFaces:
        return HaarFaces()

    @property
    def image_embed(self) -> Callable[[NDArray[np.uint8]], Vectors] | None:
        """Embeddings of pictures; None if the keyframe algorithm needs none."""
        return self._open_clip.image if self._open_clip else None

    @cached_property
    def _open_clip(self) -> OpenClip | None:
        if self._keyframes.algorithm != "clip":
            return None
        return OpenClip(self._keyframes.clip_model, self._keyframes.clip_weights)

    @cached_property
    def count_tokens(self) -> TokenCounter:
        return TokenCounter()

    def chat(self, settings: Llm) -> Chat:
        """The language model named in a section `llm`."""
        return chat_of(settings)

    def identity(self, model: str) -> str:
        """Weights and library versions that results depend on; empty for an unused model.

        Loads no model.

        Raises:
            ModelError: weights or a library are missing.
        """
        if model not in self._identities:
            self._identities[model] = self._identify(model)
        return self._identities[model]

    def check(self, model: str) -> None:
        """If the speech model is on a server, make sure that it is there, without retries.

        Raises:
            ModelError: it is not there.
        """
        settings = self._transcribe
        if model == "speech" and settings.enabled and settings.backend == "server":
            server = settings.server.model_copy(update={"retries": 0})
            ServedSpeech(settings.model, server).check()

    def _identify(self, model: str) -> str:
        match model:
            case "speech":
                return _speech_identity(self._transcribe)
            case "ocr":
                return self.ocr.identity if self._read.enabled else ""
            case "embedded_ocr":
                return self.embedded_ocr.identity if self._is_served else ""
            case "embed":
                return self.embed.identity
            case "embed_any":
                return self.embed_any.identity if self.embed_any else ""
            case "count_tokens":
                return self.count_tokens.name
            case "align_embed":
                return self._align_embeddings[1]
            case "faces":
                return self.faces.identity
            case "image_embed":
                return self._open_clip.identity if self._open_clip else ""
        raise KeyError(model)


def _speech_identity(transcribe: Transcribe) -> str:
    if not transcribe.enabled or transcribe.backend == "captions":
        return ""
    engine, other = (
        _BACK_ENDS[transcribe.backend].identity(transcribe.model),
        transcribe.multilingual,
    )
    if other is None or not _needs_another(transcribe):
        return engine
    installed = not missing_extra(other)
    return f"{engine}; {faster_whisper.identity(other) if installed else f'no {other}'}"


def _engine(transcribe: Transcribe) -> Engine:
    match transcribe.backend:
        case "whisper":
            return OpenAIWhisper(transcribe.model, transcribe.beam_size)
        case "onnx-asr":
            return OnnxSpeech(transcribe.model)
        case "server":
            return ServedSpeech(transcribe.model, transcribe.server)
    return FasterWhisper(transcribe.model, transcribe.beam_size, transcribe.batch_size)


def _needs_another(transcribe: Transcribe) -> bool:
    """Whether the model knows only English, or cannot identify the language."""
    if transcribe.backend in ("onnx-asr", "server"):
        return True
    return faster_whisper.knows_english_alone(transcribe.model)


def models_of(config: Config) -> Models:
    """The models of `config`, one set per process."""
    return _models(config.transcribe, config.keyframes, config.read, config.align)


@lru_cache(maxsize=2)
def _models(transcribe: Transcribe, keyframes: Keyframes, read: Read, align: Align) -> Models:
    return Models(transcribe, keyframes, read, align)


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

            assert read.llm is not None  # the config checks this
            return VlmOcr(chat_of(read.llm))


@cache
def chat_of(settings: Llm) -> Chat:
    """The language model named in a section `llm`, one per process. Nothing is loaded yet."""
    if settings.backend == "server":
        from .server import Server

        return Server(settings)
    from .local_chat import LocalChat

    return LocalChat(settings)
