"""Recognise: the words of a video, from its captions, a speech model, or both.

`transcribe` decides separately which of them to believe, so a changed threshold needs no model.
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
    transcribe_gaps,
    unknown_language,
)
from .subtitles import SubtitleError

_PROMPT_LENGTH = 300  # characters; a prompt must leave Whisper room for its answer
_NO_CAPTIONS = "there are no captions, and transcribe.backend is 'captions'"
_TONAL = 0.3  # spectral flatness; music stays under 0.1, white noise and applause reach 0.56


def recognise(
    video: Video,
    audio: Audio,
    duration: float,
    recogniser: Recogniser,
    model: str,
) -> tuple[Transcript, list[Decision]]:
    """Transcribe the sound, and note where it is audible but nobody speaks.

    Args:
        video: its title and topic suggest which words to expect.
        audio: from the start of the video.
        duration: of the video, seconds.
        recogniser: the speech model.
        model: its name, used if the result does not name a model.
    """
    named = language(video)
    result = recogniser(audio, named, partial(prompt, video))
    notes = []
    if result.note:
        notes.append(result.note)
    elif not named and result.segments:
        notes.append(
            f"{unknown_language(video)}; by the sound it is '{result.language}' (probability)"
        )
    decisions = [
        Decision(
            video.video_id, "video", "recognise", 0.0, duration, kept, reason, result.language_score
        )
        for kept, reasons in ((True, notes), (False, [result.unheard]))
        for reason in filter(None, reasons)
    ]
    for sound in result.without_speech:
        kind = "music or another tone" if sound.flatness < _TONAL else "noise"
        decisions.append(
            Decision(
                video.video_id, "clip", "recognise", sound.start, sound.end, False,
                f"nobody is speaking: {kind} (spectral flatness)", sound.flatness, _TONAL,
            )
        )  # fmt: skip
    for stretch in result.foreign:
        decisions.append(
            Decision(
                video.video_id, "clip", "recognise", stretch.start, stretch.end, False,
                f"spoken in '{stretch.code}' (probability), and the video is in "
                f"'{result.language}': not transcribed", stretch.probability,
            )
        )  # fmt: skip
    transcript = Transcript(
        tuple(result.segments),
        result.language,
        "none" if result.unheard else result.by or model,
        duration,
        result.language_score,
        result.unheard,
    )
    return transcript, decisions


def language(video: Video) -> str:
    """The language in the manifest: `en` for `en-US` and `English`; empty if none is given."""
    return language_code(video.language)


def prompt(video: Video, spoken: str) -> str:
    """The words a speech model may expect: names and terms from the manifest, no addresses.

    Args:
        spoken: the spoken language, as `language_code`.
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
    # Models pick up names better from a lecturer's sentence than from a bare list.
    return f"Welcome to this lesson on {text}." if spoken == "en" else f"{text}."


def without_speech(given: StageInput) -> str:
    """Why the speech will not be transcribed, as far as that can be foreseen; empty if it will be.

    Raises:
        MediaError, SubtitleError: the config needs words, and the video can provide none.
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
        return "it has neither sound nor captions"
    return given.models.speech.predict_unheard(language(video))


def _compute(given: StageInput) -> tuple[Transcript, list[Decision]]:
    transcript, decisions = _words(given)
    file_notes = [
        Decision(given.video.video_id, "video", "recognise", n.start, n.end, True, n.text)
        for n in given.info.notes
    ]
    if given.config.privacy.mask:
        transcript, decisions = mask_transcript(transcript), mask_decisions(decisions)
    return transcript, [*file_notes, *decisions]


def _words(given: StageInput) -> tuple[Transcript, list[Decision]]:
    video, settings = given.at_hand, given.config.transcribe
    duration = given.info.duration
    if not settings.enabled:
        return Transcript((), language(video), "none", duration), []
    on_video = [_of_captions(video, duration, video.captions_note)] if video.captions_note else []
    if settings.captions and video.captions:
        try:
            return _use_captions(given)
        except SubtitleError as error:
            if settings.backend == "captions" or not given.info.audio_duration:
                raise
            reason = f"the captions cannot be used, so the sound is transcribed instead: {error}"
            on_video.append(_of_captions(video, duration, reason))
    if settings.backend == "captions":
        raise MediaError(_NO_CAPTIONS)
    if not given.info.audio_duration:
        reason = "neither sound nor captions: only the pictures are used"
        on_video.append(_of_captions(video, duration, reason))
        return Transcript((), language(video), "none", duration), on_video
    holes: list[Decision] = []

    def add_hole(n: Note) -> None:
        holes.append(Decision(video.video_id, "clip", "recognise", n.start, n.end, False, n.text))

    audio = open_audio(video.path, end=given.until, info=given.info, tell=add_hole)
    speech = given.models.speech
    transcript, decisions = recognise(video, audio, duration, speech, speech.engine.name)
    return transcript, [*on_video, *holes, *decisions]


def _use_captions(given: StageInput) -> tuple[Transcript, list[Decision]]:
    """The captions' words, and a transcript of the long gaps between them."""
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
    return transcribe_gaps(video, captioned, read, recogniser, expect, given.config.transcribe)


def _recogniser(given: StageInput) -> NamedRecogniser | None:
    """The config's speech model, if it has one."""
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
