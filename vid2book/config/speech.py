"""What is said: the stages that recognise, write, judge and cut speech."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .base import Seconds, Section, Share, Switchable
from .llm import Llm, Served


class Transcribe(Switchable):
    """Speech to text with word times."""

    backend: Literal["faster-whisper", "whisper", "onnx-asr", "server", "captions"] = Field(
        "faster-whisper",
        description="whisper: the package openai-whisper (extra 'whisper'); onnx-asr: Parakeet, "
        "Canary and the like (extra 'onnx'); server: anything with OpenAI's /audio/transcriptions "
        "(vLLM, Speaches, transformers serve); captions: no speech model, and a video without "
        "captions fails",
    )
    captions: bool = Field(True, description="take captions (.vtt, .srt) where a video has them")
    model: str = Field(
        "packaged:tiny.en",
        description="of faster-whisper: packaged:tiny.en (English, extra 'offline'), "
        "packaged:base (99 languages, extra 'multilingual'), a name, or a folder; "
        "of whisper: a name, or the path of a checkpoint (.pt); of onnx-asr: a name that it knows "
        "(nemo-parakeet-tdt-0.6b-v3, nemo-canary-1b-v2), or a folder; of server: as it names it",
    )
    server: Served = Field(Served(), description="where backend 'server' is")
    multilingual: str | None = Field(
        "packaged:base",
        description="of faster-whisper, as under `model`, where that knows English alone or "
        "tells no language: tells "
        "which language is spoken, hears the others, and is asked too where `model` is unsure "
        "(extra 'multilingual', part of 'offline'); null: none, and what the manifest does not "
        "call English is not heard",
    )
    beam_size: int = Field(5, ge=1, description="1 is greedy decoding")
    batch_size: int | None = Field(
        None,
        ge=1,
        description="windows of 30 s that faster-whisper recognises at once; null: 16 on a GPU, "
        "1 on a CPU, where more is no faster",
    )
    screen_terms: bool = Field(
        True,
        description="names and terms on the screen help to hear them: what looks like one is heard "
        "again by a speech model that is told to expect it",
    )
    min_logprob: float = Field(-1.2, le=0, description="segments less likely than this are dropped")
    max_no_speech: Share = Field(0.8, description="segments more likely silence are dropped")
    min_voice: Share = Field(
        0.3, description="segments with less voice activity in the sound under them are dropped"
    )
    max_pace: float = Field(
        9.0,
        gt=0,
        description="words a second; segments with more are dropped, since the fastest speakers "
        "reach 6",
    )
    min_caption_gap: Seconds = Field(
        6.0, description="a stretch without captions is heard if it is at least this long"
    )

    @model_validator(mode="after")
    def _wants_captions(self) -> Self:
        if self.backend == "captions" and not self.captions:
            raise ValueError("backend 'captions' and 'captions: false' leave no speech at all")
        return self


Score = Annotated[float, Field(ge=1, le=5)]


class Refine(Switchable):
    """Spoken language to written language, by rules, and then by a language model if one is named.

    The model's wording of a sentence is taken only where it loses no number, negation, symbol or
    name. The check reads English; other languages get the rules alone.
    """

    join_gap: Seconds = Field(2.0, description="a longer pause always ends a sentence")
    llm: Llm | None = Field(None, description="language model that rewrites what the rules leave")


class Judge(Switchable):
    """Whether a sentence teaches, and whether the video as a whole does."""

    min_teaching: Share = Field(0.5, description="sentences less likely to teach are dropped")
    min_teaching_share: Share = Field(0.25, description="share of a video's words that must teach")
    min_words: int = Field(
        20,
        ge=0,
        description="words of teaching speech a video must have; of a silent one, half as many "
        "different words that are written on its pictures",
    )
    min_words_per_minute: float = Field(
        5.0,
        ge=0,
        description="a video in which fewer are said is judged by what is written on its pictures; "
        "the slowest lecturers reach 60",
    )
    llms: tuple[Llm, ...] = Field(
        (), description="language models that grade videos; rules do where there are none"
    )
    min_relevance: Score = Field(
        1.0,
        description="grade from 1 to 5: the speech fits the knowledge point, title, description",
    )
    min_knowledge_density: Score = Field(1.0, description="grade: how much is knowledge, not chat")
    min_transcription_quality: Score = Field(1.0, description="grade: how well it was heard")


class Clip(Section):
    """Sentences joined into paragraphs."""

    min_duration: Seconds = Field(10.0, description="a paragraph grows until it is this long")
    max_duration: Seconds = Field(20.0, description="and ends before it is longer, sentences whole")
    min_overlap: Seconds = Field(
        2.0,
        description="a picture goes to the first paragraph during which it stands this long",
    )
