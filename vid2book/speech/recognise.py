"""Hear: the words of a video, from its captions or by a speech model.

What of them is believed is decided by `transcribe`, apart from this, so that a changed threshold
needs no model.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..models.speech import Listened
from ..records import Decision, Transcript, Video
from .subtitles import read_captions

VERSION = 1

# Mono float32 at 16 kHz, a language (ISO 639-1 or empty) and words to expect.
Recognise = Callable[[NDArray[np.float32], str, str], Listened]

_PROMPT_LENGTH = 300  # characters; what Whisper is told to expect must leave room for its answer
_TONAL = 0.3  # spectral flatness; music stays under 0.1, white noise and applause reach 0.56


def hear(
    video: Video, audio: NDArray[np.float32], duration: float, recognise: Recognise, model: str
) -> tuple[Transcript, list[Decision]]:
    """What a speech model hears, and where there is sound in which nobody speaks.

    Args:
        video: its title and topic tell the model which words to expect.
        audio: mono float32 at 16 kHz from the start of the video.
        duration: of the video, seconds.
        recognise: the speech model.
        model: its name.
    """
    known = language(video)
    heard = recognise(audio, known, prompt(video))
    decisions = []
    if not known and heard.segments:
        reason = f"the language was not given; the speech model hears '{heard.language}'"
        decisions.append(Decision(video.video_id, "video", "hear", 0.0, duration, True, reason))
    for sound in heard.without_speech:
        kind = "music or another tone" if sound.flatness < _TONAL else "noise"
        decisions.append(
            Decision(
                video.video_id, "clip", "hear", sound.start, sound.end, False,
                f"nobody speaks: {kind} (spectral flatness)", sound.flatness, _TONAL,
            )
        )  # fmt: skip
    return Transcript(tuple(heard.segments), heard.language, model, duration), decisions


def read(video: Video, duration: float) -> Transcript:
    """What the captions of a video say, up to its end.

    Raises:
        CaptionError: the caption file cannot be used.
    """
    segments = [s for s in read_captions(video.captions) if s.start < duration]
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
