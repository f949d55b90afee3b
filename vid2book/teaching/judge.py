"""Judge: decides whether a video teaches, by thresholds on the results of `score`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import NamedTuple

from .. import config
from ..quantities import number_of
from ..records import CRITERIA, Decision, Grades, Judgement, Sentence, Transcript, Video
from ..speech.refine import REFINE
from ..speech.rehear import REHEAR
from ..stage import Stage, StageInput
from ..words import count_words
from .score import SCORE, Scores

_REASONS = {
    "sponsor": "sponsor",
    "channel": "channel housekeeping",
    "small talk": "small talk",
    "housekeeping": "course housekeeping",
}
NOT_UNDERSTOOD = "hardly understood"
_UNDERSTOOD = 0.6  # mean probability of a word; in clear speech it is 0.7 and more


def judge(
    video: Video,
    sentences: Sequence[Sentence],
    scores: Scores,
    transcript: Transcript,
    settings: config.Judge,
) -> tuple[list[Sentence], Judgement, list[Decision]]:
    """Decide which sentences stay, and whether the video does.

    A video stays if enough of it teaches and all three grades of one grader are good enough. Of
    several language models one suffices, as in the Multimodal Textbook (arXiv 2501.00958, section
    7.1); without language models, the rules are the grader. If there is no speech, too little to
    judge, or none that could be transcribed or judged, the video stays if enough is written on its
    pictures and, in English, if that teaches.

    Returns:
        All sentences with `teaching` and `drop` set, the judgement, and decisions: for the video,
        for each of its grades, and for each sentence under `settings.min_teaching`.
    """
    words = [count_words(s.text) for s in sentences]
    least = settings.min_words_per_minute * transcript.duration / 60
    needed = max(1, settings.min_words, round(least))
    has_speech = sum(words) >= needed
    judged = has_speech and not scores.unjudged
    kept = [not judged or p >= settings.min_teaching for p in scores.teaching]
    reasons = [
        "" if k else _REASONS[kind] if _is_understood(s, transcript) else NOT_UNDERSTOOD
        for s, k, kind in zip(sentences, kept, scores.kinds, strict=True)
    ]
    scored = [
        replace(s, teaching=p if judged else None, drop=reason)
        for s, p, reason in zip(sentences, scores.teaching, reasons, strict=True)
    ]
    graders = scores.models or (scores.rules,)
    best = max(
        graders,
        key=lambda g: (not _shortfalls(g, settings), sum(m.score or 0.0 for m in g.marks())),
    )
    by_speech = judged or (has_speech and bool(scores.models))
    shortfalls = _shortfalls(best, settings) if by_speech else []
    enough, verdict, score = _verdict(scores, transcript, words, reasons, judged, needed, settings)
    judgement = Judgement(
        relevance=best.relevance.score if by_speech else None,
        knowledge_density=best.knowledge_density.score if by_speech else None,
        transcription_quality=best.transcription_quality.score if has_speech else None,
        teaching_share=round(score, 4) if judged and score is not None else None,
        kept=enough and not shortfalls,
        reason=verdict if not (enough and shortfalls) else f"{'; '.join(shortfalls)} ({verdict})",
        language=transcript.language or scores.written_in,
    )
    threshold = settings.min_teaching_share if judged else None
    on_video = [
        _on_video(video, transcript, judgement.kept, judgement.reason, score, threshold),
        *(_on_grades(video, transcript, scores, graders, settings) if by_speech else ()),
        *_on_language(video, transcript, scores),
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


def _is_understood(sentence: Sentence, transcript: Transcript) -> bool:
    """Whether the speech model was sure enough of a sentence to say what it is about."""
    sure = [
        word.probability
        for segment in transcript.segments
        if segment.end > sentence.start and segment.start < sentence.end
        for word in segment.words
        if word.end > sentence.start and word.start < sentence.end
    ]
    return not sure or fmean(sure) >= _UNDERSTOOD


def _thresholds(settings: config.Judge) -> tuple[float, float, float]:
    """The lowest acceptable grades, in the order of `CRITERIA`."""
    return (
        settings.min_relevance,
        settings.min_knowledge_density,
        settings.min_transcription_quality,
    )


def _shortfalls(grades: Grades, settings: config.Judge) -> list[str]:
    """The grades of one grader that are too low, as text; empty if all are good enough."""
    return [
        f"{name} is {mark.score:g} of 5, below the required {least:g}: {mark.reason}"
        for name, mark, least in zip(CRITERIA, grades.marks(), _thresholds(settings), strict=True)
        if mark.score is not None and mark.score < least
    ]


def _on_grades(
    video: Video,
    transcript: Transcript,
    scores: Scores,
    graders: Sequence[Grades],
    settings: config.Judge,
) -> list[Decision]:
    """A decision per grade. The rules' grades are included for comparison where models decide."""
    decisions = []
    for grades in (*scores.models, scores.rules):
        decides = grades in graders
        for name, mark, least in zip(CRITERIA, grades.marks(), _thresholds(settings), strict=True):
            if mark.score is None:
                continue
            decisions.append(
                _on_video(
                    video,
                    transcript,
                    not decides or mark.score >= least,
                    f"{name} by {grades.by}: {mark.reason}",
                    mark.score,
                    least if decides else None,
                )
            )
    return decisions


def _on_language(video: Video, transcript: Transcript, scores: Scores) -> list[Decision]:
    """A decision on the language if only the text on the pictures shows it."""
    if transcript.language or not scores.written_in:
        return []
    reason = (
        "the language cannot be told from the speech; the text on the pictures is in "
        f"'{scores.written_in}' (probability)"
    )
    return [_on_video(video, transcript, True, reason, scores.written_in_score, None)]


def _on_video(
    video: Video,
    transcript: Transcript,
    kept: bool,
    reason: str,
    score: float | None,
    threshold: float | None,
) -> Decision:
    return Decision(
        video.video_id, "video", "judge", 0.0, transcript.duration, kept, reason,
        None if score is None else round(score, 4), threshold,
    )  # fmt: skip


class _Verdict(NamedTuple):
    enough: bool
    reason: str  # one line for a person
    score: float | None  # share of the words that teach, or probability that what is written does


def _verdict(
    scores: Scores,
    transcript: Transcript,
    words: Sequence[int],
    reasons: Sequence[str],
    judged: bool,
    needed: int,
    settings: config.Judge,
) -> _Verdict:
    """Whether enough teaches, judged by the speech or else by the text on the pictures.

    Args:
        needed: spoken words needed to judge by the speech.
    """
    total = sum(words)
    if not settings.enabled:
        return _Verdict(True, f"everything is kept: {scores.unjudged}", None)
    if judged:
        return _by_speech(reasons, words, settings)
    if scores.models and total >= needed:
        return _Verdict(True, f"judged by language models alone: {scores.unjudged}", None)
    if transcript.unheard:
        why = transcript.unheard
    elif not total:
        why = "no speech to judge by"
    elif total < needed:
        why = f"too few words to judge: {total} are said, {needed} are needed"
    else:
        why = f"the speech was not judged: {scores.unjudged}"
    return _by_writing(why, scores, settings)


def _by_writing(why: str, scores: Scores, settings: config.Judge) -> _Verdict:
    """Whether enough is written on the pictures and teaches."""
    least = settings.min_words // 2
    reason = f"{why}; {scores.written} different words are written on its pictures"
    if scores.written < least:
        return _Verdict(False, f"{reason}, {least} are needed", None)
    probability = scores.written_teaching
    if probability is None:
        return _Verdict(True, reason, None)
    enough = probability >= settings.min_teaching_share
    verdict = "teach" if enough else "do not teach"
    return _Verdict(
        enough, f"{reason}, and they {verdict} (mean probability {probability:.2f})", probability
    )


def _by_speech(reasons: Sequence[str], words: Sequence[int], settings: config.Judge) -> _Verdict:
    """Whether enough of the speech teaches, and what the rest is."""
    total, rest = sum(words), Counter[str]()
    for reason, n in zip(reasons, words, strict=True):
        if reason:
            rest[reason] += n
    teaching = total - rest.total()
    share = teaching / total
    *kinds, last = [kind for kind, _ in rest.most_common()] or [""]
    others = f"{', '.join(kinds)} and {last}" if kinds else last
    line = f"{100 * share:.0f}% of {number_of(total, 'word')} teach"
    if others:
        line += f"; the rest is {others}"
    if share < settings.min_teaching_share:
        start = "teaches nothing" if share < 0.1 else "teaches too little"
        return _Verdict(False, f"{start}: {line}", share)
    if teaching < settings.min_words:
        needed = f"{number_of(teaching, 'word')} of teaching, and {settings.min_words} are needed"
        return _Verdict(False, f"too short: {needed}", share)
    return _Verdict(True, f"teaches: {line}", share)


@dataclass(frozen=True)
class Judged:
    """The result of `judge`."""

    sentences: tuple[Sentence, ...]
    judgement: Judgement


def _compute(given: StageInput) -> tuple[Judged, list[Decision]]:
    sentences, judgement, decisions = judge(
        given.video,
        given.get(REFINE),
        given.get(SCORE),
        given.get(REHEAR),
        given.config.judge,
    )
    return Judged(tuple(sentences), judgement), decisions


JUDGE = Stage(
    name="judge",
    result=Judged,
    compute=_compute,
    needs=(SCORE, REFINE, REHEAR),
    settings=(
        "judge.min_teaching",
        "judge.min_teaching_share",
        "judge.min_words",
        "judge.min_words_per_minute",
        "judge.min_relevance",
        "judge.min_knowledge_density",
        "judge.min_transcription_quality",
    ),
)
