"""The words of a video's captions, checked against its clock, its language and its sound.

Captions do not cover everything that is said: some begin late, end early or leave out a part. Where
they stay silent for long while somebody is speaking, the sound is transcribed, and the result is
merged with the captions in order of time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from .. import config
from ..languages import identify, language_code, probabilities
from ..media.container import MediaError
from ..models.silero import Audio
from ..models.speech import Recognised, SpeechModelError
from ..models.windows import find_pieces
from ..records import Decision, Segment, Transcript, Video
from .cues import Finding
from .subtitles import (
    SubtitleError,
    Subtitles,
    read_subtitles,
    shift_segment,
    shift_subtitles,
)

# From the spoken language (as `language_code`) to the words to expect.
Expect = Callable[[str], str]
# Takes mono float32 at 16 kHz, the stated language (or empty) and the words to expect.
Recogniser = Callable[[Audio, str, Expect], Recognised]
# From start and end of a stretch, in seconds, to its sound.
Sound = Callable[[float, float], Audio]

_HOUR = 3600.0  # tapes and broadcasts start their clocks at this or a multiple of it
# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_SURE = 0.9  # least probability of a language that nobody named
_SURER = 0.99  # least probability of a language that overrules the named one
_IMPOSSIBLE = 0.001  # the named language must be less probable than this to be overruled
_ENOUGH = 200  # letters a text needs to overrule the named language


class NamedRecogniser(NamedTuple):
    """A speech model, and its name."""

    recognise: Recogniser
    name: str


@dataclass(frozen=True)
class Captioned:
    """The words of captions, the times at which any are on screen, and decisions about them."""

    transcript: Transcript
    shown: tuple[tuple[float, float], ...]  # seconds
    decisions: list[Decision]

    def first(self, seconds: float) -> Captioned:
        """The same, cut to the first `seconds` of the video."""
        transcript = replace(
            self.transcript,
            segments=tuple(s for s in self.transcript.segments if s.start < seconds),
            duration=seconds,
        )
        decisions = [d for d in self.decisions if d.start < seconds]
        return Captioned(transcript, self.shown, decisions)


def from_captions(video: Video, duration: float) -> Captioned:
    """The words of a video's captions, up to the end of the video.

    Args:
        video: with captions.
        duration: of the whole video, seconds; 0 if unknown.

    Raises:
        SubtitleError: the caption file cannot be used, says nothing, or has another video's clock.
    """
    named = language_code(video.captions_language) or language_code(video.language)
    subtitles = read_subtitles(video.captions, named)
    if not subtitles.segments:
        raise SubtitleError(f"{video.captions}: these captions hold no speech")
    decisions: list[Decision] = []
    if duration:
        subtitles, decisions = _fit_to_clock(video, subtitles, duration)
    language, of_language = _language(video, subtitles, duration)
    score = probabilities(" ".join(s.text for s in subtitles.segments)).get(language)
    decisions += of_language
    decisions += [_decision(video, finding) for finding in subtitles.findings]
    return Captioned(
        Transcript(subtitles.segments, language, "captions", duration, score and round(score, 4)),
        subtitles.shown,
        decisions,
    )


def transcribe_gaps(
    video: Video,
    captioned: Captioned,
    sound: Sound,
    recogniser: NamedRecogniser | None,
    expect: Expect,
    settings: config.Transcribe,
) -> tuple[Transcript, list[Decision]]:
    """The captions' words, with a speech model filling the gaps between them.

    Args:
        video: the video.
        captioned: from `from_captions`.
        sound: reads a stretch of its sound; may raise MediaError.
        recogniser: None if there is none; gaps in the captions are then only reported.
        expect: words to expect.
        settings: section `transcribe` of the config.
    """
    transcript, decisions = captioned.transcript, list(captioned.decisions)
    added: list[Segment] = []
    for start, end in _gaps(captioned.shown, transcript.duration, settings.min_caption_gap):
        try:
            audio = sound(start, end)
            spoken = sum(piece.end - piece.start for piece in find_pieces(audio))
            if spoken < settings.min_gap_speech:
                continue
            if recogniser is None:
                raise MediaError("the config has no speech model (transcribe.backend)")
            result = recogniser.recognise(audio, transcript.language, expect)
            if result.unheard:
                raise SpeechModelError(result.unheard)
        except (MediaError, SpeechModelError) as error:
            reason = (
                f"no caption covers this stretch, and its sound could not be transcribed: {error}"
            )
            decisions.append(_of_stretch(video, start, end, False, reason))
            continue
        added += [shift_segment(segment, start) for segment in result.segments]
        reason = (
            "no caption covers this stretch, in which somebody is speaking (seconds): heard by "
            f"{result.by or recogniser.name}"
        )
        least = settings.min_gap_speech
        decisions.append(_of_stretch(video, start, end, True, reason, round(spoken, 1), least))
    if added and recogniser:
        segments = sorted([*transcript.segments, *added], key=lambda segment: segment.start)
        model = f"captions and {recogniser.name}"
        transcript = replace(transcript, segments=tuple(segments), model=model)
    return transcript, decisions


def _fit_to_clock(
    video: Video, subtitles: Subtitles, duration: float
) -> tuple[Subtitles, list[Decision]]:
    """The captions that lie within the video; a clock that starts at a full hour is set back."""
    decisions = []
    first = min(start for start, _ in subtitles.shown)
    last = max(segment.start for segment in subtitles.segments)
    hours = first // _HOUR * _HOUR
    if last >= duration and hours and last - hours < duration:
        subtitles = shift_subtitles(subtitles, -hours)
        reason = (
            "the captions' clock does not start with the video: moved back by this many seconds"
        )
        decisions.append(_on_video(video, duration, True, reason, hours))
    inside = [s for s in subtitles.segments if s.start < duration]
    if not inside:
        raise SubtitleError(
            f"{video.captions}: all captions come after the end of the video ({duration:.0f} s)"
        )
    if late := subtitles.segments[len(inside) :]:
        decisions.append(
            Decision(
                video.video_id, "sentence", "recognise", late[0].start, late[-1].end, False,
                "captions after the end of the video", text=" ".join(s.text for s in late),
            )
        )  # fmt: skip
    return replace(subtitles, segments=tuple(inside)), decisions


def _language(video: Video, subtitles: Subtitles, duration: float) -> tuple[str, list[Decision]]:
    """The language of the captions: the named one, unless they are surely in another."""
    of_video = language_code(video.language)
    named = language_code(video.captions_language) or subtitles.language or of_video
    text = " ".join(segment.text for segment in subtitles.segments)
    guess = identify(text)
    if not named:
        sure = guess.probability >= _SURE
        outcome = (
            f"the captions are in '{guess.code}' by their words"
            if sure
            else "the words of the captions do not tell it"
        )
        reason = f"{unknown_language(video)}; {outcome}"
        score = round(guess.probability, 4)
        decision = _on_video(video, duration, True, reason, score, _SURE)
        return guess.code if sure else "", [decision]
    spoken = guess.code if _contradicts(text, named) else named
    if of_video and spoken != of_video:
        reason = f"the captions are in '{spoken}', and the video is said to be in '{of_video}'"
        return spoken, [_on_video(video, duration, True, reason)]
    return spoken, []


def unknown_language(video: Video) -> str:
    """The reason in a Decision where the manifest does not give the language."""
    if video.language:
        return f"'{video.language}' names no language"
    return "the language was not given"


def _contradicts(text: str, named: str) -> bool:
    """Whether a text is surely not in the named language."""
    if sum(char.isalpha() for char in text) < _ENOUGH:
        return False
    likely = probabilities(text)
    return max(likely.values()) >= _SURER and likely.get(named, 1.0) < _IMPOSSIBLE


def _gaps(
    shown: Iterable[tuple[float, float]], duration: float, least: float
) -> Iterator[tuple[float, float]]:
    """Stretches of at least `least` seconds without captions: start and end in seconds."""
    covered = 0.0
    for start, end in [*sorted(shown), (duration, duration)]:
        start = min(start, duration)
        if start - covered >= least:
            yield covered, start
        covered = max(covered, end)


def _decision(video: Video, finding: Finding) -> Decision:
    return Decision(
        video.video_id, "sentence", "recognise", finding.start, finding.end, finding.kept,
        f"{Path(video.captions).name}: {finding.reason}", text=finding.text,
    )  # fmt: skip


def _on_video(
    video: Video,
    duration: float,
    kept: bool,
    reason: str,
    score: float | None = None,
    threshold: float | None = None,
) -> Decision:
    return Decision(
        video.video_id, "video", "recognise", 0.0, duration, kept, reason, score, threshold
    )


def _of_stretch(
    video: Video,
    start: float,
    end: float,
    kept: bool,
    reason: str,
    score: float | None = None,
    threshold: float | None = None,
) -> Decision:
    return Decision(video.video_id, "clip", "recognise", start, end, kept, reason, score, threshold)
