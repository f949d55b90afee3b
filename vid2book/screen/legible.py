"""Legible: which lines of the OCR model were written for the lecture.

Not so are misread icons, what a model made up, subtitles burned into the picture (the speech has
their words already), and watermarks.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np

from .. import config
from ..pipeline.stage import Given, Stage
from ..records import Decision, Keyframe, OcrLine, Transcript
from ..speech.transcribe import TRANSCRIBE
from ..words import words_and_identifiers
from .keyframes import KEYFRAMES
from .layout import screen_text
from .read import READ, Lines

_Place = tuple[int, OcrLine]  # position of a keyframe, and a line on it

_SAYS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "Sm"}  # letters, numbers, mathematics
_BRACKETS = "()[]{}"  # may stand alone in a line of code
_LOOP_WORDS = 8  # a shorter line may repeat itself
_LOOP_SHARE = 0.25  # different words of a line
_SIGN_SCORE = 0.8  # what a line of one or two signs, or of few letters, must reach

_BAND = 0.65  # subtitles stand below this share of the height
_CENTRED = 0.06  # of the width: how far from the middle a subtitle may stand
_SPOKEN = 0.7  # share of a subtitle's words that are heard while it stands
_HEARD_WITHIN = 4.0  # seconds around the keyframe
_FOLLOWED = 0.5  # the same over all lines of a band of subtitles: some are read badly
_SIGHTINGS = 3  # different texts at one place, each spoken: then it is the subtitles' place,
_USUAL = 0.5  # if this share of the keyframes, and of the lines there, says so
_TALL = 1.5  # times the height of a subtitle: this is none, wherever it stands

_EDGE = 0.15  # watermarks stand this near to a border of the picture, as a share of its side
_LASTING = 0.8  # share of the keyframes that show a watermark
_SCREENS = 4  # otherwise different screens that show it


def legible(
    video_id: str,
    keyframes: Sequence[Keyframe],
    lines: Sequence[Lines],
    transcript: Transcript | None,
    config: config.Read,
) -> tuple[list[Lines], list[Decision]]:
    """The lines worth keeping per keyframe, and a `Decision` for every line that was dropped."""
    subtitles = _in_subtitle_band(keyframes, lines, transcript)
    if transcript is not None:
        subtitles |= _spoken_subtitles(keyframes, lines, transcript)
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
                    share = _spoken_share(line.text, keyframe.time, transcript)
                    fault = _Fault("burned-in caption: so much of it is being said", share, None)
            elif (position, line) in watermarks:
                fault = _Fault("watermark, kept where it is first seen", line.score, None)
            elif found_fault := _misread(line, config.min_score):
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


def _in_subtitle_band(
    keyframes: Sequence[Keyframe], lines: Sequence[Lines], transcript: Transcript | None
) -> set[_Place]:
    """The lines in the band where `keyframes` saw subtitles come and go; not those in larger type,
    which belong to the screen behind. None if the speech says other words than stand there."""
    within = [
        (position, line)
        for position, (keyframe, shown) in enumerate(zip(keyframes, lines, strict=True))
        for line in shown
        if _middle(line) > keyframe.subtitle_top * keyframe.height
    ]
    if not within or (transcript is not None and not _follow_speech(within, keyframes, transcript)):
        return set()
    usual = float(np.median([_height(line) for _, line in within]))
    return {(position, line) for position, line in within if _height(line) < _TALL * usual}


def _follow_speech(
    places: Sequence[_Place], keyframes: Sequence[Keyframe], transcript: Transcript
) -> bool:
    shares = [
        _spoken_share(line.text, keyframes[position].time, transcript)
        for position, line in places
        if len(_words(line.text)) >= 2
    ]
    return bool(shares) and float(np.mean(shares)) >= _FOLLOWED


def _spoken_subtitles(
    keyframes: Sequence[Keyframe], lines: Sequence[Lines], transcript: Transcript
) -> set[_Place]:
    """The lines that speech gives away as subtitles.

    A line of a slide may well be read aloud. But subtitles come back at one place in one size, each
    time with other words, each time with those that are being said; a line of a slide stays while
    others are said. So the place must prove itself over several keyframes first.
    """
    low = [
        (position, line)
        for position, (keyframe, shown) in enumerate(zip(keyframes, lines, strict=True))
        for line in shown
        if _middle(line) > _BAND * keyframe.height
        and abs((line.box[0] + line.box[2]) / 2 / keyframe.width - 0.5) < _CENTRED
        and not _stays(position, line, lines)
    ]
    spoken = {
        (position, line)
        for position, line in low
        if _spoken_share(line.text, keyframes[position].time, transcript) >= _SPOKEN
    }
    found: set[_Place] = set()
    for place in (other for other in low if other in spoken):
        if place in found:
            continue
        alike = [other for other in low if _same_style(other[1], place[1])]
        proofs = [other for other in alike if other in spoken]
        texts = {_plain(line.text) for _, line in proofs}
        shown_on = {position for position, _ in proofs}
        often = min(len(texts), len(shown_on)) >= _SIGHTINGS
        usual = len(shown_on) >= _USUAL * len(keyframes) and len(proofs) >= _USUAL * len(alike)
        if often and usual:
            found.update(alike)
    return found


def _same_style(a: OcrLine, b: OcrLine) -> bool:
    """One size of type, and at most two lines of a subtitle apart."""
    taller = max(_height(a), _height(b))
    same_size = abs(_height(a) - _height(b)) < 0.2 * taller
    return same_size and abs(a.box[3] - b.box[3]) < 2.5 * taller


def _stays(position: int, line: OcrLine, lines: Sequence[Lines]) -> bool:
    """Whether a neighbouring keyframe shows the same line at the same place."""
    around = [p for p in (position - 1, position + 1) if 0 <= p < len(lines)]
    return any(_same_line(line, other) for p in around for other in lines[p])


def _spoken_share(text: str, time: float, transcript: Transcript) -> float:
    """Share of the words of `text` that are said, in this order, around `time`."""
    shown = _words(text)
    if len(shown) < 2:
        return 0.0
    first, last = time - _HEARD_WITHIN, time + _HEARD_WITHIN
    said: list[str] = []
    for segment in transcript.segments:
        if segment.end < first or segment.start > last:
            continue
        if not segment.words:
            said += _words(segment.text)
        for word in segment.words:
            if first <= word.end and word.start <= last:
                said += _words(word.text)
    matcher = SequenceMatcher(None, shown, said, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(shown)


def _watermarks(keyframes: Sequence[Keyframe], lines: Sequence[Lines]) -> set[_Place]:
    """Lines in a corner that nearly every screen shows, but for their first showing.

    The screens must differ otherwise: the footer of a slide that builds up is on all its steps.
    """
    by_text: defaultdict[str, list[_Place]] = defaultdict(list)
    for position, (keyframe, shown) in enumerate(zip(keyframes, lines, strict=True)):
        for line in shown:
            if _in_corner(line, keyframe):
                by_text[_plain(line.text)].append((position, line))
    found: set[_Place] = set()
    for places in by_text.values():
        mark = places[0][1]
        places = [place for place in places if _same_line(place[1], mark)]
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
        texts = {_plain(line.text) for line in lines[position] if not _same_line(line, mark)}
        if texts and len(texts & before) <= 0.5 * len(texts):
            count += 1
        before = texts
    return count


def _same_line(a: OcrLine, b: OcrLine) -> bool:
    """The same words at the same place."""
    near = all(abs(x - y) < 0.5 * _height(a) for x, y in zip(a.box, b.box, strict=True))
    return near and _plain(a.text) == _plain(b.text)


def _plain(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum())


def _words(text: str) -> list[str]:
    return words_and_identifiers(text.lower().replace("'", ""))


def _middle(line: OcrLine) -> float:
    return (line.box[1] + line.box[3]) / 2


def _height(line: OcrLine) -> float:
    return line.box[3] - line.box[1]


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
