"""Says in words what the score of a decision measures, and on which scale."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ..names import plain
from ..records import Decision
from .times import clock

_SHARE = "0 to 1"
_COSINE = "-1 to 1"


class _Kind(NamedTuple):
    """Decisions of a stage on a level whose reason begins with a text, and what their score is.

    The reason has to hold the text `holds` as well.
    """

    stage: str
    level: str
    begins: str
    name: str
    scale: str
    holds: str = ""


_TEACHING = _Kind("judge", "video", "", "share of the words that teach", _SHARE)
# The first match counts.
_KINDS = (
    _Kind("judge", "sentence", "", "probability that it teaches", _SHARE),
    _Kind("judge", "video", "the language cannot be told", "probability of the language", _SHARE),
    _Kind(
        "judge",
        "video",
        "",
        "probability that what is written teaches",
        _SHARE,
        holds=" (mean probability ",
    ),
    _TEACHING,
    _Kind("align", "clip", "", "similarity of its pictures to its speech", _COSINE),
    _Kind("align", "keyframe", "a talking head", "share of the picture that is a face", _SHARE),
    _Kind("align", "keyframe", "on screen while", "share of its speech that teaches", _SHARE),
    _Kind("align", "keyframe", "everything on it", "share that the other shows", _SHARE),
    _Kind("align", "keyframe", "its caption", "similarity of its caption to the speech", _COSINE),
    _Kind(
        "align",
        "keyframe",
        "kept; the score says how close its caption",
        "similarity of its caption to the speech",
        _COSINE,
    ),
    _Kind("align", "keyframe", "", "similarity of its text to the lesson", _COSINE),
    _Kind("read", "line", "burned-in caption", "share of it that is being said", _SHARE),
    _Kind("read", "line", "", "confidence of the text recogniser", _SHARE),
    _Kind("keyframes", "keyframe", "", "how much the screen changes after it", _SHARE),
    _Kind("rehear", "sentence", "", "share of letters that agree", _SHARE),
    _Kind("refine", "sentence", "", "share of the words that stay", _SHARE),
    _Kind("reduce", "video", "", "share of phrases that both videos have", _SHARE),
    _Kind("reduce", "keyframe", "the same end card", "share that both cards show", _SHARE),
    _Kind("reduce", "keyframe", "", "bits in which the pictures' hashes differ", "0 to 64"),
    _Kind("privacy", "keyframe", "", "share of the picture that is a face", _SHARE),
    _Kind("recognise", "video", "", "probability of the language", _SHARE),
)
_CRITERIA = ("relevance", "knowledge density", "transcription quality")
_GRADE = re.compile(rf"(?P<criterion>{'|'.join(_CRITERIA)}) by (?P<grader>.+?): ")
_GRADES = _Kind("judge", "video", "", "grade", "1 to 5")
_NAMED = re.compile(r"(.*) \(([^()\d]+)\)")  # some reasons end with the name of their score
_MOMENT = re.compile(r"\b(of|at) (\d+(?:\.\d+)?) s\b")


def grades_of(decisions: Iterable[Decision]) -> dict[str, list[str]]:
    """Grades by grader: "relevance 5" or, if it is too low, "relevance 1, at least 2 needed"."""
    by_grader: dict[str, list[str]] = {}
    for decision in decisions:
        match = _GRADE.match(decision.reason)
        if match and decision.stage == "judge" and decision.score is not None:
            limit = "" if decision.kept else _limit(decision)
            grade = f"{match['criterion']} {decision.score:.3g}{limit}"
            by_grader.setdefault(plain(match["grader"]), []).append(grade)
    return by_grader


def reason_of(decision: Decision) -> str:
    """The reason, with times such as 1:15, and without what `score_of` says."""
    named = _named(decision)
    return with_clock_times(named[1] if named else decision.reason)


def with_clock_times(reason: str) -> str:
    """A reason of unknown origin, safe to print, with times such as 1:15 instead of 75.4 s."""
    return plain(_MOMENT.sub(lambda match: f"{match[1]} {clock(float(match[2]))}", reason))


def score_of(decision: Decision) -> str:
    """The score in words: "probability that it teaches: 0.03 (0 to 1), at least 0.5 needed"; empty
    if there is none."""
    kind = _kind_of(decision)
    # A video whose words cannot be judged has no share of them that teaches, and no threshold.
    if decision.score is None or (kind is _TEACHING and decision.threshold is None):
        return ""
    named = _named(decision)
    name = plain(named[2]) if named else kind.name if kind else "score"
    scale = f" ({kind.scale})" if kind and not named else ""
    return f"{name}: {decision.score:.3g}{scale}{_limit(decision)}"


def _kind_of(decision: Decision) -> _Kind | None:
    if _is_judgement(decision) and _GRADE.match(decision.reason):
        return _GRADES
    return next((kind for kind in _KINDS if _fits(kind, decision)), None)


def _named(decision: Decision) -> re.Match[str] | None:
    """The reason, and the name of the score that it ends with; None if it has none."""
    named = _NAMED.fullmatch(decision.reason) if decision.score is not None else None
    # A grader's words may end with anything in brackets.
    return None if named and _is_judgement(decision) and named[2] != "probability" else named


def _is_judgement(decision: Decision) -> bool:
    return (decision.stage, decision.level) == ("judge", "video")


def _fits(kind: _Kind, decision: Decision) -> bool:
    where = (kind.stage, kind.level) == (decision.stage, decision.level)
    return where and decision.reason.startswith(kind.begins) and kind.holds in decision.reason


def _limit(decision: Decision) -> str:
    if decision.threshold is None or decision.score is None:
        return ""
    # A video that teaches may still be dropped, for another of the judge's reasons.
    if _is_judgement(decision) or decision.kept == (decision.score >= decision.threshold):
        return f", at least {decision.threshold:.3g} needed"
    return f", at most {decision.threshold:.3g} allowed"
