"""What is said: the stages that hear, write, judge and cut speech."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Seconds, Section, Share, Stage
from .llm import Llm


class Transcribe(Stage):
    """Speech to text with word times."""

    captions: bool = Field(True, description="take captions (.vtt, .srt) where a video has them")
    model: str = Field(
        "packaged:tiny.en",
        description="faster-whisper model: packaged:tiny.en (extra 'offline'), a name, or a folder",
    )
    beam_size: int = Field(5, ge=1, description="1 is greedy decoding")
    min_logprob: float = Field(-1.2, le=0, description="segments less likely than this are dropped")
    max_no_speech: Share = Field(0.8, description="segments more likely silence are dropped")


Score = Annotated[float, Field(ge=1, le=5)]


class Refine(Stage):
    """Spoken language to written language, by rules, and then by a language model if one is named.

    The model's wording of a sentence is taken only where it loses no number, negation, symbol or
    name. The check reads English; other languages get the rules alone.
    """

    join_gap: Seconds = Field(2.0, description="a longer pause always ends a sentence")
    llm: Llm | None = Field(None, description="language model that rewrites what the rules leave")


class Judge(Stage):
    """Whether a sentence teaches, and whether the video as a whole does."""

    min_teaching: Share = Field(0.5, description="sentences less likely to teach are dropped")
    min_teaching_share: Share = Field(0.25, description="share of a video's words that must teach")
    min_words: int = Field(20, ge=0, description="words of teaching speech a video must have")
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
