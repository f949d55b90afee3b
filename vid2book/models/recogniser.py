"""Runs long audio through a speech model that takes 30 s at a time.

Speech is found by voice activity and packed into windows (`windows.py`), each recognised alone, so
that a fault in one cannot spread. Results are checked: a window that comes out as a loop, or with
speech that has no words, is cut and tried again. Nothing is sampled, so the same audio always gives
the same text.
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

# Where no source is named, set by eye, not swept.
_MAX_HOLE = 3.0  # seconds of speech without a word; more make a window a failure
_MAX_COMPRESSION = 2.4  # zlib ratio above which Whisper's authors call a text a loop
_NO_SPEECH = 0.6  # probability above which Whisper's authors call a window without words silent
_LONG_PAUSE = 2.0  # seconds; ends a segment
_ATTEMPTS = 3  # to recognise a window, each in smaller parts
_DOUBTFUL = -1.0  # mean log probability below which the other model is used; Whisper's authors
# decode again below it (logprob_threshold)
_BELIEVED = -0.7  # the least that the other model must reach; about -0.3 if words are right
_FOREIGN = -0.5  # below this, a window may be in another language
_VOICED = 0.3  # least voice activity for a second opinion; without a voice, that is made up too
_MARGIN = 0.3  # seconds to add around a segment for a second opinion
_GROUP = 20  # windows per call; bounds memory


class _Hearing(NamedTuple):
    """A window and the words recognised in it, with times in seconds of the audio."""

    window: list[Piece]
    words: list[Word]
    no_speech_prob: float


class Recogniser:
    """Recognises speech of any length.

    Args:
        engine: the speech model.
        other: a model for many languages, if `engine` only knows English: it identifies the
            language, transcribes languages that `engine` lacks, and gives second opinions.
        advice: how to get such a model, for a person to read.
        min_language: least probability of a language that nobody named.
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

    def predict_unheard(self, language: str) -> str:
        """Why speech in a language will not be transcribed, as far as can be foreseen; empty if it
        will be. Only `other` is loaded, for its list of languages."""
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
        """Transcribe mono float32 audio at 16 kHz and identify its language.

        Segments end where the model wrote the end of a sentence, and at pauses. A segment's
        `avg_logprob` is the mean over its own words, its `no_speech_prob` comes from its window,
        and its `voice` from the sound under its words. If the language is unknown, or no model
        knows it, nothing is transcribed, since a model would make things up. The same goes for
        stretches in another language, if the model is lost there.

        Args:
            audio: the sound; it is read in parts.
            language: as stated (`language_code`); empty if not stated.
            expect: from the spoken language to the words to expect.
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
        engines = self._engines_for(spoken.code)
        if not engines:
            unheard = why_unheard(spoken, self.engine, self.other, self._advice)
            score = spoken.probability if spoken.code else None
            return Recognised([], spoken.code, sounds, score, unheard, note=spoken.note)
        hearings = _all_windows(engines[0], audio, windows, spoken.code, expect(spoken.code))
        foreign: list[Foreign] = []
        if len(engines) == 2:
            hearings, foreign = _without_foreign(engines[1], audio, hearings, spoken.code)
        segments = _with_voice(probability, [s for result in hearings for s in _segments(result)])
        by = engines[0].name
        if len(engines) == 2:
            segments, uses_other = _second_opinion(
                engines[1], audio, probability, segments, spoken.code
            )
            by += f" and {engines[1].name}" * uses_other
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
        """Transcribe a few stretches of audio again, with the model that did so first.

        Args:
            audio: mono float32 at 16 kHz.
            window: stretches in order of time, together no longer than 30 s.
            language: as `language_code`; a model must know it.
            expect: words to expect.

        Returns:
            Words in seconds of the audio.
        """
        engine = self._engines_for(language)[0]
        return [w for h in _all_windows(engine, audio, [window], language, expect) for w in h.words]

    def takes_prompt(self, language: str) -> bool:
        """Whether the model for a language makes use of words to expect."""
        return any(engine.takes_prompt for engine in self._engines_for(language)[:1])

    def _engines_for(self, language: str) -> list[Engine]:
        return [e for e in (self.engine, self.other) if e and name_in(e, language)]


def _all_windows(
    engine: Engine,
    audio: Audio,
    todo: list[list[Piece]],
    language: str,
    prompt: str,
) -> list[_Hearing]:
    """Recognise all windows, retrying in parts those that fail."""
    hearings: list[_Hearing] = []
    for attempt in range(1, _ATTEMPTS + 1):
        retry: list[list[Piece]] = []
        for i in range(0, len(todo), _GROUP):
            for result in _recognise(engine, audio, todo[i : i + _GROUP], language, prompt):
                believed, again = _triage(result) if attempt < _ATTEMPTS else ([result], [])
                hearings += believed
                retry += again
        todo = retry
    return sorted(hearings, key=lambda result: result.window[0].start)


def _without_foreign(
    guide: Engine, audio: Audio, hearings: list[_Hearing], language: str
) -> tuple[list[_Hearing], list[Foreign]]:
    """The windows in the video's language, and those that are surely in another.

    An English model hears English in all of them. Only windows in which it is unsure or repeats
    itself are checked, since checking takes half as long as transcribing.
    """
    kept, foreign = [], []
    for result in hearings:
        lost = bool(result.words) and (_is_loop(result) or mean_logprob(result.words) < _FOREIGN)
        other = lost and surely_another(guide, sound(audio, result.window), language)
        if other:
            foreign.append(Foreign(result.window[0].start, result.window[-1].end, *other))
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
    """Replace doubtful segments by the other model's, if that is sure of them.

    Returns:
        The segments, and whether any is the other model's.
    """
    chosen: list[Segment] = []
    uses_other = False
    for segment in segments:
        better: list[Segment] = []
        if segment.avg_logprob < _DOUBTFUL and segment.voice >= _VOICED:
            window = [Piece(*_around(segment, segments, len(audio) / RATE), 0.0)]
            [hearing] = _recognise(other, audio, [window], language, "")
            if not _is_loop(hearing):
                better = _with_voice(probability, _segments(hearing))
        better = better if _is_sure(better) else []
        uses_other = uses_other or bool(better)
        chosen += better or [segment]
    return chosen, uses_other


def _recognise(
    engine: Engine,
    audio: Audio,
    windows: list[list[Piece]],
    language: str,
    prompt: str,
) -> list[_Hearing]:
    samples = [sound(audio, window) for window in windows]
    with within("the speech model", sum(map(len, samples)) / RATE):
        results, _ = engine.recognise(samples, name_in(engine, language), prompt)
    return [
        _Hearing(window, place(hearing.words, window), hearing.no_speech_prob)
        for window, hearing in zip(windows, results, strict=True)
    ]


def _with_voice(probability: NDArray[np.float32], segments: list[Segment]) -> list[Segment]:
    voices = voice(probability, [(segment.start, segment.end) for segment in segments])
    return [replace(s, voice=v) for s, v in zip(segments, voices, strict=True)]


def _around(segment: Segment, segments: list[Segment], end: float) -> tuple[float, float]:
    """A segment's stretch with a margin that overlaps no other segment, in seconds."""
    before = max((s.end for s in segments if s.end <= segment.start), default=0.0)
    after = min((s.start for s in segments if s.start >= segment.end), default=end)
    return max(before, segment.start - _MARGIN), min(after, segment.end + _MARGIN)


def _is_sure(segments: list[Segment]) -> bool:
    """Whether to believe the segments of a second opinion."""
    count = sum(len(segment.words) for segment in segments)
    total = sum(segment.avg_logprob * len(segment.words) for segment in segments)
    return bool(count) and total / count >= _BELIEVED


def _triage(hearing: _Hearing) -> tuple[list[_Hearing], list[list[Piece]]]:
    """The believable part of a window, and the windows to try again for the rest."""
    window = hearing.window
    if len(window) == 1 or (not hearing.words and hearing.no_speech_prob > _NO_SPEECH):
        return [hearing], []
    if _is_loop(hearing):
        return [], halves(window)
    words_end = hearing.words[-1].end if hearing.words else window[0].start
    ended = sum(piece.start < words_end for piece in window)
    if _length(window[ended:]) > _MAX_HOLE:
        # Whisper stopped early: its words are sound, and the remainder is tried again.
        believed = [hearing._replace(window=window[:ended])] if ended else []
        return believed, [window[ended:]] if ended else halves(window)
    if _longest_hole(hearing) > _MAX_HOLE:
        return [], halves(window)
    return [hearing], []


def _is_loop(hearing: _Hearing) -> bool:
    text = "".join(word.text for word in hearing.words).strip().encode()
    return bool(text) and len(text) / len(zlib.compress(text)) > _MAX_COMPRESSION


def _length(window: list[Piece]) -> float:
    return sum(piece.end - piece.start for piece in window)


def _longest_hole(hearing: _Hearing) -> float:
    """The longest stretch of speech that no word covers, in seconds."""
    longest = 0.0
    for piece in hearing.window:
        covered = piece.start
        for word in hearing.words:
            if piece.start <= (word.start + word.end) / 2 <= piece.end:
                longest = max(longest, word.start - covered)
                covered = word.end
        longest = max(longest, piece.end - covered)
    return longest


def _segments(hearing: _Hearing) -> list[Segment]:
    """The words of a window, cut after sentence ends and at long pauses."""
    segments = []
    words: list[Word] = []
    for n, word in enumerate(hearing.words):
        words.append(word)
        last = n + 1 == len(hearing.words)
        if last or _ends(word, hearing.words[n + 1]):
            segments.append(
                Segment(
                    words[0].start,
                    words[-1].end,
                    "".join(w.text for w in words).strip(),
                    tuple(words),
                    mean_logprob(words),
                    round(hearing.no_speech_prob, 4),
                )
            )
            words = []
    return segments


def _ends(word: Word, following: Word) -> bool:
    ended = word.text.endswith((".", "?", "!", "…")) and following.text.startswith(" ")
    return ended or following.start - word.end > _LONG_PAUSE
