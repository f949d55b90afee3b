"""Recognise: the words of a video, from its captions or by a speech model.

What of them is believed is decided by `transcribe`, apart from this, so that a changed threshold
needs no model.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..media.audio import read_audio
from ..media.clock import Note
from ..media.container import MediaError
from ..models.speech import Recognised
from ..privacy import mask_transcript
from ..records import Decision, Transcript, Video
from ..stage import TOPIC, Given, Stage
from .subtitles import read_subtitles

# Mono float32 at 16 kHz, a language (ISO 639-1 or empty) and words to expect.
Recogniser = Callable[[NDArray[np.float32], str, str], Recognised]

_PROMPT_LENGTH = 300  # characters; what Whisper is told to expect must leave room for its answer
_TONAL = 0.3  # spectral flatness; music stays under 0.1, white noise and applause reach 0.56


def recognise(
    video: Video,
    audio: NDArray[np.float32],
    duration: float,
    recogniser: Recogniser,
    model: str,
) -> tuple[Transcript, list[Decision]]:
    """What a speech model hears, and where there is sound in which nobody speaks.

    Args:
        video: its title and topic tell the model which words to expect.
        audio: mono float32 at 16 kHz from the start of the video.
        duration: of the video, seconds.
        recogniser: the speech model.
        model: its name.
    """
    known = language(video)
    heard = recogniser(audio, known, prompt(video))
    decisions = []
    if not known and heard.segments:
        reason = f"the language was not given; the speech model hears '{heard.language}'"
        decisions.append(
            Decision(video.video_id, "video", "recognise", 0.0, duration, True, reason)
        )
    for sound in heard.without_speech:
        kind = "music or another tone" if sound.flatness < _TONAL else "noise"
        decisions.append(
            Decision(
                video.video_id, "clip", "recognise", sound.start, sound.end, False,
                f"nobody speaks: {kind} (spectral flatness)", sound.flatness, _TONAL,
            )
        )  # fmt: skip
    return Transcript(tuple(heard.segments), heard.language, model, duration), decisions


def from_captions(video: Video, duration: float) -> Transcript:
    """What the captions of a video say, up to its end.

    Raises:
        SubtitleError: the caption file cannot be used.
    """
    segments = [s for s in read_subtitles(video.captions) if s.start < duration]
    return Transcript(tuple(segments), language(video), "captions", duration)


def language(video: Video) -> str:
    """`en` for `en-US`; empty if the manifest does not tell."""
    return re.split("[-_]", video.language.strip().lower())[0]


def prompt(video: Video) -> str:
    """The words a speech model may expect: names and terms from the manifest, no addresses."""
    parts: list[str] = []
    for part in (video.title, video.knowledge_point, video.description):
        part = re.sub(r"\S*(?:://|www\.|@)\S*|\[(?:e-mail|phone)\]", " ", part)
        part = " ".join(part.split()).rstrip(" .,;:-|")
        if part and part.lower() not in " ".join(parts).lower():
            parts.append(part)
    text = ". ".join(parts)
    if len(text) > _PROMPT_LENGTH:
        text = text[:_PROMPT_LENGTH].rsplit(" ", 1)[0].rstrip(" .,;:-|")
    if not text:
        return ""
    # Said as a lecturer would say it, the model takes up names better than from a bare list.
    return f"Welcome to this lesson on {text}." if language(video) in ("", "en") else f"{text}."


def _compute(given: Given) -> tuple[Transcript, list[Decision]]:
    transcript, decisions = _words(given)
    odd = [
        Decision(given.video.video_id, "video", "recognise", n.start, n.end, True, n.text)
        for n in given.info.notes
    ]
    masked = mask_transcript(transcript) if given.config.privacy.mask else transcript
    return masked, [*odd, *decisions]


def _words(given: Given) -> tuple[Transcript, list[Decision]]:
    video, settings = given.video, given.config.transcribe
    duration = given.info.duration
    if not settings.enabled:
        return Transcript((), language(video), "none", duration), []
    if settings.captions and video.captions:
        return from_captions(video, duration), []
    if settings.backend == "captions":
        raise MediaError("no captions beside it, and transcribe.backend is 'captions'")
    if not given.info.audio_duration:
        raise MediaError("no sound in it, and no captions beside it")
    holes: list[Decision] = []

    def tell(n: Note) -> None:
        holes.append(Decision(video.video_id, "clip", "recognise", n.start, n.end, False, n.text))

    audio = read_audio(video.path, end=given.until, info=given.info, tell=tell)
    speech = given.models.speech
    transcript, decisions = recognise(video, audio, duration, speech, speech.engine.name)
    return transcript, [*holes, *decisions]


RECOGNISE = Stage(
    name="recognise",
    result=Transcript,
    compute=_compute,
    settings=(
        "transcribe.enabled",
        "transcribe.backend",
        "transcribe.captions",
        "transcribe.model",
        "transcribe.beam_size",
        "transcribe.batch_size",
        "privacy.mask",
    ),
    facts=("language", *TOPIC),
    models=("speech",),
)
