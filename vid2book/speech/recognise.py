"""Recognise: the words of a video, from its captions, by a speech model, or by both.

What of them is believed is decided by `transcribe`, apart from this, so that a changed threshold
needs no model.
"""

from __future__ import annotations

import re
from functools import partial

from ..languages import language_code
from ..media.audio import open_audio
from ..media.clock import Note
from ..media.container import MediaError
from ..media.survey import probe
from ..models.silero import Audio
from ..privacy import mask_decisions, mask_transcript
from ..records import Decision, Transcript, Video
from ..stage import TOPIC, Stage, StageInput
from .captions import (
    NamedRecogniser,
    Recogniser,
    from_captions,
    hear_the_rest,
    unknown_language,
)
from .subtitles import SubtitleError

_PROMPT_LENGTH = 300  # characters; what Whisper is told to expect must leave room for its answer
_NO_CAPTIONS = "there are no captions, and transcribe.backend is 'captions'"
_TONAL = 0.3  # spectral flatness; music stays under 0.1, white noise and applause reach 0.56


def recognise(
    video: Video,
    audio: Audio,
    duration: float,
    recogniser: Recogniser,
    model: str,
) -> tuple[Transcript, list[Decision]]:
    """What a speech model hears, and where there is sound in which nobody speaks.

    Args:
        video: its title and topic tell the model which words to expect.
        audio: from the start of the video.
        duration: of the video, seconds.
        recogniser: the speech model.
        model: its name, where it does not say itself who heard.
    """
    known = language(video)
    heard = recogniser(audio, known, partial(prompt, video))
    told = []
    if heard.note:
        told.append(heard.note)
    elif not known and heard.segments:
        told.append(
            f"{unknown_language(video)}; by the sound it is '{heard.language}' (probability)"
        )
    decisions = [
        Decision(
            video.video_id, "video", "recognise", 0.0, duration, kept, reason, heard.language_score
        )
        for kept, reasons in ((True, told), (False, [heard.unheard]))
        for reason in filter(None, reasons)
    ]
    for sound in heard.without_speech:
        kind = "music or another tone" if sound.flatness < _TONAL else "noise"
        decisions.append(
            Decision(
                video.video_id, "clip", "recognise", sound.start, sound.end, False,
                f"nobody speaks: {kind} (spectral flatness)", sound.flatness, _TONAL,
            )
        )  # fmt: skip
    for stretch in heard.foreign:
        decisions.append(
            Decision(
                video.video_id, "clip", "recognise", stretch.start, stretch.end, False,
                f"spoken in '{stretch.code}' (probability), and the video is in "
                f"'{heard.language}': not heard", stretch.probability,
            )
        )  # fmt: skip
    transcript = Transcript(
        tuple(heard.segments),
        heard.language,
        "none" if heard.unheard else heard.by or model,
        duration,
        heard.language_score,
        heard.unheard,
    )
    return transcript, decisions


def language(video: Video) -> str:
    """`en` for `en-US` and `English`; empty if the manifest does not tell."""
    return language_code(video.language)


def prompt(video: Video, spoken: str) -> str:
    """The words a speech model may expect: names and terms from the manifest, no addresses.

    Args:
        spoken: the language, as `language_code`.
    """
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
    return f"Welcome to this lesson on {text}." if spoken == "en" else f"{text}."


def without_speech(given: StageInput) -> str:
    """Why the speech of a video will not be heard, as far as that shows before; empty: it will.

    Raises:
        MediaError, SubtitleError: for want of words the config cannot use the video at all.
    """
    video, settings, sound = given.at_hand, given.config.transcribe, given.info.audio_duration
    if not settings.enabled:
        return ""
    if settings.captions and video.captions:
        try:
            from_captions(video, given.info.duration if given.until is None else 0.0)
            return ""
        except SubtitleError:
            if settings.backend == "captions" or not sound:
                raise
    if settings.backend == "captions":
        raise MediaError(_NO_CAPTIONS)
    if not sound:
        return "neither sound nor captions"
    return given.models.speech.foreseen(language(video))


def _compute(given: StageInput) -> tuple[Transcript, list[Decision]]:
    transcript, decisions = _words(given)
    odd = [
        Decision(given.video.video_id, "video", "recognise", n.start, n.end, True, n.text)
        for n in given.info.notes
    ]
    if given.config.privacy.mask:
        transcript, decisions = mask_transcript(transcript), mask_decisions(decisions)
    return transcript, [*odd, *decisions]


def _words(given: StageInput) -> tuple[Transcript, list[Decision]]:
    video, settings = given.at_hand, given.config.transcribe
    duration = given.info.duration
    if not settings.enabled:
        return Transcript((), language(video), "none", duration), []
    told = [_of_captions(video, duration, video.captions_note)] if video.captions_note else []
    if settings.captions and video.captions:
        try:
            return _captioned(given)
        except SubtitleError as error:
            if settings.backend == "captions" or not given.info.audio_duration:
                raise
            reason = f"the captions are not used, and the sound is heard instead: {error}"
            told.append(_of_captions(video, duration, reason))
    if settings.backend == "captions":
        raise MediaError(_NO_CAPTIONS)
    if not given.info.audio_duration:
        reason = "neither sound nor captions: only the pictures are used"
        told.append(_of_captions(video, duration, reason))
        return Transcript((), language(video), "none", duration), told
    holes: list[Decision] = []

    def tell(n: Note) -> None:
        holes.append(Decision(video.video_id, "clip", "recognise", n.start, n.end, False, n.text))

    audio = open_audio(video.path, end=given.until, info=given.info, tell=tell)
    speech = given.models.speech
    transcript, decisions = recognise(video, audio, duration, speech, speech.engine.name)
    return transcript, [*told, *holes, *decisions]


def _captioned(given: StageInput) -> tuple[Transcript, list[Decision]]:
    """What the captions say, and what is heard where they say nothing for long."""
    video, info = given.at_hand, given.info
    whole = info.duration if given.until is None else probe(video.path).duration
    captioned = from_captions(video, whole)
    if given.until is not None:
        captioned = captioned.first(info.duration)
    if not info.audio_duration:
        return captioned.transcript, captioned.decisions

    def read(start: float, end: float) -> Audio:
        return open_audio(video.path, start, end, info=info)

    recogniser, expect = _recogniser(given), partial(prompt, video)
    return hear_the_rest(video, captioned, read, recogniser, expect, given.config.transcribe)


def _recogniser(given: StageInput) -> NamedRecogniser | None:
    """None where the config has no speech model."""
    if given.config.transcribe.backend == "captions":
        return None
    speech = given.models.speech
    return NamedRecogniser(speech, speech.engine.name)


def _of_captions(video: Video, duration: float, reason: str) -> Decision:
    return Decision(video.video_id, "video", "recognise", 0.0, duration, False, reason)


RECOGNISE = Stage(
    name="recognise",
    result=Transcript,
    compute=_compute,
    settings=(
        "transcribe.enabled",
        "transcribe.backend",
        "transcribe.captions",
        "transcribe.min_caption_gap",
        "transcribe.min_gap_speech",
        "transcribe.min_language",
        "transcribe.model",
        "transcribe.multilingual",
        "transcribe.beam_size",
        "transcribe.batch_size",
        "privacy.mask",
    ),
    facts=("language", "captions_language", "captions_note", *TOPIC),
    models=("speech",),
)
