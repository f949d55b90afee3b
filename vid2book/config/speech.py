"""The speech: the stages that recognise, refine, judge and cut it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .base import (
    Confidence,
    Grade,
    LogProbability,
    Probability,
    Seconds,
    Section,
    Share,
    Switchable,
    Unit,
    Words,
)
from .llm import Llm, Served


class Transcribe(Switchable):
    """Turns speech into text with word times."""

    backend: Literal["faster-whisper", "whisper", "onnx-asr", "server", "captions"] = Field(
        "faster-whisper",
        description="What recognises speech. whisper: the package openai-whisper (extra "
        "'whisper'). onnx-asr: Parakeet, Canary and others (extra 'onnx'). server: any server "
        "with OpenAI's /audio/transcriptions (vLLM, Speaches, transformers serve). captions: no "
        "speech model at all, so a video without captions fails.",
    )
    captions: bool = Field(
        True,
        description="Where a video has captions (.vtt, .srt), use them, and recognise only what "
        "they leave out.",
    )
    model: str = Field(
        "packaged:tiny.en",
        description="Which model the backend loads. faster-whisper: packaged:tiny.en (English, "
        "extra 'offline'), packaged:base (99 languages, extra 'multilingual'), a name on the "
        "Hub, or a folder. whisper: a name, or the path of a checkpoint (.pt). onnx-asr: one of "
        "its names (nemo-parakeet-tdt-0.6b-v3, nemo-canary-1b-v2), or a folder. server: the name "
        "by which the server knows the model.",
    )
    server: Served = Served()
    multilingual: str | None = Field(
        "packaged:base",
        description="A second model of faster-whisper, used where `model` knows only English or "
        "cannot identify languages. It identifies the language, recognises languages other than "
        "English, and gives a second opinion where `model` is unsure (extra 'multilingual', part "
        "of 'offline'). null: no second model; speech is then recognised only in videos that the "
        "manifest says are in English.",
    )
    beam_size: Annotated[int, Unit("hypotheses")] = Field(
        5, ge=1, description="Width of the beam search; 1 is greedy decoding."
    )
    batch_size: Annotated[int, Unit("windows of 30 s")] | None = Field(
        None,
        ge=1,
        description="How many windows faster-whisper recognises at once. null: 16 on a GPU, and 1 "
        "on a CPU, where larger batches are no faster.",
    )
    min_language: Probability = Field(
        0.5,
        description="If nobody named the language and the likeliest one is less probable than "
        "this, the language is unknown and the speech is not recognised. Below 3 s of speech, 0.9 "
        "is needed.",
    )
    min_logprob: LogProbability = Field(
        -1.2,
        description="A segment is dropped if the mean log probability of its words, by the speech "
        "model, is lower.",
    )
    doubtful_logprob: LogProbability = Field(
        -0.7,
        description="Below this mean log probability a segment is in doubt: it is also dropped if "
        "`max_no_speech` is exceeded, or if it is a stock phrase such as 'thanks for watching' or "
        "repeats the title.",
    )
    doubtful_no_speech: Probability = Field(
        0.3,
        description="Stock phrases and repetitions of the title are also dropped if the "
        "probability of no speech is higher than this.",
    )
    max_no_speech: Probability = Field(
        0.8,
        description="A segment in doubt is dropped if the probability of no speech, by the speech "
        "model, is higher.",
    )
    min_voice: Probability = Field(
        0.3,
        description="A segment is dropped if the mean probability of voice in its sound is lower.",
    )
    max_pace: Annotated[float, Unit("words per second")] = Field(
        9.0,
        gt=0,
        description="Segments spoken faster are dropped; the fastest speakers reach 6.",
    )
    min_caption_gap: Seconds = Field(
        6.0,
        description="A stretch without captions is listened to if it is at least this long and "
        "has `min_gap_speech`.",
    )
    min_gap_speech: Seconds = Field(
        3.0,
        description="How much speech a stretch without captions must have to be recognised.",
    )
    screen_terms: bool = Field(
        True,
        description="Where recognised words resemble a name or term on the screen, listen again "
        "with a speech model that is told to expect that term.",
    )
    min_term_score: Confidence = Field(
        0.9,
        description="Words read from the screen with less confidence are not used as terms, since "
        "they may be misread.",
    )
    min_term_likeness: Annotated[float, Field(ge=0, le=1), Unit("share of letters")] = Field(
        0.55,
        description="How many letters a term and the words heard in its place must have in common, "
        "in order, for the term to replace them.",
    )

    @model_validator(mode="after")
    def _wants_captions(self) -> Self:
        if self.backend == "captions" and not self.captions:
            raise ValueError("backend 'captions' and 'captions: false' leave no speech at all")
        return self


class Refine(Switchable):
    """Turns spoken language into written language: by rules, then by a language model, if one is
    named.

    The model's wording of a sentence is taken only where it loses no number, negation, symbol or
    name. This check reads English; sentences in other languages are changed by the rules alone.
    """

    join_gap: Seconds = Field(
        2.0,
        description="A longer pause ends a sentence, unless the sentence plainly goes on: after a "
        "word such as 'the', or with a small letter and no mark before the pause. A pause three "
        "times as long always ends it.",
    )
    sentence_pause: Seconds = Field(
        0.7,
        description="A longer pause ends a sentence in a transcript without punctuation.",
    )
    max_sentence_words: Annotated[int, Unit("words")] = Field(
        80,
        ge=20,
        description="A longer sentence is cut at its longest pauses. One without any commas is cut "
        "above half as many words.",
    )
    llm: Llm | None = Field(
        None, description="The language model that rewrites sentences. null: rules only."
    )
    min_kept_words: Share = Field(
        0.5,
        description="The language model's wording is rejected if it keeps less than this share of "
        "the words that carry meaning.",
    )


class Judge(Switchable):
    """Decides whether a sentence teaches, and whether the video as a whole does."""

    min_teaching: Probability = Field(
        0.5, description="Sentences are dropped if they are less likely to teach than this."
    )
    min_teaching_share: Annotated[float, Field(ge=0, le=1), Unit("share of the words")] = Field(
        0.25, description="How much of a video's speech must teach for the video to be kept."
    )
    min_words: Words = Field(
        20,
        description="How many words of teaching speech a video must have. A video without speech "
        "needs half as many different words on its pictures instead.",
    )
    min_words_per_minute: Annotated[float, Unit("words per minute")] = Field(
        5.0,
        ge=0,
        description="A video in which fewer words are said is judged by the text on its pictures. "
        "The slowest lecturers reach 60.",
    )
    llms: tuple[Llm, ...] = Field(
        (), description="Language models that grade videos. Without any, rules grade them."
    )
    max_graded_words: Annotated[int, Unit("words")] = Field(
        6000,
        ge=300,
        description="A language model is shown this much of a transcript; of a longer one, its "
        "beginning, middle and end. 6000 words are about 8000 tokens.",
    )
    min_relevance: Grade = Field(
        1.0,
        description="Lowest accepted grade, from 1 to 5, for how well the speech fits the "
        "knowledge point, title and description. Videos without any are not graded for it.",
    )
    min_knowledge_density: Grade = Field(
        1.0,
        description="Lowest accepted grade, from 1 to 5, for how much of the speech is knowledge "
        "rather than chat.",
    )
    min_transcription_quality: Grade = Field(
        1.0,
        description="Lowest accepted grade, from 1 to 5, for how reliably the speech was "
        "recognised.",
    )


class Clip(Section):
    """Joins sentences into paragraphs, and gives each its pictures."""

    min_duration: Seconds = Field(
        10.0, description="Sentences are added to a paragraph until it lasts this long."
    )
    max_duration: Seconds = Field(
        20.0, description="A paragraph ends before the sentence that would make it longer."
    )
    min_overlap: Seconds = Field(
        2.0,
        description="A picture goes to the first paragraph during which it is shown this long.",
    )
