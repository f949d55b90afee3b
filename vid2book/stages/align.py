"""Align: pictures that have nothing to do with what is taught are dropped; their speech stays.

Dropped are the talking head, what is shown only while nothing is taught (a sponsor's card, the end
card), and a picture that shows what the next one shows too. A picture without text (a diagram, an
experiment) is kept unless one of these rules drops it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .. import config
from ..records import Clip, Decision, Keyframe, Sentence, Video
from .phash import distance

VERSION = 2
_SAME_LOOK = 10  # bits of the perceptual hash; with the same text on both, two pictures are one
_RELATED = 0.35  # cosine of on-screen text and the lesson: the picture speaks of the topic

Embed = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True)
class Verdict:
    """Why a picture goes, with the number that decided it."""

    reason: str
    score: float | None = None
    threshold: float | None = None


def align(
    video: Video,
    keyframes: Sequence[Keyframe],
    texts: Sequence[str],
    sentences: Sequence[Sentence],
    clips: Sequence[Clip],
    embed: Embed,
    settings: config.Align,
    min_teaching: float,
) -> tuple[list[Clip], list[Decision]]:
    """Clips without the pictures that do not belong, and how well text and speech agree.

    Args:
        keyframes: of the video, in order of time.
        texts: what is written on each of them, '' for nothing.
        sentences: all of the speech, judged; off-topic ones among them.
        clips: with positions of keyframes.
        embed: texts to unit vectors.
        min_teaching: sentences below do not teach (section `judge`).
    """
    lesson = " ".join([video.title, video.knowledge_point, *(c.text for c in clips)])
    related = _cosines(embed, texts, [lesson] * len(texts))
    dropped: dict[int, Verdict] = {}
    for i, keyframe in enumerate(keyframes):
        verdict = None
        if settings.enabled:
            verdict = (
                _talking_head(keyframe, texts[i], settings)
                or _nothing_taught(keyframe, related[i], sentences, settings, min_teaching)
                or _repeated(i, keyframes, texts)
            )
        if verdict:
            dropped[i] = verdict
    decisions = [
        _decision(video.video_id, keyframe, texts[i], dropped.get(i), related[i])
        for i, keyframe in enumerate(keyframes)
    ]
    kept = _without(clips, dropped, texts, embed)
    decisions += [
        Decision(
            video.video_id, "clip", "align", c.start, c.end, True,
            "a paragraph, with how well the screen agrees with it", c.similarity, None, c.text,
        )
        for c in kept
    ]  # fmt: skip
    return kept, decisions


def _talking_head(keyframe: Keyframe, text: str, settings: config.Align) -> Verdict | None:
    words = len(_words(text))
    if words < settings.min_text_words and keyframe.faces > settings.max_face:
        return Verdict("a talking head", keyframe.faces, settings.max_face)
    return None


def _nothing_taught(
    keyframe: Keyframe,
    related: float | None,
    sentences: Sequence[Sentence],
    settings: config.Align,
    min_teaching: float,
) -> Verdict | None:
    """Shown only while nothing is taught, and not speaking of the topic itself."""
    spoken = [
        (min(s.end, keyframe.end) - max(s.start, keyframe.start), s.teaching >= min_teaching)
        for s in sentences
        if min(s.end, keyframe.end) > max(s.start, keyframe.start)
    ]
    total = sum(seconds for seconds, _ in spoken)
    if total <= 0:
        return None
    share = sum(seconds for seconds, teaches in spoken if teaches) / total
    if share >= settings.min_teaching or (related is not None and related >= _RELATED):
        return None
    return Verdict("shown while nothing is taught", share, settings.min_teaching)


def _repeated(i: int, keyframes: Sequence[Keyframe], texts: Sequence[str]) -> Verdict | None:
    if i + 1 == len(keyframes) or keyframes[i + 1].start - keyframes[i].end > 5:
        return None
    bits = distance(keyframes[i].phash, keyframes[i + 1].phash)
    words = _words(texts[i])
    if words and bits <= _SAME_LOOK and set(words) <= set(_words(texts[i + 1])):
        return Verdict("the next picture shows the same", float(bits), float(_SAME_LOOK))
    return None


def _without(
    clips: Sequence[Clip], dropped: dict[int, Verdict], texts: Sequence[str], embed: Embed
) -> list[Clip]:
    kept = [replace(c, keyframes=tuple(k for k in c.keyframes if k not in dropped)) for c in clips]
    kept = [c for c in kept if c.text or c.keyframes]
    written = ["\n".join(texts[k] for k in c.keyframes) for c in kept]
    similarities = _cosines(embed, written, [c.text for c in kept])
    return [replace(c, similarity=s) for c, s in zip(kept, similarities, strict=True)]


def _cosines(embed: Embed, left: Sequence[str], right: Sequence[str]) -> list[float | None]:
    """Cosine of each pair; None where one of the two is empty."""
    if not left:
        return []
    cosines = (embed(left) * embed(right)).sum(axis=1)
    return [
        round(float(cosine), 4) if a.strip() and b.strip() else None
        for cosine, a, b in zip(cosines, left, right, strict=True)
    ]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _decision(
    video_id: str, keyframe: Keyframe, text: str, verdict: Verdict | None, related: float | None
) -> Decision:
    return Decision(
        video_id,
        "keyframe",
        "align",
        keyframe.start,
        keyframe.end,
        verdict is None,
        verdict.reason if verdict else "belongs to what is taught",
        verdict.score if verdict else related,
        verdict.threshold if verdict else None,
        text,
    )
