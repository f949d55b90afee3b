"""Legible: which lines of the OCR model were written for the lecture.

This drops misread icons, lines that the model made up, subtitles burned into the picture (the
speech has their words already), and watermarks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import NamedTuple

from .. import config
from ..records import Decision, Keyframe, OcrLine, Transcript
from ..speech.transcribe import TRANSCRIBE
from ..stage import Stage, StageInput
from .burned_in import HEARD, burned_in, spoken_share
from .keyframes import KEYFRAMES
from .layout import screen_text
from .places import height, middle
from .read import READ, Lines
from .scripts import scripts_of, without_other_scripts
from .watermarks import watermarks

_SAYS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "Sm"}  # letters, numbers, mathematics
_BRACKETS = "()[]{}"  # may stand alone in a line of code
# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_LOOP_WORDS = 8  # a shorter line may repeat itself
_LOOP_SHARE = 0.25  # share of a line's words that are different; with fewer, it is a loop

_OTHER_SCRIPT = "misread: no screen has a word in this script"

_NEIGHBOURS = 2  # confident lines of the same size close by: a line among them is no texture
_BEHIND = 0.25  # confidence by which it may be below their mean
_LETTERS = 3  # a shorter line may be just a stroke
_CLOSE = 3.5  # most line heights between two close lines
_ONE_SIZE = 0.6  # least ratio of the heights of two lines of the same size


def legible(
    video_id: str,
    keyframes: Sequence[Keyframe],
    lines: Sequence[Lines],
    transcript: Transcript | None,
    settings: config.Read,
) -> tuple[list[Lines], list[Decision]]:
    """The lines worth keeping of each keyframe, and a `Decision` for each one dropped."""
    scripts = scripts_of(lines)
    decisions: list[Decision] = []
    written: list[Lines] = []
    for keyframe, screen in zip(keyframes, lines, strict=True):
        divided = [(line, *without_other_scripts(line.text, scripts)) for line in screen]
        written.append(tuple(replace(line, text=text) for line, text, _ in divided if text))
        decisions += [
            _drop(video_id, keyframe, _Fault(_OTHER_SCRIPT, line.score, None), icons)
            for line, _, icons in divided
            if icons
        ]
    subtitles = burned_in(keyframes, written, transcript, settings.min_spoken)
    others = [
        tuple(line for line in screen if (position, line) not in subtitles)
        for position, screen in enumerate(written)
    ]
    marks = watermarks(keyframes, others, settings)
    kept: list[Lines] = []
    for position, (keyframe, screen) in enumerate(zip(keyframes, written, strict=True)):
        kept_lines: list[OcrLine] = []
        for line in screen:
            if (position, line) in subtitles:
                fault = _caption(line, keyframe, transcript)
            elif (position, line) in marks:
                fault = _Fault("watermark, kept where it is first seen", line.score, None)
            elif unsure := _misread(line, screen, settings):
                fault = unsure
            else:
                kept_lines.append(line)
                continue
            decisions.append(_drop(video_id, keyframe, fault, line.text))
        kept.append(tuple(kept_lines))
    return kept, sorted(decisions, key=lambda decision: decision.start)


class _Fault(NamedTuple):
    """Why a line is dropped."""

    reason: str
    score: float | None
    threshold: float | None


def _drop(video_id: str, keyframe: Keyframe, fault: _Fault, text: str) -> Decision:
    return Decision(
        video_id, "line", "read", keyframe.start, keyframe.end, False, *fault, text=text
    )


def _caption(line: OcrLine, keyframe: Keyframe, transcript: Transcript | None) -> _Fault:
    if transcript is None:
        return _Fault("burned-in caption", None, None)
    share = spoken_share(line.text, keyframe.time, transcript)
    if share < HEARD:
        return _Fault("burned-in caption, by its place and size", share, None)
    return _Fault("burned-in caption that repeats the speech", share, None)


def _misread(line: OcrLine, screen: Lines, settings: config.Read) -> _Fault | None:
    """Why a line is a misreading, if it is. A back end without scores is judged by the text alone.

    Args:
        screen: all lines of the same screen.
    """
    if gibberish := _gibberish(line.text):
        return _Fault(gibberish, line.score, None)
    if line.score is None:
        return None
    least = _least_score(line, settings)
    if line.score >= least or line.score >= _least_among(line, screen, least, settings):
        return None
    small = " of so small a line" if height(line) < settings.small_line else ""
    return _Fault(f"the recogniser is unsure{small}", line.score, least)


def _gibberish(text: str) -> str:
    """Why nobody can have written this, however sure the recogniser is; empty otherwise."""
    meaningful = any(unicodedata.category(sign) in _SAYS or sign in _BRACKETS for sign in text)
    if not meaningful or "\ufffd" in text:
        return "gibberish: no letter, number or formula"
    words = text.split()
    if len(words) >= _LOOP_WORDS and len(set(words)) <= _LOOP_SHARE * len(words):
        return "gibberish: the same few words over and over"
    return ""


def _least_score(line: OcrLine, settings: config.Read) -> float:
    """The score that a line needs. Icons are read as single characters or as words without letters,
    so these need a higher one, and so do small lines."""
    # Two characters and half of them letters: set by eye, not swept.
    signs = [sign for sign in line.text if not sign.isspace()]
    letters = _letters(line)
    doubtful = len(signs) <= 2 or letters < 0.5 * len(signs)
    least = settings.min_score
    small = least + settings.small_line_penalty * (settings.small_line - height(line))
    return min(1.0, max(least, small, settings.min_sign_score if doubtful else 0.0))


def _least_among(line: OcrLine, screen: Lines, least: float, settings: config.Read) -> float:
    """The score that a line needs, given the lines of its size above and below it, as on a sheet.

    All handwriting is read with less confidence than type, so a line of it may score a little less
    than its neighbours. A wall, a face or a fabric has no such neighbours, and those of an icon
    score higher.
    """
    if _letters(line) < _LETTERS or height(line) < settings.small_line:
        return least
    around = [
        o.score for o in screen if o.score is not None and o.score >= least and _near(line, o)
    ]
    if len(around) < _NEIGHBOURS:
        return least
    return min(least, max(fmean(around) - _BEHIND, least - settings.neighbour_bonus))


def _near(line: OcrLine, other: OcrLine) -> bool:
    low, high = sorted((height(line), height(other)))
    beside = line.box[0] < other.box[2] and other.box[0] < line.box[2]
    close = abs(middle(line) - middle(other)) <= _CLOSE * high
    return beside and close and low >= _ONE_SIZE * high and _letters(other) >= _LETTERS


def _letters(line: OcrLine) -> int:
    return sum(unicodedata.category(sign)[0] in "LN" for sign in line.text)


def _compute(given: StageInput) -> tuple[list[str], list[Decision]]:
    lines, decisions = legible(
        given.video.video_id,
        given.get(KEYFRAMES),
        given.get(READ),
        given.get(TRANSCRIBE),
        given.config.read,
    )
    return [screen_text(kept) for kept in lines], decisions


LEGIBLE = Stage(
    name="legible",
    result=list[str],
    compute=_compute,
    needs=(KEYFRAMES, READ, TRANSCRIBE),
    settings=(
        "read.min_score",
        "read.min_sign_score",
        "read.small_line",
        "read.small_line_penalty",
        "read.neighbour_bonus",
        "read.min_spoken",
        "read.min_watermark_share",
        "read.min_watermark_screens",
    ),
)
