"""Rehear: corrects names and terms that stand on the screen and that the speech model misheard.

A speech model cannot know that the tool is called ANDI, and writes Andy; the screen tells it.
Only stretches with words that look like a term are transcribed again, and only terms are taken from
the second transcript. DocWhisper (arXiv 2401.09759) had the idea that the screen should help. The
obvious rule, to keep the likelier of the two transcripts, keeps loops and rejects correct words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple, Protocol

from ..media.audio import open_audio
from ..models.silero import Audio
from ..models.speech import mean_logprob
from ..models.windows import Piece, cut_windows
from ..records import Decision, Segment, Transcript, Word
from ..screen.keyframes import KEYFRAMES
from ..screen.read import READ
from ..stage import Stage, StageInput
from .terms import STOPS, Rare, Span, Term, find_misheard, find_terms, hint_for, mend
from .transcribe import TRANSCRIBE

# Set while looking at the lectures of benchmarks/terms/tuning, not swept one by one.
_CONTEXT = 1.5  # seconds of speech on either side to transcribe too; more is no better
_MARGIN = 0.3  # seconds of silence around that, at most


class Rehears(Protocol):
    """Transcribes a stretch of audio once more; see `Recogniser.again`."""

    def again(
        self, audio: Audio, window: list[Piece], language: str, expect: str
    ) -> list[Word]: ...


class Stretch(NamedTuple):
    """Words of one segment that are to be transcribed again."""

    piece: Piece
    segment: int
    words: Span
    likely: tuple[Term, ...]  # terms that look like some of the words


def rehear(
    video_id: str,
    transcript: Transcript,
    terms: Sequence[Term],
    stretches: Sequence[Stretch],
    audio: Audio,
    recogniser: Rehears,
    alike: float,
) -> tuple[Transcript, list[Decision]]:
    """The transcript with misheard terms corrected, and a Decision for each.

    Args:
        terms: those on the screen.
        stretches: from `find_stretches`.
        audio: mono float32 at 16 kHz from the start of the video.
        alike: share of letters that a term and the misheard words must have in common.
    """
    reheard: list[Word] = []
    for window in cut_windows([stretch.piece for stretch in stretches]):
        start, end = window[0].start, window[-1].end
        in_window = [s for s in stretches if start <= s.piece.start and s.piece.end <= end]
        likely = [term for stretch in in_window for term in stretch.likely]
        hint = hint_for(likely, terms, start, end)
        reheard += recogniser.again(audio, window, transcript.language, hint)
    segments, decisions = list(transcript.segments), []
    # Backwards, so that the positions of earlier words stay valid.
    for stretch in reversed(stretches):
        segment = segments[stretch.segment]
        first, end = stretch.words
        piece = stretch.piece
        new = [w for w in reheard if piece.start <= (w.start + w.end) / 2 < piece.end]
        for part in reversed(mend(segment.words[first:end], new, terms, alike)):
            old = Span(first + part.old.first, first + part.old.end)
            misheard_words = segment.words[old.first : old.end]
            corrected = _in_place_of(misheard_words, new[part.new.first : part.new.end])
            segment = _with_words(
                segment, [*segment.words[: old.first], *corrected, *segment.words[old.end :]]
            )
            decisions.append(_decision(video_id, misheard_words, corrected, part.likeness, alike))
        segments[stretch.segment] = segment
    return replace(transcript, segments=tuple(segments)), decisions[::-1]


def find_stretches(
    segments: Sequence[Segment], terms: Sequence[Term], rare: Rare, alike: float
) -> list[Stretch]:
    """The stretches to transcribe again, in order of time: those around words like a term.

    Args:
        rare: whether a word is rare.
        alike: share of letters that a term and the words must have in common.
    """
    stretches: list[Stretch] = []
    for n, segment in enumerate(segments):
        if segment.captioned or not segment.words:
            continue
        before = segments[n - 1].end if n else 0.0
        after = segments[n + 1].start if n + 1 < len(segments) else segment.end + 2 * _MARGIN
        for words, likely in _around(segment.words, terms, rare, alike):
            start, end = _edges(segment.words, words, before, after)
            stretches.append(Stretch(Piece(start, end, 0.0), n, words, likely))
    return stretches


def _around(
    words: Sequence[Word], terms: Sequence[Term], rare: Rare, alike: float
) -> Iterator[tuple[Span, tuple[Term, ...]]]:
    """Spans of words that look like terms, with their context; spans that meet are joined."""
    wide = []
    for span, term in find_misheard(words, terms, rare, alike):
        start, end = words[span.first].start - _CONTEXT, words[span.end - 1].end + _CONTEXT
        inside = [n for n, word in enumerate(words) if word.end > start and word.start < end]
        wide.append((Span(min(inside[0], span.first), max(inside[-1] + 1, span.end)), term))
    joined: list[tuple[Span, tuple[Term, ...]]] = []
    for span, term in sorted(wide):
        if joined and span.first <= joined[-1][0].end:
            last, likely = joined.pop()
            joined.append((Span(last.first, max(last.end, span.end)), (*likely, term)))
        else:
            joined.append((span, (term,)))
    yield from joined


def _edges(words: Sequence[Word], span: Span, before: float, after: float) -> tuple[float, float]:
    """Start and end of the cut, in seconds: mid-pause, but close to the words."""
    first, last = words[span.first], words[span.end - 1]
    if span.first:
        before = words[span.first - 1].end
    if span.end < len(words):
        after = words[span.end].start
    return (
        max(0.0, first.start - _MARGIN, min(first.start, (before + first.start) / 2)),
        max(last.end, min(last.end + _MARGIN, (last.end + after) / 2)),
    )


def _in_place_of(old: Sequence[Word], new: Sequence[Word]) -> list[Word]:
    """The new words, with the times and punctuation of the old ones."""
    low, high = old[0].start, old[-1].end
    times = [min(max(t, low), high) for t in (low, *(word.start for word in new[1:]), high)]
    texts = [word.text for word in new]
    last_text = old[-1].text.rstrip()
    texts[-1] = texts[-1].rstrip().rstrip(STOPS) + last_text[len(last_text.rstrip(STOPS)) :]
    if old[0].text.strip()[:1].isupper() and texts[0].islower():
        texts[0] = f" {texts[0].strip().capitalize()}"
    return [
        replace(word, start=start, end=max(start, end), text=text)
        for word, text, (start, end) in zip(new, texts, pairwise(times), strict=True)
    ]


def _with_words(segment: Segment, words: Sequence[Word]) -> Segment:
    text = "".join(word.text for word in words).strip()
    return replace(segment, text=text, words=tuple(words), avg_logprob=mean_logprob(words))


def _decision(
    video_id: str, old: Sequence[Word], new: Sequence[Word], likeness: float, alike: float
) -> Decision:
    before, after = ("".join(word.text for word in words).strip() for words in (old, new))
    return Decision(
        video_id, "sentence", "rehear", old[0].start, old[-1].end, True,
        "a term on the screen, heard once the model was told to expect it; before, it heard words "
        "that are spelled almost like it (share of letters that agree)",
        round(likeness, 4), alike, after, before,
    )  # fmt: skip


def _compute(given: StageInput) -> tuple[Transcript, list[Decision]]:
    transcript, settings = given.get(TRANSCRIBE), given.config.transcribe
    if not settings.enabled or not settings.screen_terms or settings.backend == "captions":
        return transcript, []
    count_tokens = given.models.count_tokens

    def rare(word: str) -> bool:
        """Whether the word is missing from a tokenizer's vocabulary of the most frequent ones."""
        return count_tokens(word.lower()) > 1

    alike = settings.min_term_likeness
    terms = find_terms(given.get(KEYFRAMES), given.get(READ), rare, settings.min_term_score)
    stretches = find_stretches(transcript.segments, terms, rare, alike)
    if not stretches or not given.models.speech.takes_prompt(transcript.language):
        return transcript, []
    audio = open_audio(given.at_hand.path, end=given.until, info=given.info)
    speech = given.models.speech
    return rehear(given.video.video_id, transcript, terms, stretches, audio, speech, alike)


REHEAR = Stage(
    name="rehear",
    result=Transcript,
    compute=_compute,
    needs=(TRANSCRIBE, KEYFRAMES, READ),
    settings=(
        "transcribe.enabled",
        "transcribe.backend",
        "transcribe.screen_terms",
        "transcribe.min_term_score",
        "transcribe.min_term_likeness",
    ),
    models=("speech", "count_tokens"),
    often_the_same=True,
)
