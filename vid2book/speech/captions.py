"""What a video's captions say, held against the video: its clock, its language, its sound.

Captions are not all that is said: some begin late, end early or leave out a part. Where they are
silent for long and somebody speaks, the sound is heard, and both come in order of time.
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
from .cues import Told
from .subtitles import SubtitleError, Subtitles, later, moved, read_subtitles

# The words to expect, by the language that is spoken (as `language_code`).
Expect = Callable[[str], str]
# Mono float32 at 16 kHz, the language that was told (or empty) and words to expect.
Recogniser = Callable[[Audio, str, Expect], Recognised]
# Of a stretch, seconds.
Sound = Callable[[float, float], Audio]

_HOUR = 3600.0  # what tapes and broadcasts start their clocks at, or at a multiple of it
# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_SURE = 0.9  # probability of a language that nobody named
_SURER = 0.99  # and against what somebody did name
_IMPOSSIBLE = 0.001  # probability of the named language, for that
_ENOUGH = 200  # letters of a text that may speak against what is named


class NamedRecogniser(NamedTuple):
    """A speech model, and its name."""

    recognise: Recogniser
    name: str


@dataclass(frozen=True)
class Captioned:
    """What captions say, where they show something, and what was decided about them."""

    transcript: Transcript
    shown: tuple[tuple[float, float], ...]  # seconds
    decisions: list[Decision]

    def first(self, seconds: float) -> Captioned:
        """The same for the first so many seconds of the video."""
        transcript = replace(
            self.transcript,
            segments=tuple(s for s in self.transcript.segments if s.start < seconds),
            duration=seconds,
        )
        decisions = [d for d in self.decisions if d.start < seconds]
        return Captioned(transcript, self.shown, decisions)


def from_captions(video: Video, duration: float) -> Captioned:
    """What the captions of a video say, up to its end.

    Args:
        video: with captions.
        duration: of the whole video, seconds; 0: not known.

    Raises:
        SubtitleError: the caption file cannot be used, says nothing, or has another video's clock.
    """
    known = language_code(video.captions_language) or language_code(video.language)
    subtitles = read_subtitles(video.captions, known)
    if not subtitles.segments:
        raise SubtitleError(f"{video.captions}: nothing is said in these captions")
    decisions: list[Decision] = []
    if duration:
        subtitles, decisions = _on_the_clock(video, subtitles, duration)
    language, told = _language(video, subtitles, duration)
    score = probabilities(" ".join(s.text for s in subtitles.segments)).get(language)
    decisions += told
    decisions += [_decision(video, told) for told in subtitles.told]
    return Captioned(
        Transcript(subtitles.segments, language, "captions", duration, score and round(score, 4)),
        subtitles.shown,
        decisions,
    )


def hear_the_rest(
    video: Video,
    captioned: Captioned,
    sound: Sound,
    recogniser: NamedRecogniser | None,
    expect: Expect,
    settings: config.Transcribe,
) -> tuple[Transcript, list[Decision]]:
    """What the captions say, and between them what a speech model hears.

    Args:
        video: the video.
        captioned: what its captions say.
        sound: reads a stretch of its sound; may raise MediaError.
        recogniser: None: there is none, and what the captions leave out is only told of.
        expect: words to expect.
        settings: section `transcribe` of the config.
    """
    transcript, decisions = captioned.transcript, list(captioned.decisions)
    heard: list[Segment] = []
    for start, end in _silent(captioned.shown, transcript.duration, settings.min_caption_gap):
        try:
            audio = sound(start, end)
            spoken = sum(piece.end - piece.start for piece in find_pieces(audio))
            if spoken < settings.min_gap_speech:
                continue
            if recogniser is None:
                raise MediaError("the config has no speech model (transcribe.backend)")
            found = recogniser.recognise(audio, transcript.language, expect)
            if found.unheard:
                raise SpeechModelError(found.unheard)
        except (MediaError, SpeechModelError) as error:
            reason = f"no caption covers this stretch, and its sound is not heard: {error}"
            decisions.append(_of_stretch(video, start, end, False, reason))
            continue
        heard += [later(segment, start) for segment in found.segments]
        reason = (
            "no caption covers this stretch, in which somebody speaks (seconds): heard by "
            f"{found.by or recogniser.name}"
        )
        least = settings.min_gap_speech
        decisions.append(_of_stretch(video, start, end, True, reason, round(spoken, 1), least))
    if heard and recogniser:
        segments = sorted([*transcript.segments, *heard], key=lambda segment: segment.start)
        model = f"captions and {recogniser.name}"
        transcript = replace(transcript, segments=tuple(segments), model=model)
    return transcript, decisions


def _on_the_clock(
    video: Video, subtitles: Subtitles, duration: float
) -> tuple[Subtitles, list[Decision]]:
    """Captions within the video, after a clock that starts at a full hour was set back."""
    decisions = []
    first = min(start for start, _ in subtitles.shown)
    last = max(segment.start for segment in subtitles.segments)
    hours = first // _HOUR * _HOUR
    if last >= duration and hours and last - hours < duration:
        subtitles = moved(subtitles, -hours)
        reason = "the captions' clock does not start with the video: set back by this (seconds)"
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
    """The language of the captions: as it is named, unless they are surely in another."""
    of_video = language_code(video.language)
    named = language_code(video.captions_language) or subtitles.language or of_video
    text = " ".join(segment.text for segment in subtitles.segments)
    found = identify(text)
    if not named:
        sure = found.probability >= _SURE
        told = (
            f"the captions are in '{found.code}' by their words"
            if sure
            else "the words of the captions do not tell it"
        )
        reason = f"{unknown_language(video)}; {told}"
        score = round(found.probability, 4)
        decision = _on_video(video, duration, True, reason, score, _SURE)
        return found.code if sure else "", [decision]
    spoken = found.code if _contradicts(text, named) else named
    if of_video and spoken != of_video:
        reason = f"the captions are in '{spoken}', and the video is said to be in '{of_video}'"
        return spoken, [_on_video(video, duration, True, reason)]
    return spoken, []


def unknown_language(video: Video) -> str:
    """What a Decision says where the manifest does not tell the language."""
    if video.language:
        return f"'{video.language}' names no language"
    return "the language was not given"


def _contradicts(text: str, named: str) -> bool:
    """Whether a text is surely not in the language that is named."""
    if sum(char.isalpha() for char in text) < _ENOUGH:
        return False
    likely = probabilities(text)
    return max(likely.values()) >= _SURER and likely.get(named, 1.0) < _IMPOSSIBLE


def _silent(
    shown: Iterable[tuple[float, float]], duration: float, least: float
) -> Iterator[tuple[float, float]]:
    """Long stretches without captions, start and end in seconds."""
    covered = 0.0
    for start, end in [*sorted(shown), (duration, duration)]:
        start = min(start, duration)
        if start - covered >= least:
            yield covered, start
        covered = max(covered, end)


def _decision(video: Video, told: Told) -> Decision:
    return Decision(
        video.video_id, "sentence", "recognise", told.start, told.end, told.kept,
        f"{Path(video.captions).name}: {told.reason}", text=told.text,
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
