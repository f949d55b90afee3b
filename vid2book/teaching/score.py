"""Score: how likely each sentence is to teach, and three grades for the video as a whole.

Nothing is decided here, so changing a threshold needs no model. Rules always grade; language
models do too if the config names any.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .. import config
from ..languages import language_code
from ..models.chat import BackendError, Chat, ChatError
from ..records import Decision, Grade, Grades, Keyframe, Sentence, Transcript, Video
from ..screen.keyframes import KEYFRAMES
from ..screen.legible import LEGIBLE
from ..speech.refine import REFINE
from ..speech.rehear import REHEAR
from ..stage import TOPIC, Stage, StageInput
from ..words import count_words, words, words_and_ideograms
from .any_language import classify_any, relevance_any
from .classify import classify, relevance
from .grade import grade
from .remarks import without_remarks
from .wording import Embed
from .written import written_language, written_teaching

_TEACHES = 0.5  # probability: likelier to teach than not


@dataclass(frozen=True)
class Scores:
    """The basis of the judge's decisions.

    `teaching` and `kinds` have an entry per sentence: the probability that it teaches, and its kind
    if it does not. `unjudged` says why the sentences were not scored; then all count as teaching.
    `written` counts the different words on the pictures, and `written_teaching` is the mean
    probability that they teach, None if unknown. `written_in` is their language, empty if unknown,
    and `written_in_score` its probability.
    """

    teaching: tuple[float, ...]
    kinds: tuple[str, ...]
    rules: Grades
    models: tuple[Grades, ...] = ()
    unjudged: str = ""
    written: int = 0
    written_teaching: float | None = None
    written_in: str = ""
    written_in_score: float = 0.0


def score(
    video: Video,
    sentences: Sequence[Sentence],
    screen: Sequence[tuple[Keyframe, str]],
    transcript: Transcript,
    embed: Embed,
    embed_any: Embed | None,
    chats: Sequence[Chat],
    settings: config.Judge,
) -> tuple[Scores, list[Decision]]:
    """Score the sentences and grade the video.

    Args:
        screen: the keyframes in order of time, each with its on-screen text ('' if none).
        embed: English texts to vectors of length 1, shape (n, d).
        embed_any: the same for texts in any language; None if there is no such model.
        chats: language models that grade, if any.

    Returns:
        The scores, and a decision for each language model that gave no grades.
    """
    scores = _by_rules(video, sentences, screen, transcript, embed, embed_any, settings)
    written = {word for _, text in screen for word in words_and_ideograms(text.lower())}
    code, probability = written_language([text for _, text in screen])
    scores = replace(
        scores, written=len(written), written_in=code, written_in_score=round(probability, 4)
    )
    if not settings.enabled:
        return scores, []
    # The judge decides whether the speech is enough to go by; if not, it uses this.
    screen_teaching = written_teaching(video, screen, transcript.duration, embed)
    scores = replace(scores, written_teaching=screen_teaching)
    if not sentences:
        return scores, []
    answers = grade(video, transcript, chats, settings.max_graded_words)
    models = tuple(answer for answer in answers if isinstance(answer, Grades))
    failed = [
        _failure(video, transcript, chat, answer)
        for chat, answer in zip(chats, answers, strict=True)
        if isinstance(answer, ChatError)
    ]
    return replace(scores, models=models), failed


def _by_rules(
    video: Video,
    sentences: Sequence[Sentence],
    screen: Sequence[tuple[Keyframe, str]],
    transcript: Transcript,
    embed: Embed,
    embed_any: Embed | None,
    settings: config.Judge,
) -> Scores:
    quality = _quality(transcript)
    language = transcript.language or language_code(video.language)
    if unjudged := _unjudged(language, embed_any, settings):
        unknown = Grade(None, unjudged)
        rules = Grades("rules", unknown, unknown, quality)
        return Scores((1.0,) * len(sentences), ("",) * len(sentences), rules, (), unjudged)
    english = language == "en" or embed_any is None
    classify_all, measure_fit = (classify, relevance) if english else (classify_any, relevance_any)
    vectors = embed if english or embed_any is None else embed_any
    classified = classify_all(video, sentences, screen, transcript.duration, vectors)
    if embed_any is not None:
        texts = [s.text for s in sentences]
        classified = without_remarks(classified, texts, embed_any, english=english)
    teaching, kinds = classified
    lesson = [s for s, p in zip(sentences, teaching, strict=True) if p >= _TEACHES]
    fit = measure_fit(video, lesson, vectors)
    why = "similarity of the speech to the title and description" if fit else "no topic is given"
    rules = Grades(
        "rules",
        Grade(fit, why),
        _density(sentences, teaching, english),
        quality,
    )
    return Scores(tuple(round(float(p), 4) for p in teaching), tuple(kinds), rules)


def _unjudged(language: str, embed_any: Embed | None, settings: config.Judge) -> str:
    """Why the sentences of this video are not scored; empty if they are."""
    if not settings.enabled:
        return "the judge is switched off"
    if language == "en" or embed_any is not None:
        return ""
    what = f"this is '{language}'" if language else "the language is not known"
    return f"without the extra 'multilingual' the rules read only English, and {what}"


def _failure(video: Video, transcript: Transcript, chat: Chat, error: ChatError) -> Decision:
    return Decision(
        video.video_id,
        "video",
        "score",
        0.0,
        transcript.duration,
        True,
        f"not graded by {chat.identity}: {error}",
        provisional=isinstance(error, BackendError),
    )


def _density(
    sentences: Sequence[Sentence], teaching: npt.NDArray[np.float64], english: bool
) -> Grade:
    """1 to 5: how surely the speech teaches, and in English how heavy its words are.

    In English, half is the mean teaching score, and half the share of numbers and words of seven
    letters or more, which is about a tenth in chat and a fifth to a third in lectures.
    """
    lengths = [count_words(s.text) for s in sentences]
    if not sum(lengths):
        return Grade(1.0, "no speech")
    mean = float(np.average(teaching, weights=lengths))
    teaches = f"mean probability that a sentence teaches: {mean:.2f}"
    if not english:
        return Grade(_scale(mean), teaches)
    tokens = [t for s in sentences for t in words(s.text)]
    heavy = sum(len(t) >= 7 or t.isdigit() for t in tokens) / max(1, len(tokens))
    reason = f"{100 * heavy:.0f}% of the words are long or numbers; {teaches}"
    # 0.3 is a lecture full of terms: see above. Set by eye, as is the half.
    return Grade(_scale(0.5 * mean + 0.5 * min(1.0, heavy / 0.3)), reason)


def _quality(transcript: Transcript) -> Grade:
    """1 to 5: the probability per word that the speech model reports, weighted by time."""
    spans = [max(0.01, s.end - s.start) for s in transcript.segments]
    if not spans:
        return Grade(1.0, "no speech")
    total = sum(s.avg_logprob * n for s, n in zip(transcript.segments, spans, strict=True))
    sure = math.exp(min(0.0, total / sum(spans)))
    # From 0.3 (hardly a word is right) to 0.9 (nearly all are); set by eye.
    return Grade(
        _scale((sure - 0.3) / 0.6), f"mean probability of a word by {transcript.model}: {sure:.2f}"
    )


def _scale(share: float) -> float:
    """Map 0..1 to the scale of 1..5."""
    return round(1 + 4 * min(1.0, max(0.0, share)), 2)


def _compute(given: StageInput) -> tuple[Scores, list[Decision]]:
    settings, models = given.config.judge, given.models
    return score(
        given.video,
        given.get(REFINE),
        list(zip(given.get(KEYFRAMES), given.get(LEGIBLE), strict=True)),
        given.get(REHEAR),
        models.embed,
        models.embed_any,
        [models.chat(llm) for llm in settings.llms],
        settings,
    )


SCORE = Stage(
    name="score",
    result=Scores,
    compute=_compute,
    needs=(REFINE, REHEAR, KEYFRAMES, LEGIBLE),
    settings=("judge.enabled", "judge.llms", "judge.max_graded_words"),
    facts=TOPIC,
    models=("embed", "embed_any"),
)
