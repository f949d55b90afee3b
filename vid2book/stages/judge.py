"""Whether a video teaches: every sentence is scored, and the video by what its sentences score."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..config import Judge
from ..records import Decision, Judgement, Keyframe, Sentence, Transcript, Video
from .teaching import relevance, score

VERSION = 2

_REASONS = {
    "sponsor": "sponsor",
    "channel": "channel housekeeping",
    "small talk": "small talk",
    "housekeeping": "course housekeeping",
}


def judge(
    video: Video,
    sentences: Sequence[Sentence],
    screen: Sequence[tuple[Keyframe, str]],
    transcript: Transcript,
    embed: Callable[[Sequence[str]], npt.NDArray[np.float32]],
    config: Judge,
) -> tuple[list[Sentence], Judgement, list[Decision]]:
    """Score the sentences and the video.

    Args:
        screen: the keyframes in order of time, each with its on-screen text ('' if none).
        embed: texts to vectors of length 1, shape (n, d).

    Returns:
        All sentences with `teaching` set, the judgement, and a decision for the video and for each
        sentence under `config.min_teaching`, which the next step leaves out.
    """
    words = [len(s.text.split()) for s in sentences]
    quality = _quality(transcript)
    unjudged = _unjudged(video, transcript, config)
    if unjudged:
        everything = [replace(s, teaching=1.0) for s in sentences]
        judgement = Judgement(3.0, 3.0, quality, 1.0, True, f"everything is kept: {unjudged}")
        return everything, judgement, [_on_video(video, transcript, judgement, None)]

    scores = score(video, sentences, screen, transcript.duration, embed)
    scored = [
        replace(s, teaching=round(float(p), 4))
        for s, p in zip(sentences, scores.teaching, strict=True)
    ]
    kept = [s.teaching >= config.min_teaching for s in scored]
    total, teaching = sum(words), sum(w for w, k in zip(words, kept, strict=True) if k)
    share = teaching / total if total else 0.0
    lesson = [s for s, k in zip(scored, kept, strict=True) if k]
    judgement = Judgement(
        relevance=relevance(video, lesson, [text for _, text in screen], embed),
        knowledge_density=_density(scored, words),
        transcription_quality=quality,
        teaching_share=round(share, 4),
        kept=share >= config.min_teaching_share and teaching >= config.min_words,
        reason=_verdict(scores.kinds, kept, words, config),
    )
    dropped = [
        Decision(
            video.video_id,
            "sentence",
            "judge",
            s.start,
            s.end,
            False,
            _REASONS[kind],
            s.teaching,
            config.min_teaching,
            s.text,
        )
        for s, kind, k in zip(scored, scores.kinds, kept, strict=True)
        if not k
    ]
    decision = _on_video(video, transcript, judgement, config.min_teaching_share)
    return scored, judgement, [decision, *dropped]


def _unjudged(video: Video, transcript: Transcript, config: Judge) -> str:
    """Why the sentences of this video are not scored; empty if they are."""
    if not config.enabled:
        return "the judge is switched off"
    language = (transcript.language or video.language or "en").lower()
    if language[:2] != "en":
        return f"the judge reads English, and this is '{language}'"
    return ""


def _on_video(
    video: Video, transcript: Transcript, judgement: Judgement, threshold: float | None
) -> Decision:
    return Decision(
        video.video_id,
        "video",
        "judge",
        0.0,
        transcript.duration,
        judgement.kept,
        judgement.reason,
        judgement.teaching_share,
        threshold,
    )


def _verdict(kinds: list[str], kept: list[bool], words: list[int], config: Judge) -> str:
    """One line for a person: how much teaches, and what the rest is."""
    if not sum(words):
        return "teaches nothing: no speech"
    total, rest = sum(words), Counter[str]()
    for kind, k, n in zip(kinds, kept, words, strict=True):
        if not k:
            rest[_REASONS[kind]] += n
    teaching = total - rest.total()
    share = teaching / total
    others = " and ".join(kind for kind, _ in rest.most_common(2))
    line = f"{100 * share:.0f} % of {total} words are teaching"
    if others:
        line += f"; the rest is {others}"
    if share < config.min_teaching_share:
        start = "teaches nothing" if share < 0.1 else "teaches too little"
        return f"{start}: {line}"
    if teaching < config.min_words:
        return f"too short: {teaching} words are teaching, {config.min_words} are needed"
    return f"teaches: {line}"


def _density(sentences: Sequence[Sentence], words: Sequence[int]) -> float:
    """1 to 5: how many long or rare-looking words and numbers the speech holds, and how surely.

    Half is the mean teaching score; half is the share of words of seven letters or more and of
    numbers, which is about a tenth in chat and a fifth to a third in lectures.
    """
    total = sum(words)
    if not total:
        return 1.0
    mean = sum(s.teaching * n for s, n in zip(sentences, words, strict=True)) / total
    tokens = [t for s in sentences for t in re.findall(r"[^\W_]+", s.text)]
    heavy = sum(len(t) >= 7 or t.isdigit() for t in tokens) / max(1, len(tokens))
    return _grade(0.5 * mean + 0.5 * min(1.0, heavy / 0.3))


def _quality(transcript: Transcript) -> float:
    """1 to 5: the probability per word that the speech model reports, weighted by time."""
    spans = [max(0.01, s.end - s.start) for s in transcript.segments]
    if not spans:
        return 1.0
    logprob = sum(s.avg_logprob * n for s, n in zip(transcript.segments, spans, strict=True)) / sum(
        spans
    )
    return _grade((math.exp(min(0.0, logprob)) - 0.3) / 0.6)


def _grade(share: float) -> float:
    """From 0..1 to the scale of 1..5."""
    return round(1 + 4 * min(1.0, max(0.0, share)), 2)
