"""Transcribe: decides which of the recognised words to believe.

Words that a speech model makes up are dropped: loops, words in silence or music, words the model
itself doubts. A Decision reports each, with the number that decided it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from .. import config
from ..records import Decision, Segment, Transcript, Video
from ..stage import TOPIC, Stage, StageInput
from ..words import words_with_apostrophes
from .recognise import RECOGNISE, prompt

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_LONGEST_LOOP = 20  # words in a phrase that repeats
_LOOP_TURNS = 4  # repetitions in a row that make a loop of one or two words
_PHRASE_TURNS = 3  # the same for longer phrases
_NUMBER_TURNS = 12  # the same for digits, which lecturers do read out
# Whisper writes these in silence and music, because films and web videos end with them.
_STOCK = re.compile(
    r"(?:(?:so |and )?thank(?:s| you)(?: so much| very much)?(?: (?:all|everyone))?"
    r"(?: for (?:watching|listening|viewing)(?: (?:this|my|the) video)?)?"
    r"|(?:please )?(?:like and )?subscribe(?: to (?:my|our|the) channel)?"
    r"|(?:i'll |we'll )?see you (?:in the )?next (?:time|video)"
    r"|(?:subtitles|captions|transcribed|translated) by .*"
    r"|you|bye(?: bye)?|oh|uh|um|hmm|mm|music|applause|silence|blank audio)"
)


class _Fault(NamedTuple):
    reason: str
    score: float | None = None
    threshold: float | None = None


def transcribe(
    video: Video, heard: Transcript, settings: config.Transcribe
) -> tuple[Transcript, list[Decision]]:
    """The believable part of a transcript, and a Decision for each part dropped.

    Args:
        video: its title and topic were in the speech model's prompt, and it may repeat them.
        heard: the recognised words; words from captions are always believed.
        settings: section `transcribe` of the config.
    """
    by_model = [segment for segment in heard.segments if not segment.captioned]
    hint = _key(prompt(video, heard.language))
    kept, decisions = _drop_unbelievable(video, by_model, hint, settings)
    captioned = [segment for segment in heard.segments if segment.captioned]
    segments = sorted([*captioned, *kept], key=lambda segment: segment.start)
    return replace(heard, segments=tuple(segments)), decisions


def _drop_unbelievable(
    video: Video, segments: Sequence[Segment], hint: str, settings: config.Transcribe
) -> tuple[list[Segment], list[Decision]]:
    decisions = []
    kept = []

    def drop(start: float, end: float, text: str, fault: _Fault) -> None:
        decisions.append(
            Decision(video.video_id, "sentence", "transcribe", start, end, False, *fault, text)
        )

    for segment in segments:
        if fault := _fault(segment, hint, settings):
            drop(segment.start, segment.end, segment.text, fault)
        else:
            kept.append(segment)
    loops = list(_loops(kept))
    for loop in loops:
        drop(
            loop.start,
            loop.end,
            loop.phrase,
            _Fault(
                f"the model repeats itself: said {loop.turns} times in a row, kept once",
                float(loop.turns),
                float(loop.threshold),
            ),
        )
    decisions.sort(key=lambda decision: decision.start)
    return _without(kept, loops), decisions


def _fault(segment: Segment, hint: str, settings: config.Transcribe) -> _Fault | None:
    """Why a segment is not believed; None if it is."""
    logprob, no_speech = segment.avg_logprob, segment.no_speech_prob
    if logprob < settings.min_logprob:
        return _Fault(
            "the speech model is too unsure of these words (mean log probability)",
            logprob,
            settings.min_logprob,
        )
    if segment.voice < settings.min_voice:
        return _Fault(
            "words heard where nobody is speaking (voice activity in the sound)",
            segment.voice,
            settings.min_voice,
        )
    doubtful = logprob < settings.doubtful_logprob
    if no_speech > settings.max_no_speech and doubtful:
        return _Fault(
            "words heard where nobody is speaking (probability of no speech)",
            no_speech,
            settings.max_no_speech,
        )
    text = _key(segment.text)
    if doubtful or no_speech > settings.doubtful_no_speech:
        if _STOCK.fullmatch(text):
            return _Fault(
                "a stock phrase that speech models say into silence or music "
                "(probability of no speech)",
                no_speech,
                settings.doubtful_no_speech,
            )
        if text.count(" ") >= 2 and f" {text} " in f" {hint} ":
            return _Fault(
                "the model repeats the title or description instead of listening "
                "(probability of no speech)",
                no_speech,
                settings.doubtful_no_speech,
            )
    pace = len(segment.words) / max(segment.end - segment.start, 0.01)
    # With fewer words, the times are too coarse to measure a pace.
    if len(segment.words) >= 4 and pace > settings.max_pace:
        reason = "more words per second than anyone can speak"
        return _Fault(reason, round(pace, 1), settings.max_pace)
    return None


class _Loop(NamedTuple):
    first: int  # position of the first word to drop, counted over all segments
    last: int  # and of the word after the last one
    start: float  # of the dropped words, seconds
    end: float
    phrase: str
    turns: int
    threshold: int


def _loops(segments: list[Segment]) -> Iterator[_Loop]:
    """Phrases that repeat many times in a row, also across segments."""
    words = [word for segment in segments for word in segment.words]
    keys = [_key(word.text) for word in words]
    at = 0
    while at < len(words):
        for size in range(1, min(_LONGEST_LOOP, (len(words) - at) // 2) + 1):
            turns = _turns(keys, at, size)
            phrase = keys[at : at + size]
            if all(any(c.isdigit() for c in key) for key in phrase):
                threshold = _NUMBER_TURNS
            else:
                threshold = _LOOP_TURNS if size <= 2 else _PHRASE_TURNS
            if turns >= threshold:
                first, last = at + size, at + size * turns
                text = "".join(word.text for word in words[at:first]).strip()
                yield _Loop(
                    first, last, words[first].start, words[last - 1].end, text, turns, threshold
                )
                at = last
                break
        else:
            at += 1


def _turns(keys: list[str], at: int, size: int) -> int:
    phrase = keys[at : at + size]
    turns = 1
    while keys[at + turns * size : at + (turns + 1) * size] == phrase:
        turns += 1
    return turns


def _without(segments: list[Segment], loops: list[_Loop]) -> list[Segment]:
    dropped = {n for loop in loops for n in range(loop.first, loop.last)}
    if not dropped:
        return segments
    kept = []
    at = 0
    for segment in segments:
        count = len(segment.words)
        words = tuple(w for n, w in enumerate(segment.words, at) if n not in dropped)
        at += count
        if len(words) == count:
            kept.append(segment)
        elif words:
            text = "".join(word.text for word in words).strip()
            kept.append(
                replace(segment, start=words[0].start, end=words[-1].end, text=text, words=words)
            )
    return kept


def _key(text: str) -> str:
    """The words of a text, without punctuation and case."""
    return " ".join(words_with_apostrophes(text.lower()))


def _compute(given: StageInput) -> tuple[Transcript, list[Decision]]:
    return transcribe(given.video, given.get(RECOGNISE), given.config.transcribe)


TRANSCRIBE = Stage(
    name="transcribe",
    result=Transcript,
    compute=_compute,
    needs=(RECOGNISE,),
    settings=(
        "transcribe.min_logprob",
        "transcribe.doubtful_logprob",
        "transcribe.doubtful_no_speech",
        "transcribe.max_no_speech",
        "transcribe.min_voice",
        "transcribe.max_pace",
    ),
    facts=TOPIC,
)
