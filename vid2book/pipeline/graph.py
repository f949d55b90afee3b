"""The stages of one video: what each reads, what can change its result, and where it is kept.

    hear -> transcribe -> refine --------\\
    keyframes -> read -> legible ---------> score -> judge -> clip -> align
            \\-> caption -------------------------------------------/

How a video gets its results is in `work.py`, what follows over the whole corpus in `corpus.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .. import privacy
from ..assemble import align as align_stage
from ..assemble import clip as clip_stage
from ..assemble import reduce as reduce_stage
from ..assemble.minhash import Signature, signature
from ..config import Llm
from ..media.audio import SAMPLE_RATE, read_audio
from ..media.container import MediaError, check_complete
from ..media.frames import Frame, read_frames
from ..models.lazy import chat_of
from ..records import Clip, Decision, Judgement, Keyframe, OcrLine, Sentence, Transcript, Video
from ..screen import caption as caption_stage
from ..screen import keyframes as keyframes_stage
from ..screen import read as read_stage
from ..screen.layout import screen_text
from ..speech import recognise as hear_stage
from ..speech import refine as refine_stage
from ..speech import rewrite as rewrite_stage
from ..speech import transcribe as transcribe_stage
from ..teaching import judge as judge_stage
from ..teaching import score as score_stage
from ..teaching.grade import INSTRUCTIONS
from .work import Stage, Work


def _hear(work: Work) -> tuple[Transcript, list[Decision]]:
    transcript, decisions = _heard(work)
    masks = work.config.privacy.mask
    return (privacy.mask_transcript(transcript) if masks else transcript), decisions


def _heard(work: Work) -> tuple[Transcript, list[Decision]]:
    video, settings = work.video, work.config.transcribe
    duration = work.info.duration
    if not settings.enabled:
        return Transcript((), hear_stage.language(video), "none", duration), []
    if settings.captions and video.captions:
        return hear_stage.read(video, duration), []
    if settings.backend == "captions":
        raise MediaError("no captions beside it, and transcribe.backend is 'captions'")
    if not work.info.audio_duration:
        raise MediaError("no sound in it, and no captions beside it")
    audio = read_audio(video.path, work.until)
    check_complete(video.path, len(audio) / SAMPLE_RATE, work.info.audio_duration)
    speech = work.models.speech
    return hear_stage.hear(video, audio, duration, speech, speech.engine.name)


def _transcribe(work: Work) -> tuple[Transcript, list[Decision]]:
    return transcribe_stage.transcribe(work.video, work.get(HEAR), work.config.transcribe)


def _refine(work: Work) -> tuple[list[Sentence], list[Decision]]:
    settings, transcript = work.config.refine, work.get(TRANSCRIBE)
    sentences = refine_stage.refine(transcript, settings)
    if settings.enabled and settings.llm and transcript.language in ("", "en"):
        return rewrite_stage.rewrite(work.video.video_id, sentences, chat_of(settings.llm))
    return sentences, rewrite_stage.by_rules(work.video.video_id, sentences)


def _keyframes(work: Work) -> tuple[list[Keyframe], list[Decision]]:
    settings = work.config.keyframes
    if not settings.enabled:
        return [], []
    reached = 0.0

    def frames() -> Iterator[Frame]:
        nonlocal reached
        for frame in read_frames(work.video.path, settings.sample_rate, work.until):
            reached = frame.time
            work.tell("keyframes", reached)
            yield frame

    info = work.info
    models = work.models
    found = keyframes_stage.keyframes(
        work.video.video_id, frames(), models.faces, settings, models.image_embed
    )
    check_complete(work.video.path, reached, info.video_duration)
    how = work.config.privacy.faces
    if how == "keep":
        return found
    kept, hidden = privacy.hide_faces(
        found[0], work.video.video_id, models.faces.boxes, how, settings.jpeg_quality
    )
    return kept, [*found[1], *hidden]


def _read(work: Work) -> tuple[list[tuple[OcrLine, ...]], list[Decision]]:
    keyframes = work.get(KEYFRAMES)
    if not work.config.read.enabled:
        return [() for _ in keyframes], []
    models = work.models
    lines, decisions = read_stage.read(
        work.video.video_id, keyframes, models.ocr, models.embedded_ocr, work.config.read
    )
    if work.config.privacy.mask:
        return [privacy.mask_lines(shown) for shown in lines], privacy.mask_decisions(decisions)
    return lines, decisions


def _caption(work: Work) -> tuple[list[str], list[Decision]]:
    settings = work.config.align
    chat = chat_of(settings.captions) if settings.enabled and settings.captions else None
    captions, decisions = caption_stage.caption(work.video.video_id, work.get(KEYFRAMES), chat)
    if work.config.privacy.mask:
        return [privacy.mask_text(c) for c in captions], privacy.mask_decisions(decisions)
    return captions, decisions


def _legible(work: Work) -> tuple[list[str], list[Decision]]:
    lines, decisions = read_stage.legible(
        work.video.video_id,
        work.get(KEYFRAMES),
        work.get(READ),
        work.get(TRANSCRIBE),
        work.config.read,
    )
    return [screen_text(found) for found in lines], decisions


def _score(work: Work) -> tuple[score_stage.Scores, list[Decision]]:
    settings = work.config.judge
    return score_stage.score(
        work.video,
        work.get(REFINE),
        list(zip(work.get(KEYFRAMES), work.get(LEGIBLE), strict=True)),
        work.get(TRANSCRIBE),
        work.models.embed,
        [chat_of(llm) for llm in settings.llms],
        settings,
    )


@dataclass(frozen=True)
class Judged:
    """The result of `judge`."""

    sentences: tuple[Sentence, ...]
    judgement: Judgement


def _judge(work: Work) -> tuple[Judged, list[Decision]]:
    sentences, judgement, decisions = judge_stage.judge(
        work.video,
        work.get(REFINE),
        work.get(SCORE),
        work.get(TRANSCRIBE),
        work.config.judge,
    )
    return Judged(tuple(sentences), judgement), decisions


def _clip(work: Work) -> tuple[list[Clip], list[Decision]]:
    clips = clip_stage.clip(
        work.get(JUDGE).sentences,
        work.get(KEYFRAMES),
        work.config.clip,
        work.config.judge.min_teaching,
    )
    return clips, []


@dataclass(frozen=True)
class Aligned:
    """The result of `align`, with what `reduce` needs of the speech and the pictures left."""

    clips: tuple[Clip, ...]
    speech: Signature
    pictures: tuple[reduce_stage.Picture, ...]


def _align(work: Work) -> tuple[Aligned, list[Decision]]:
    keyframes, texts = work.get(KEYFRAMES), work.get(LEGIBLE)
    screen = map(align_stage.Shown, keyframes, texts, work.get(CAPTION))
    clips, decisions = align_stage.align(
        work.video,
        list(screen),
        work.get(JUDGE).sentences,
        work.get(CLIP),
        work.models.align_embed,
        work.models.embed,
        work.config.align,
        work.config.judge.min_teaching,
    )
    left = sorted(k for c in clips for k in c.keyframes)
    pictures = [reduce_stage.picture(k, keyframes[k], texts[k], last=k == left[-1]) for k in left]
    speech = signature(" ".join(s.raw for s in work.get(JUDGE).sentences))
    return Aligned(tuple(clips), speech, tuple(pictures)), decisions


def _what_it_is_about(video: Video) -> list[str]:
    return [video.title, video.description, video.subject, video.course, video.sub_course,
            video.knowledge_point]  # fmt: skip


def _nothing(_: Video) -> None:
    return None


def _asked(llm: Llm | None, instructions: str) -> list[Any] | None:
    """All that an answer of a language model depends on besides what it is asked about."""
    return None if llm is None else [llm.model_dump(), chat_of(llm).identity, instructions]


HEAR: Stage[Transcript] = Stage(
    "hear", hear_stage.VERSION, Transcript, (), lambda c: [c.transcribe.hearing, c.privacy.mask],
    lambda v: [v.language, _what_it_is_about(v)], ("speech",), _hear,
)  # fmt: skip
TRANSCRIBE: Stage[Transcript] = Stage(
    "transcribe", transcribe_stage.VERSION, Transcript, (HEAR,),
    lambda c: c.transcribe.model_dump(), _what_it_is_about, (), _transcribe,
)  # fmt: skip
REFINE: Stage[list[Sentence]] = Stage(
    "refine", refine_stage.VERSION, list[Sentence], (TRANSCRIBE,),
    lambda c: [
        c.refine.model_dump(exclude={"llm"}),
        _asked(c.refine.llm, rewrite_stage.INSTRUCTIONS),
    ],
    _nothing, (), _refine,
)  # fmt: skip
KEYFRAMES: Stage[list[Keyframe]] = Stage(
    "keyframes", keyframes_stage.VERSION, list[Keyframe], (),
    lambda c: [c.keyframes.model_dump(), c.privacy.faces],
    _nothing, ("faces", "image_embed"), _keyframes,
)  # fmt: skip
READ: Stage[list[tuple[OcrLine, ...]]] = Stage(
    "read", read_stage.VERSION, list[tuple[OcrLine, ...]], (KEYFRAMES,),
    lambda c: [c.read.model_dump(exclude={"min_score"}), c.privacy.mask],
    _nothing, ("ocr",), _read,
)  # fmt: skip
CAPTION: Stage[list[str]] = Stage(
    "caption", caption_stage.VERSION, list[str], (KEYFRAMES,),
    lambda c: [c.align.enabled, _asked(c.align.captions, caption_stage.PROMPT), c.privacy.mask],
    _nothing, (), _caption,
)  # fmt: skip
LEGIBLE: Stage[list[str]] = Stage(
    "legible", read_stage.VERSION, list[str], (KEYFRAMES, READ, TRANSCRIBE),
    lambda c: c.read.model_dump(), _nothing, (), _legible,
)  # fmt: skip
SCORE: Stage[score_stage.Scores] = Stage(
    "score", score_stage.VERSION, score_stage.Scores, (REFINE, TRANSCRIBE, KEYFRAMES, LEGIBLE),
    lambda c: [c.judge.enabled, *(_asked(llm, INSTRUCTIONS) for llm in c.judge.llms)],
    _what_it_is_about, ("embed",), _score,
)  # fmt: skip
JUDGE: Stage[Judged] = Stage(
    "judge", judge_stage.VERSION, Judged, (SCORE, REFINE, TRANSCRIBE),
    lambda c: c.judge.model_dump(exclude={"enabled", "llms"}), _nothing, (), _judge,
)  # fmt: skip
CLIP: Stage[list[Clip]] = Stage(
    "clip", clip_stage.VERSION, list[Clip], (JUDGE, KEYFRAMES),
    lambda c: [c.clip.model_dump(), c.judge.min_teaching], _nothing, (), _clip,
)  # fmt: skip
ALIGN: Stage[Aligned] = Stage(
    "align", align_stage.VERSION, Aligned, (CLIP, JUDGE, KEYFRAMES, LEGIBLE, CAPTION),
    lambda c: [c.align.model_dump(), c.judge.min_teaching], _what_it_is_about, ("align_embed",),
    _align,
)  # fmt: skip

STAGES: tuple[Stage[Any], ...] = (
    HEAR, TRANSCRIBE, REFINE, KEYFRAMES, READ, CAPTION, LEGIBLE, SCORE, JUDGE, CLIP, ALIGN,
)  # fmt: skip
# The two halves that do not wait for each other, and what waits for both.
SPEECH = (HEAR, TRANSCRIBE, REFINE)
SCREEN = (KEYFRAMES, READ, CAPTION)
TEXT = (LEGIBLE, SCORE, JUDGE, CLIP, ALIGN)
