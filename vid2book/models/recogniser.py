"""Long audio through a speech model that hears 30 s at a time.

What comes back is checked by measure. Speech is found by voice activity and packed into windows
(`windows.py`), each recognised alone, so that a fault in one cannot run on. A window that comes
out as a loop, or with speech that has no words, is cut and tried again. Nothing is sampled, so
the same audio always gives the same text.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import config
from ..bounds import within
from ..languages import language_code
from ..records import Segment, Word
from .silero import Audio, speech_probability
from .speech import Engine, Foreign, Recognised, mean_logprob, name_in
from .spoken import MOST_WINDOWS, Spoken, find_language, surely_another, why_unheard
from .voice import voice, without_speech
from .windows import RATE, Piece, cut_windows, find_pieces, halves, place, sound

# Where no source is named: set by eye, not swept.
_MAX_HOLE = 3.0  # seconds of speech without a word that make a window a failure
_MAX_COMPRESSION = 2.4  # zlib ratio above which Whisper's authors call a text a loop
_NO_SPEECH = 0.6  # probability above which Whisper's authors call a window without words silent
_LONG_PAUSE = 2.0  # seconds; ends a segment
_ATTEMPTS = 3  # to recognise a window, each in smaller parts
_DOUBTFUL = -1.0  # mean log probability below which the other model is asked; as logprob_threshold
# of Whisper, below which its authors decode again
_BELIEVED = -0.7  # and which that must reach; it is about -0.3 where the words are right
_FOREIGN = -0.5  # and below which a window is asked whether it is in another language
_VOICED = 0.3  # voice activity; where nobody speaks, a second opinion is made up as well
_MARGIN = 0.3  # seconds around a segment that is heard again
_GROUP = 20  # windows per call; bounds memory


class _Hearing(NamedTuple):
    """A window and what was recognised in it; words are in seconds of the audio."""

    window: list[Piece]
    words: list[Word]
    no_speech_prob: float


class Recogniser:
    """Recognises speech of any length.

    Args:
        engine: the speech model.
        other: one that knows many languages, where `engine` knows English alone: it tells which is
            spoken, hears what `engine` does not know, and gives a second opinion.
        advice: what brings such a model, for a person to read.
        min_language: probability that a language must have that nobody named.
    """

    def __init__(
        self,
        engine: Engine,
        other: Engine | None = None,
        advice: str = "",
        min_language: float = config.Transcribe().min_language,
    ) -> None:
        self.engine = engine
        self.other = other
        self._advice = advice
        self._min_language = min_language

    def foreseen(self, language: str) -> str:
        """Why speech said to be in a language will not be heard; empty where it will, as far as
        that shows before. Of models only `other` is loaded, to ask what it knows."""
        if language == "en":
            return ""
        if self._advice:
            return why_unheard(Spoken(language), self.engine, self.other, self._advice)
        if language and self.other and language not in self.other.languages:
            return why_unheard(Spoken(language), self.engine, self.other, "")
        return ""

    def __call__(
        self,
        audio: Audio,
        language: str = "",
        expect: Callable[[str], str] = lambda _: "",
    ) -> Recognised:
        """What is said in mono float32 audio at 16 kHz, and in which language.

        Segments end where the model wrote the end of a sentence, and at pauses. A segment's
        `avg_logprob` is the mean over its own words, its `no_speech_prob` that of the window it was
        heard in, its `voice` that of the sound under its words. Where the language is not known, or
        no model knows it, nothing is heard, for what a model would write down is made up. So it is
        with stretches in another language, as far as the model gets lost there.

        Args:
            audio: the sound; it is read in parts.
            language: as it was told (`language_code`); empty: it was not.
            expect: words to expect, by the language that is spoken.
        """
        probability = speech_probability(audio)
        pieces = find_pieces(audio, probability)
        sounds = list(without_speech(audio, pieces))
        windows = cut_windows(pieces)
        if not windows:
            return Recognised([], language, sounds)
        spoken = find_language(
            self.engine,
            self.other,
            [sound(audio, window) for window in windows[:MOST_WINDOWS]],
            language_code(language),
            self._min_language,
        )
        engines = self._that_know(spoken.code)
        if not engines:
            unheard = why_unheard(spoken, self.engine, self.other, self._advice)
            known = spoken.probability if spoken.code else None
            return Recognised([], spoken.code, sounds, known, unheard, note=spoken.note)
        heard = _all_windows(engines[0], audio, windows, spoken.code, expect(spoken.code))
        foreign: list[Foreign] = []
        if len(engines) == 2:
            heard, foreign = _without_foreign(engines[1], audio, heard, spoken.code)
        segments = _with_voice(probability, [s for result in heard for s in _segments(result)])
        by = engines[0].name
        if len(engines) == 2:
            segments, asked = _second_opinion(engines[1], audio, probability, segments, spoken.code)
            by += f" and {engines[1].name}" * asked
        return Recognised(
            segments,
            spoken.code,
            sounds,
            spoken.probability,
            by=by,
            note=spoken.note,
            foreign=foreign,
        )

    def again(self, audio: Audio, window: list[Piece], language: str, expect: str) -> list[Word]:
        """What is said in some stretches of an audio, heard by the model that heard them first.

        Args:
            audio: mono float32 at 16 kHz.
            window: stretches in order of time, together no longer than 30 s.
            language: as `language_code`, one that a model knows.
            expect: words to expect.

        Returns:
            Words in seconds of the audio.
        """
        engine = self._that_know(language)[0]
        return [w for h in _all_windows(engine, audio, [window], language, expect) for w in h.words]

    def takes_prompt(self, language: str) -> bool:
        """Whether words to expect make a difference to the model that hears a language."""
        return any(engine.takes_prompt for engine in self._that_know(language)[:1])

    def _that_know(self, language: str) -> list[Engine]:
        return [e for e in (self.engine, self.other) if e and name_in(e, language)]


def _all_windows(
    engine: Engine,
    audio: Audio,
    todo: list[list[Piece]],
    language: str,
    prompt: str,
) -> list[_Hearing]:
    """All windows, those that failed tried again in parts."""
    settled: list[_Hearing] = []
    for attempt in range(1, _ATTEMPTS + 1):
        retry: list[list[Piece]] = []
        for i in range(0, len(todo), _GROUP):
            for result in _recognise(engine, audio, todo[i : i + _GROUP], language, prompt):
                believed, again = _settled(result) if attempt < _ATTEMPTS else ([result], [])
                settled += believed
                retry += again
        todo = retry
    return sorted(settled, key=lambda result: result.window[0].start)


def _without_foreign(
    guide: Engine, audio: Audio, heard: list[_Hearing], language: str
) -> tuple[list[_Hearing], list[Foreign]]:
    """The windows in the language of the video, and those that are surely in another.

    A model of English hears English in all of them. Asked about are those in which it is unsure or
    repeats itself, since to ask about each would take half as long as to hear it.
    """
    kept, foreign = [], []
    for result in heard:
        lost = bool(result.words) and (_is_loop(result) or mean_logprob(result.words) < _FOREIGN)
        found = lost and surely_another(guide, sound(audio, result.window), language)
        if found:
            foreign.append(Foreign(result.window[0].start, result.window[-1].end, *found))
        else:
            kept.append(result)
    return kept, foreign


def _second_opinion(
    other: Engine,
    audio: Audio,
    probability: NDArray[np.float32],
    segments: list[Segment],
    language: str,
) -> tuple[list[Segment], bool]:
    """The segments; what the first model hardly believes as another heard it, if that is sure.

    Returns:
        The segments, and whether any is the other model's.
    """
    found: list[Segment] = []
    taken = False
    for segment in segments:
        better: list[Segment] = []
        if segment.avg_logprob < _DOUBTFUL and segment.voice >= _VOICED:
            window = [Piece(*_around(segment, segments, len(audio) / RATE), 0.0)]
            [heard] = _recognise(other, audio, [window], language, "")
            if not _is_loop(heard):
                better = _with_voice(probability, _segments(heard))
        better = better if _is_sure(better) else []
        taken = taken or bool(better)
        found += better or [segment]
    return found, taken


def _recognise(
    engine: Engine,
    audio: Audio,
    windows: list[list[Piece]],
    language: str,
    prompt: str,
) -> list[_Hearing]:
    samples = [sound(audio, window) for window in windows]
    with within("the speech model", sum(map(len, samples)) / RATE):
        found, _ = engine.recognise(samples, name_in(engine, language), prompt)
    return [
        _Hearing(window, place(hearing.words, window), hearing.no_speech_prob)
        for window, hearing in zip(windows, found, strict=True)
    ]


def _with_voice(probability: NDArray[np.float32], segments: list[Segment]) -> list[Segment]:
    voices = voice(probability, [(segment.start, segment.end) for segment in segments])
    return [replace(s, voice=v) for s, v in zip(segments, voices, strict=True)]


def _around(segment: Segment, segments: list[Segment], end: float) -> tuple[float, float]:
    """A segment's stretch with a little before and after it that is no other's, in seconds."""
    before = max((s.end for s in segments if s.end <= segment.start), default=0.0)
    after = min((s.start for s in segments if s.start >= segment.end), default=end)
    return max(before, segment.start - _MARGIN), min(after, segment.end + _MARGIN)


def _is_sure(heard: list[Segment]) -> bool:
    """Whether what was heard the second time is believed."""
    count = sum(len(segment.words) for segment in heard)
    total = sum(segment.avg_logprob * len(segment.words) for segment in heard)
    return bool(count) and total / count >= _BELIEVED


def _settled(heard: _Hearing) -> tuple[list[_Hearing], list[list[Piece]]]:
    """What of a window is believed, and the windows to try again instead of the rest."""
    window = heard.window
    if len(window) == 1 or (not heard.words and heard.no_speech_prob > _NO_SPEECH):
        return [heard], []
    if _is_loop(heard):
        return [], halves(window)
    heard_to = heard.words[-1].end if heard.words else window[0].start
    ended = sum(piece.start < heard_to for piece in window)
    if _length(window[ended:]) > _MAX_HOLE:
        # Whisper stopped early: what it heard is sound, what it did not hear comes again.
        believed = [heard._replace(window=window[:ended])] if ended else []
        return believed, [window[ended:]] if ended else halves(window)
    if _longest_hole(heard) > _MAX_HOLE:
        return [], halves(window)
    return [heard], []


def _is_loop(heard: _Hearing) -> bool:
    text = "".join(word.text for word in heard.words).strip().encode()
    return bool(text) and len(text) / len(zlib.compress(text)) > _MAX_COMPRESSION


def _length(window: list[Piece]) -> float:
    return sum(piece.end - piece.start for piece in window)


def _longest_hole(heard: _Hearing) -> float:
    """The longest stretch of speech that no word covers, in seconds."""
    longest = 0.0
    for piece in heard.window:
        spoken_to = piece.start
        for word in heard.words:
            if piece.start <= (word.start + word.end) / 2 <= piece.end:
                longest = max(longest, word.start - spoken_to)
                spoken_to = word.end
        longest = max(longest, piece.end - spoken_to)
    return longest


def _segments(heard: _Hearing) -> list[Segment]:
    """The words of a window cut after sentence ends, and in pauses that no sentence spans."""
    segments = []
    words: list[Word] = []
    for n, word in enumerate(heard.words):
        words.append(word)
        last = n + 1 == len(heard.words)
        if last or _ends(word, heard.words[n + 1]):
            segments.append(
                Segment(
                    words[0].start,
                    words[-1].end,
                    "".join(w.text for w in words).strip(),
                    tuple(words),
                    mean_logprob(words),
                    round(heard.no_speech_prob, 4),
                )
            )
            words = []
    return segments


def _ends(word: Word, following: Word) -> bool:
    ended = word.text.endswith((".", "?", "!", "…")) and following.text.startswith(" ")
    return ended or following.start - word.end > _LONG_PAUSE
