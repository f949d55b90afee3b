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
        description="what recognises speech. whisper: the package openai-whisper (extra "
        "'whisper'); onnx-asr: Parakeet, Canary and others (extra 'onnx'); server: any server "
        "with OpenAI's /audio/transcriptions (vLLM, Speaches, transformers serve); captions: no "
        "speech model at all, so a video without captions fails",
    )
    captions: bool = Field(
        True,
        description="where a video has captions (.vtt, .srt), use them and recognise only what "
        "they leave out",
    )
    model: str = Field(
        "packaged:tiny.en",
        description="which model the backend loads. faster-whisper: packaged:tiny.en (English, "
        "extra 'offline'), packaged:base (99 languages, extra 'multilingual'), a name on the "
        "Hub, or a folder; whisper: a name, or the path of a checkpoint (.pt); onnx-asr: one of "
        "its names (nemo-parakeet-tdt-0.6b-v3, nemo-canary-1b-v2), or a folder; server: the name "
        "by which the server knows the model",
    )
    server: Served = Field(Served(), description="address of the server of backend 'server'")
    multilingual: str | None = Field(
        "packaged:base",
        description="a second model of faster-whisper, used where `model` knows only English or "
        "cannot identify languages. It identifies the language, recognises languages other than "
        "English, and gives a second opinion where `model` is unsure (extra 'multilingual', part "
        "of 'offline'). null: no second model; speech is then recognised only in videos that the "
        "manifest says are in English",
    )
    beam_size: int = Field(5, ge=1, description="1 is greedy decoding")
    batch_size: int | None = Field(
        None,
        ge=1,
        description="how many windows of 30 s faster-whisper recognises at once; null: 16 on a "
        "GPU and 1 on a CPU, where larger batches are no faster",
    )
    screen_terms: bool = Field(
        True,
        description="where recognised words look like a name or term on the screen, listen again "
        "with a speech model that is told to expect that term",
    )
    min_logprob: float = Field(
        -1.2,
        le=0,
        description="segments whose words have a lower mean log probability than this, by the "
        "speech model, are dropped",
    )
    max_no_speech: Share = Field(
        0.8,
        description="segments to which the speech model gives a higher probability of no speech "
        "are dropped",
    )
    min_voice: Share = Field(
        0.3, description="segments with a lower mean voice activity in their sound are dropped"
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

    join_gap: Seconds = Field(2.0, description="a pause longer than this ends the sentence")
    llm: Llm | None = Field(
        None, description="language model that rewrites the sentences after the rules"
    )


class Judge(Switchable):
    """Whether a sentence teaches, and whether the video as a whole does."""

    min_teaching: Share = Field(
        0.5, description="sentences that teach with a lower probability than this are dropped"
    )
    min_teaching_share: Share = Field(
        0.25, description="share of a video's words that must teach, or the video is dropped"
    )
    min_words: int = Field(
        20,
        ge=0,
        description="how many words of teaching speech a video must have. A video without speech "
        "needs half as many different words on its pictures instead",
    )
    min_words_per_minute: float = Field(
        5.0,
        ge=0,
        description="a video in which fewer are said is judged by what is written on its pictures; "
        "the slowest lecturers reach 60",
    )
    llms: tuple[Llm, ...] = Field(
        (), description="language models that grade videos; without any, rules grade them"
    )
    min_relevance: Score = Field(
        1.0,
        description="lowest accepted grade, from 1 to 5, for how well the speech fits the "
        "knowledge point, title and description",
    )
    min_knowledge_density: Score = Field(
        1.0, description="lowest accepted grade for how much of the speech is knowledge, not chat"
    )
    min_transcription_quality: Score = Field(
        1.0, description="lowest accepted grade for how reliably the speech was recognised"
    )


class Clip(Section):
    """Sentences joined into paragraphs."""

    min_duration: Seconds = Field(
        10.0, description="sentences are added to a paragraph until it lasts this long"
    )
    max_duration: Seconds = Field(
        20.0, description="a paragraph ends before the sentence that would make it longer than this"
    )
    min_overlap: Seconds = Field(
        2.0,
        description="a picture goes to the first paragraph during which it stands this long",
    )
