"""Legible: which lines of the OCR model were written for the lecture.

Not so are misread icons, what a model made up, subtitles burned into the picture (the speech has
their words already), and watermarks.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from .. import config
from ..records import Decision, Keyframe, OcrLine, Transcript
from ..speech.transcribe import TRANSCRIBE
from ..stage import Given, Stage
from .burned_in import burned_in, spoken_share
from .keyframes import KEYFRAMES
from .layout import screen_text
from .places import Place, plain, same_line
from .read import READ, Lines

_SAYS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "Sm"}  # letters, numbers, mathematics
_BRACKETS = "()[]{}"  # may stand alone in a line of code
_LOOP_WORDS = 8  # a shorter line may repeat itself
_LOOP_SHARE = 0.25  # different words of a line
_SIGN_SCORE = 0.8  # what a line of one or two signs, or of few letters, must reach

_EDGE = 0.15  # watermarks stand this near to a border of the picture, as a share of its side
_LASTING = 0.8  # share of the keyframes that show a watermark
_SCREENS = 4  # otherwise different screens that show it


def legible(
    video_id: str,
    keyframes: Sequence[Keyframe],
    lines: Sequence[Lines],
    transcript: Transcript | None,
    settings: config.Read,
) -> tuple[list[Lines], list[Decision]]:
    """The lines worth keeping per keyframe, and a `Decision` for every line that was dropped."""
    subtitles = burned_in(keyframes, lines, transcript)
    written = [
        tuple(line for line in shown if (position, line) not in subtitles)
        for position, shown in enumerate(lines)
    ]
    watermarks = _watermarks(keyframes, written)
    kept: list[Lines] = []
    decisions: list[Decision] = []
    for position, (keyframe, found) in enumerate(zip(keyframes, lines, strict=True)):
        stay: list[OcrLine] = []
        for line in found:
            if (position, line) in subtitles:
                fault = _Fault("burned-in caption", None, None)
                if transcript is not None:
                    share = spoken_share(line.text, keyframe.time, transcript)
                    fault = _Fault("burned-in caption: so much of it is being said", share, None)
            elif (position, line) in watermarks:
                fault = _Fault("watermark, kept where it is first seen", line.score, None)
            elif found_fault := _misread(line, settings.min_score):
                fault = found_fault
            else:
                stay.append(line)
                continue
            decisions.append(
                Decision(
                    video_id, "line", "read", keyframe.start, keyframe.end, False, *fault,
                    text=line.text,
                )
            )  # fmt: skip
        kept.append(tuple(stay))
    return kept, decisions


class _Fault(NamedTuple):
    """Why a line goes."""

    reason: str
    score: float | None
    threshold: float | None


def _misread(line: OcrLine, min_score: float) -> _Fault | None:
    """A back end without scores is believed; what it makes up shows in the text alone."""
    if gibberish := _gibberish(line.text):
        return _Fault(gibberish, line.score, None)
    least = _least_score(line, min_score)
    if line.score is not None and line.score < least:
        return _Fault("the recogniser is unsure", line.score, least)
    return None


def _gibberish(text: str) -> str:
    """Why nobody wrote this, however sure the recogniser is; empty if somebody may have."""
    said = any(unicodedata.category(sign) in _SAYS or sign in _BRACKETS for sign in text)
    if not said or "\ufffd" in text:
        return "gibberish: no letter, number or formula"
    words = text.split()
    if len(words) >= _LOOP_WORDS and len(set(words)) <= _LOOP_SHARE * len(words):
        return "gibberish: the same few words over and over"
    return ""


def _least_score(line: OcrLine, min_score: float) -> float:
    """Icons are read as single signs and as words without letters: these must be surer."""
    signs = [sign for sign in line.text if not sign.isspace()]
    letters = sum(unicodedata.category(sign)[0] in "LN" for sign in signs)
    doubtful = len(signs) <= 2 or letters < 0.5 * len(signs)
    return max(min_score, _SIGN_SCORE) if doubtful else min_score


def _watermarks(keyframes: Sequence[Keyframe], lines: Sequence[Lines]) -> set[Place]:
    """Lines in a corner that nearly every screen shows, but for their first showing.

    The screens must differ otherwise: the footer of a slide that builds up is on all its steps.
    """
    by_text: defaultdict[str, list[Place]] = defaultdict(list)
    for position, (keyframe, shown) in enumerate(zip(keyframes, lines, strict=True)):
        for line in shown:
            if _in_corner(line, keyframe):
                by_text[plain(line.text)].append((position, line))
    found: set[Place] = set()
    for places in by_text.values():
        mark = places[0][1]
        places = [place for place in places if same_line(place[1], mark)]
        lasting = len(places) >= max(_SCREENS, _LASTING * len(keyframes))
        if lasting and _screens([position for position, _ in places], lines, mark) >= _SCREENS:
            found.update(places[1:])
    return found


def _in_corner(line: OcrLine, keyframe: Keyframe) -> bool:
    x0, y0, x1, y1 = line.box
    width, height = keyframe.width, keyframe.height
    across = y1 < _EDGE * height or y0 > (1 - _EDGE) * height
    along = x1 < 2 * _EDGE * width or x0 > (1 - 2 * _EDGE) * width
    return across and along


def _screens(positions: Sequence[int], lines: Sequence[Lines], mark: OcrLine) -> int:
    """How many of the keyframes share at most half of their lines, `mark` aside, with the last."""
    count, before = 0, set[str]()
    for position in positions:
        texts = {plain(line.text) for line in lines[position] if not same_line(line, mark)}
        if texts and len(texts & before) <= 0.5 * len(texts):
            count += 1
        before = texts
    return count


def _compute(given: Given) -> tuple[list[str], list[Decision]]:
    lines, decisions = legible(
        given.video.video_id,
        given.get(KEYFRAMES),
        given.get(READ),
        given.get(TRANSCRIBE),
        given.config.read,
    )
    return [screen_text(found) for found in lines], decisions


LEGIBLE = Stage(
    name="legible",
    result=list[str],
    compute=_compute,
    needs=(KEYFRAMES, READ, TRANSCRIBE),
    settings=("read.min_score",),
)
