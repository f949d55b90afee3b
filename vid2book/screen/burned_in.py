"""Subtitles burned into the picture, among the lines that were read; the speech has their words.

They are found where `keyframes` saw them come and go, and by the speech that they repeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from operator import itemgetter

import cv2
import numpy as np

from ..records import Keyframe, OcrLine, Transcript
from ..words import words_and_identifiers
from .places import Place, height, middle, plain, same_line
from .read import Lines

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
HEARD = 0.5  # share of a subtitle's words that are said close to the moment of the picture
_SHADE = 30  # grey levels by which the background of subtitles on a box varies,
_ON_BOX = 0.8  # if this share of them varies no more; another line is twice as far off
_BAND = 0.65  # subtitles are below this share of the height
_CENTRED = 0.06  # share of the width by which a subtitle may be off centre
_HEARD_WITHIN = 4.0  # seconds around the keyframe
_FOLLOWED = 0.5  # mean share of spoken words in a band of subtitles: some are read badly
_SIGHTINGS = 3  # different spoken texts that make a place that of the subtitles,
_USUAL = 0.5  # if they are on this share of the keyframes, and of the lines there
_OUT = 0.25  # share of a line's height by which it may stick out of the band
_TALL = 1.5  # times higher or lower than the usual subtitle: not a subtitle, wherever it is
_ON_AXIS = 0.02  # share of the width by which centred subtitles are off their axis at most
_CENTRE_SET = 0.7  # share of the lines that must be on the axis for subtitles to be centred


def burned_in(
    keyframes: Sequence[Keyframe],
    lines: Sequence[Lines],
    transcript: Transcript | None,
    min_spoken: float,
) -> set[Place]:
    """The lines that are subtitles.

    Args:
        lines: of each keyframe.
        transcript: None if it is unknown what is said.
        min_spoken: share of a line's words that must be heard for it to prove that its place is
            that of the subtitles; the other lines of that place need no share.
    """
    subtitles = _in_subtitle_band(keyframes, lines, transcript)
    if transcript is not None:
        subtitles |= _spoken_subtitles(keyframes, lines, transcript, min_spoken)
    return subtitles - _beside_the_box(keyframes, subtitles)


def _in_subtitle_band(
    keyframes: Sequence[Keyframe], lines: Sequence[Lines], transcript: Transcript | None
) -> set[Place]:
    """The lines in the band where `keyframes` saw subtitles come and go.

    Lines of another size, or off the axis on which the subtitles are centred, belong to the screen
    behind. No line is a subtitle if the speech has other words than the band."""
    within = [
        (position, line)
        for position, (keyframe, screen) in enumerate(zip(keyframes, lines, strict=True))
        for line in screen
        if line.box[1] > keyframe.subtitle_top * keyframe.height - _OUT * height(line)
    ]
    if not within or (transcript is not None and not _follow_speech(within, keyframes, transcript)):
        return set()
    usual = float(np.median([height(line) for _, line in within]))
    centres = [_centre(line, keyframes[position]) for position, line in within]
    off = np.abs(np.array(centres) - np.median(centres))
    astray = off > (_ON_AXIS if np.mean(off <= _ON_AXIS) >= _CENTRE_SET else np.inf)
    return {
        (position, line)
        for (position, line), elsewhere in zip(within, astray, strict=True)
        if usual / _TALL < height(line) < _TALL * usual and not elsewhere
    }


def _beside_the_box(keyframes: Sequence[Keyframe], subtitles: set[Place]) -> set[Place]:
    """If subtitles stand on a box: the lines that do not, which belong to the screen behind."""
    grounds = dict(_grounds(keyframes, subtitles))
    if not grounds:
        return set()
    usual = float(np.median(list(grounds.values())))
    off = {place: abs(ground - usual) for place, ground in grounds.items()}
    if np.mean([apart <= _SHADE for apart in off.values()]) < _ON_BOX:
        return set()
    return {place for place, apart in off.items() if apart > 2 * _SHADE}


def _grounds(
    keyframes: Sequence[Keyframe], places: Iterable[Place]
) -> Iterator[tuple[Place, float]]:
    """The grey level of the background of each line: letters cover less than half of it."""
    for position, group in groupby(sorted(places, key=itemgetter(0)), key=itemgetter(0)):
        image = np.frombuffer(keyframes[position].image, np.uint8)
        grey = cv2.imdecode(image, cv2.IMREAD_GRAYSCALE)
        assert grey is not None, "a keyframe has a JPEG"
        for place in group:
            x0, y0, x1, y1 = (max(0, int(value)) for value in place[1].box)
            box = grey[y0 : max(y0, y1) + 1, x0 : max(x0, x1) + 1]
            if box.size:
                yield place, float(np.median(box))


def _centre(line: OcrLine, keyframe: Keyframe) -> float:
    """The horizontal centre of a line, as a share of the width."""
    return (line.box[0] + line.box[2]) / 2 / keyframe.width


def _follow_speech(
    places: Sequence[Place], keyframes: Sequence[Keyframe], transcript: Transcript
) -> bool:
    shares = [
        spoken_share(line.text, keyframes[position].time, transcript)
        for position, line in places
        if len(_words(line.text)) >= 2
    ]
    return bool(shares) and float(np.mean(shares)) >= _FOLLOWED


def _spoken_subtitles(
    keyframes: Sequence[Keyframe],
    lines: Sequence[Lines],
    transcript: Transcript,
    min_spoken: float,
) -> set[Place]:
    """The lines that the speech reveals as subtitles.

    A line of a slide may be read aloud too. But subtitles recur in one place and one size, always
    with the words that are being said; a line of a slide stays while other words are said. So a
    place must prove itself over several keyframes first.
    """
    low = [
        (position, line)
        for position, (keyframe, screen) in enumerate(zip(keyframes, lines, strict=True))
        for line in screen
        if middle(line) > _BAND * keyframe.height
        and abs(_centre(line, keyframe) - 0.5) < _CENTRED
        and not _stays(position, line, lines)
    ]
    spoken = {
        (position, line)
        for position, line in low
        if spoken_share(line.text, keyframes[position].time, transcript) >= min_spoken
    }
    subtitles: set[Place] = set()
    for place in (other for other in low if other in spoken):
        if place in subtitles:
            continue
        axis = _centre(place[1], keyframes[place[0]])
        alike = [
            (position, line)
            for position, line in low
            if _same_style(line, place[1])
            and abs(_centre(line, keyframes[position]) - axis) <= _ON_AXIS
        ]
        proofs = [other for other in alike if other in spoken]
        texts = {plain(line.text) for _, line in proofs}
        shown_on = {position for position, _ in proofs}
        often = min(len(texts), len(shown_on)) >= _SIGHTINGS
        usual = len(shown_on) >= _USUAL * len(keyframes) and len(proofs) >= _USUAL * len(alike)
        if often and usual:
            subtitles.update(alike)
    return subtitles


def _same_style(a: OcrLine, b: OcrLine) -> bool:
    """Whether two lines have the same size and are at most two lines of a subtitle apart."""
    taller = max(height(a), height(b))
    same_size = abs(height(a) - height(b)) < 0.2 * taller
    return same_size and abs(a.box[3] - b.box[3]) < 2.5 * taller


def _stays(position: int, line: OcrLine, lines: Sequence[Lines]) -> bool:
    """Whether a neighbouring keyframe shows the same line in the same place."""
    around = [p for p in (position - 1, position + 1) if 0 <= p < len(lines)]
    return any(same_line(line, other) for p in around for other in lines[p])


def spoken_share(text: str, time: float, transcript: Transcript) -> float:
    """Share of the words of `text` that are said, in this order, around `time`."""
    words = _words(text)
    if len(words) < 2:
        return 0.0
    first, last = time - _HEARD_WITHIN, time + _HEARD_WITHIN
    spoken: list[str] = []
    for segment in transcript.segments:
        if segment.end < first or segment.start > last:
            continue
        if not segment.words:
            spoken += _words(segment.text)
        for word in segment.words:
            if first <= word.end and word.start <= last:
                spoken += _words(word.text)
    matcher = SequenceMatcher(None, words, spoken, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(words)


def _words(text: str) -> list[str]:
    return words_and_identifiers(text.lower().replace("'", ""))
