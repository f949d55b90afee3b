"""Summarise: what `reduce` must know about a video, so that a whole corpus fits into memory."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from ..records import Decision, Keyframe, Sentence, Video
from ..screen.keyframes import KEYFRAMES
from ..screen.legible import LEGIBLE
from ..speech.transcribe import TRANSCRIBE
from ..stage import Stage, StageInput
from ..teaching.judge import JUDGE
from .align import ALIGN, Aligned
from .marks import staying
from .minhash import Signature, signature

THUMB = (64, 36)  # width, height of the grey thumbnail


@dataclass(frozen=True)
class Picture:
    """What `reduce` needs of a kept keyframe, and no more."""

    keyframe: int  # position in the video's list
    start: float
    end: float
    phash: int
    thumb: str  # 64 x 36 grey levels as hex
    words: tuple[str, ...]  # on-screen words, sorted, without duplicates
    last: bool  # whether it is the last of its video, where the end card is


@dataclass(frozen=True)
class Summary:
    """What `reduce` needs of a video, and no more."""

    video_id: str
    duration: float  # seconds
    speech: Signature
    pictures: tuple[Picture, ...]


def summarise(
    video: Video,
    duration: float,
    sentences: Sequence[Sentence],
    aligned: Aligned,
    keyframes: Sequence[Keyframe],
    texts: Sequence[str],
    min_phrases: int,
) -> Summary:
    """What a video says, and the pictures that stay in its clips.

    Args:
        duration: of the video, seconds.
        sentences: all of the speech.
        aligned: its clips, with positions of keyframes, and its pictures.
        texts: on-screen text of each keyframe.
        min_phrases: speech with fewer different phrases is not compared.
    """
    clips = staying(aligned.clips, aligned.pictures)
    kept = sorted(k for clip in clips for k in clip.keyframes)
    pictures = [picture(k, keyframes[k], texts[k], last=k + 1 == len(keyframes)) for k in kept]
    speech = signature(" ".join(sentence.raw for sentence in sentences), min_phrases)
    return Summary(video.video_id, duration, speech, tuple(pictures))


def picture(position: int, keyframe: Keyframe, text: str, last: bool) -> Picture:
    """What `reduce` needs of a keyframe with `text` on it."""
    luma = np.asarray(Image.open(io.BytesIO(keyframe.image)).convert("L"))
    thumb = cv2.resize(luma, THUMB, interpolation=cv2.INTER_AREA)
    return Picture(
        position,
        keyframe.start,
        keyframe.end,
        keyframe.phash,
        thumb.tobytes().hex(),
        tuple(sorted(set(text.lower().split()))),
        last,
    )


def _compute(given: StageInput) -> tuple[Summary, list[Decision]]:
    summary = summarise(
        given.video,
        given.get(TRANSCRIBE).duration,
        given.get(JUDGE).sentences,
        given.get(ALIGN),
        given.get(KEYFRAMES),
        given.get(LEGIBLE),
        given.config.reduce.min_phrases,
    )
    return summary, []


SUMMARISE = Stage(
    name="summarise",
    result=Summary,
    compute=_compute,
    needs=(ALIGN, JUDGE, KEYFRAMES, LEGIBLE, TRANSCRIBE),
    settings=("reduce.min_phrases",),
)
