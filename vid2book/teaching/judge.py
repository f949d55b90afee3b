"""Judge: whether a video teaches, decided by thresholds on what `score` found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .. import config
from ..records import CRITERIA, Decision, Grades, Judgement, Sentence, Transcript, Video
from ..speech.refine import REFINE
from ..speech.transcribe import TRANSCRIBE
from ..stage import Given, Stage
from .score import SCORE, Scores

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")  # Thai, Lao, kana, Chinese
_REASONS = {
    "sponsor": "sponsor",
    "channel": "channel housekeeping",
    "small talk": "small talk",
    "housekeeping": "course housekeeping",
}


def judge(
    video: Video,
    sentences: Sequence[Sentence],
    scores: Scores,
    transcript: Transcript,
    settings: config.Judge,
) -> tuple[list[Sentence], Judgement, list[Decision]]:
    """Decide what stays.

    A video stays if enough of it teaches and a grader finds all three grades good enough: of
    several language models one is enough, as with the Multimodal Textbook (arXiv 2501.00958,
    section 7.1). Without language models the rules are the grader. One in which nobody speaks stays
    if enough is written on its pictures, and if it is English, teaches.

    Returns:
        All sentences with `teaching` and `drop` set, the judgement, and decisions: for the video,
        for each of its grades, and for each sentence under `settings.min_teaching`.
    """
    kept = [p >= settings.min_teaching for p in scores.teaching]
    scored = [
        replace(s, teaching=None if scores.unjudged else p, drop="" if k else _REASONS[kind])
        for s, p, k, kind in zip(sentences, scores.teaching, kept, scores.kinds, strict=True)
    ]
    words = [_count(s.text) for s in scored]
    total, teaching = sum(words), sum(w for w, k in zip(words, kept, strict=True) if k)
    share = teaching / total if total else 0.0
    graders = scores.models or (scores.rules,)
    best = max(graders, key=lambda g: (not _lacking(g, settings), sum(m.score for m in g.marks())))
    lacking = [] if scores.unjudged and best is scores.rules else _lacking(best, settings)
    if not total and settings.enabled:
        least = settings.min_words // 2
        enough, lacking = scores.written >= least, []
        verdict = f"no speech to go by; {scores.written} different words stand on its pictures"
        if not enough:
            verdict += f", {least} are needed"
        elif scores.written_teaching is not None:
            share = scores.written_teaching
            enough = share >= settings.min_teaching_share
            verdict += "" if enough else f", and they teach nothing: {share:.2f} of 1"
    elif scores.unjudged:
        share, enough = 1.0, not settings.enabled or total >= settings.min_words
        verdict = f"everything is kept: {scores.unjudged}"
        if not enough:
            verdict = f"too short: {total} words, {settings.min_words} are needed"
    else:
        enough = share >= settings.min_teaching_share and teaching >= settings.min_words
        verdict = _verdict(scores.kinds, kept, words, settings)
    judgement = Judgement(
        relevance=best.relevance.score,
        knowledge_density=best.knowledge_density.score,
        transcription_quality=best.transcription_quality.score,
        teaching_share=round(share, 4),
        kept=enough and not lacking,
        reason=verdict if not (enough and lacking) else f"{'; '.join(lacking)} ({verdict})",
    )
    threshold = None if scores.unjudged else settings.min_teaching_share
    on_video = [
        _on_video(video, transcript, judgement.kept, judgement.reason, share, threshold),
        *_on_grades(video, transcript, scores, graders, settings),
    ]
    dropped = [
        Decision(
            video.video_id, "sentence", "judge", s.start, s.end, False, s.drop,
            s.teaching, settings.min_teaching, s.text,
        )
        for s in scored
        if s.drop
    ]  # fmt: skip
    return scored, judgement, [*on_video, *dropped]


def _thresholds(settings: config.Judge) -> tuple[float, float, float]:
    """In the order of `CRITERIA`."""
    return (
        settings.min_relevance,
        settings.min_knowledge_density,
        settings.min_transcription_quality,
    )


def _lacking(grades: Grades, settings: config.Judge) -> list[str]:
    """What is wrong with the video, by this grader; nothing if its grades are good enough."""
    return [
        f"{name} is {mark.score:g} of 5 and must be {least:g}: {mark.reason}"
        for name, mark, least in zip(CRITERIA, grades.marks(), _thresholds(settings), strict=True)
        if mark.score < least
    ]


def _on_grades(
    video: Video,
    transcript: Transcript,
    scores: Scores,
    graders: Sequence[Grades],
    settings: config.Judge,
) -> list[Decision]:
    """A decision per grade; the rules' are told for comparison also where models decide."""
    if scores.unjudged and not scores.models:
        return []
    found = []
    for grades in (*scores.models, scores.rules):
        decides = grades in graders
        for name, mark, least in zip(CRITERIA, grades.marks(), _thresholds(settings), strict=True):
            found.append(
                _on_video(
                    video,
                    transcript,
                    not decides or mark.score >= least,
                    f"{name} by {grades.by}: {mark.reason}",
                    mark.score,
                    least if decides else None,
                )
            )
    return found


def _on_video(
    video: Video,
    transcript: Transcript,
    kept: bool,
    reason: str,
    score: float,
    threshold: float | None,
) -> Decision:
    return Decision(
        video.video_id, "video", "judge", 0.0, transcript.duration, kept, reason,
        round(score, 4), threshold,
    )  # fmt: skip


def _count(text: str) -> int:
    """Words; without spaces between them each character counts, which is near enough."""
    return len(text.split()) + len(_UNSPACED.findall(text))


def _verdict(
    kinds: Sequence[str], kept: Sequence[bool], words: Sequence[int], settings: config.Judge
) -> str:
    """One line for a person: how much teaches, and what the rest is."""
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
    if share < settings.min_teaching_share:
        start = "teaches nothing" if share < 0.1 else "teaches too little"
        return f"{start}: {line}"
    if teaching < settings.min_words:
        return f"too short: {teaching} words are teaching, {settings.min_words} are needed"
    return f"teaches: {line}"


@dataclass(frozen=True)
class Judged:
    """The result of `judge`."""

    sentences: tuple[Sentence, ...]
    judgement: Judgement


def _compute(given: Given) -> tuple[Judged, list[Decision]]:
    sentences, judgement, decisions = judge(
        given.video,
        given.get(REFINE),
        given.get(SCORE),
        given.get(TRANSCRIBE),
        given.config.judge,
    )
    return Judged(tuple(sentences), judgement), decisions


JUDGE = Stage(
    name="judge",
    result=Judged,
    compute=_compute,
    needs=(SCORE, REFINE, TRANSCRIBE),
    settings=(
        "judge.min_teaching",
        "judge.min_teaching_share",
        "judge.min_words",
        "judge.min_relevance",
        "judge.min_knowledge_density",
        "judge.min_transcription_quality",
    ),
)
