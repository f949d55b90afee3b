"""On-screen text of keyframes.

`read` runs the OCR model, `legible` drops what nobody wrote for the lecture (misread icons,
burned-in captions, watermarks), `screen_text` joins the rest into text. They are apart so that a
changed threshold needs no model.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .. import config
from ..records import Decision, Keyframe, OcrLine, Transcript
from .layout import screen_text

__all__ = ["legible", "read", "screen_text"]

Lines = tuple[OcrLine, ...]
VERSION = 1

_Image = NDArray[np.uint8]  # H x W x 3, RGB
_Rect = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels, ends excluded

_PIXEL_CHANGE = 20  # levels of 255, after a 3 x 3 mean: more than JPEG noise, less than faint text
_CELL = 8  # pixels: JPEG errors stay within such a block
_MARGIN = 16  # pixels around what is read again
_FULL_READ = 0.6  # share of the screen above which cutting it up saves nothing

_BAND = 0.65  # captions stand below this share of the height
_CENTRED = 0.06  # of the width: how far from the middle a caption may stand
_SPOKEN = 0.7  # share of a caption's words that are heard while it stands
_HEARD_WITHIN = 4.0  # seconds around the keyframe
_CAPTION_SIGHTINGS = 3  # different texts at one place, each spoken: then it is the captions' place

_EDGE = 0.15  # watermarks stand this near to a border of the picture, as a share of its side
_LASTING = 0.8  # share of the keyframes that show a watermark
_WATERMARK_SCREENS = 4  # otherwise different screens that show it


def read(
    keyframes: Sequence[Keyframe],
    ocr: Callable[[_Image], list[OcrLine]],
    config: config.Read,
) -> list[Lines]:
    """The raw lines of every keyframe, aligned with `keyframes`, boxes in pixels of its image.

    With `config.reuse`, what did not change since the previous keyframe is not read again.
    """
    found: list[Lines] = []
    before: _Image | None = None
    for keyframe in keyframes:
        image = np.asarray(Image.open(io.BytesIO(keyframe.image)).convert("RGB"))
        if config.reuse and before is not None and before.shape == image.shape:
            found.append(_update(before, found[-1], image, ocr))
        else:
            found.append(tuple(ocr(image)))
        before = image
    return found


def _update(
    before: _Image, known: Lines, image: _Image, ocr: Callable[[_Image], list[OcrLine]]
) -> Lines:
    """The lines of `image`, given the lines `known` of a screen that it may share areas with.

    What is known is painted over, not cut away: the model sees the rest in its place and at the
    scale of a full read, so that it reads the same there.
    """
    height, width = image.shape[:2]
    areas = _areas_to_read(_changed_areas(before, image), known, (width, height))
    if not areas:
        return known
    if sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in areas) > _FULL_READ * width * height:
        return tuple(ocr(image))
    unread = np.empty_like(image)
    unread[:] = np.median(image[::_CELL, ::_CELL], axis=(0, 1))
    for x0, y0, x1, y1 in areas:
        unread[y0:y1, x0:x1] = image[y0:y1, x0:x1]
    lines = [line for line in known if not any(_touches(line.box, area) for area in areas)]
    lines += ocr(unread)
    return tuple(sorted(lines, key=lambda line: (line.box[1] + line.box[3], line.box[0])))


def _changed_areas(before: _Image, image: _Image) -> list[_Rect]:
    """Rectangles around the pixels that differ, as wide as the blocks that JPEG codes them in."""
    difference = cv2.blur(cv2.absdiff(before, image), (3, 3)).max(axis=2)
    changed = (difference > _PIXEL_CHANGE).astype(np.uint8)
    changed = cv2.dilate(changed, np.ones((2 * _CELL + 1, 2 * _CELL + 1), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(changed)
    return [(x, y, x + w, y + h) for x, y, w, h in stats[1:, :4].tolist()]


def _areas_to_read(areas: list[_Rect], known: Lines, size: tuple[int, int]) -> list[_Rect]:
    """Areas grown until they cut through no known line and do not meet one another."""
    width, height = size
    pending = [(x0 - _MARGIN, y0 - _MARGIN, x1 + _MARGIN, y1 + _MARGIN) for x0, y0, x1, y1 in areas]
    done: list[_Rect] = []
    while pending:
        area = pending.pop()
        cut = [_room(line) for line in known if _touches(_room(line), area)]
        met = [other for other in (*pending, *done) if _touches(other, area)]
        grown = _union([area, *cut, *met])
        pending = [other for other in pending if other not in met]
        done = [other for other in done if other not in met]
        if grown == area:
            done.append(area)
        else:
            pending.append(grown)
    clipped = ((max(0, x0), max(0, y0), min(width, x1), min(height, y1)) for x0, y0, x1, y1 in done)
    return sorted(clipped)


def _room(line: OcrLine) -> _Rect:
    """The box of a line, and beside it the place where the line may have grown longer."""
    x0, y0, x1, y1 = line.box
    beside = y1 - y0
    return int(x0 - beside), int(y0) - 2, int(x1 + beside) + 1, int(y1) + 3


def _touches(a: Sequence[float], b: Sequence[float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _union(areas: Sequence[_Rect]) -> _Rect:
    x0, y0, x1, y1 = zip(*areas, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def legible(
    video_id: str,
    keyframes: Sequence[Keyframe],
    lines: Sequence[Lines],
    transcript: Transcript | None,
    config: config.Read,
) -> tuple[list[Lines], list[Decision]]:
    """The lines worth keeping per keyframe, and a `Decision` for every line that was dropped."""
    captions = _captions(keyframes, lines, transcript)
    watermarks = _watermarks(keyframes, lines)
    kept: list[Lines] = []
    decisions: list[Decision] = []
    for position, (keyframe, found) in enumerate(zip(keyframes, lines, strict=True)):
        stay = []
        for line in found:
            threshold = None
            if (position, line) in captions:
                reason = "burned-in caption"
            elif (position, line) in watermarks:
                reason = "watermark, kept where it is first seen"
            else:
                threshold = _least_score(line, config.min_score)
                reason = "" if line.score >= threshold else "the recogniser is unsure"
            if not reason:
                stay.append(line)
                continue
            decisions.append(
                Decision(
                    video_id,
                    "line",
                    "read",
                    keyframe.start,
                    keyframe.end,
                    False,
                    reason,
                    score=line.score,
                    threshold=threshold,
                    text=line.text,
                )
            )
        kept.append(tuple(stay))
    return kept, decisions


def _least_score(line: OcrLine, min_score: float) -> float:
    """Icons are read as single signs and as words without letters: these must be surer."""
    signs = [sign for sign in line.text if not sign.isspace()]
    letters = sum(unicodedata.category(sign)[0] in "LN" for sign in signs)
    doubtful = len(signs) <= 2 or letters < 0.5 * len(signs)
    return max(min_score, 0.8) if doubtful else min_score


def _captions(
    keyframes: Sequence[Keyframe], lines: Sequence[Lines], transcript: Transcript | None
) -> set[tuple[int, OcrLine]]:
    """Lines in the band that `keyframes` found, and lines that the speech gives away.

    A line of a slide may well be read aloud. But captions come back at one place in one size, each
    time with other words, each time with the words that are spoken; a line of a slide stays while
    others are spoken. So the place must prove itself over several keyframes first.
    """
    found: set[tuple[int, OcrLine]] = set()
    low: list[tuple[int, OcrLine]] = []
    for position, (keyframe, shown) in enumerate(zip(keyframes, lines, strict=True)):
        for line in shown:
            middle = (line.box[1] + line.box[3]) / 2 / keyframe.height
            centre = (line.box[0] + line.box[2]) / 2 / keyframe.width
            if middle > keyframe.caption_top:
                found.add((position, line))
            elif middle > _BAND and abs(centre - 0.5) < _CENTRED:
                low.append((position, line))
    if transcript is None:
        return found
    stays = {(p, line) for p, line in low if _stays(p, line, lines)}
    spoken = [
        (position, line)
        for position, line in low
        if (position, line) not in stays
        and _spoken_share(line.text, keyframes[position].time, transcript) >= _SPOKEN
    ]
    for _, sample in spoken:
        alike = [(p, line) for p, line in low if _same_style(line, sample)]
        proofs = [item for item in alike if item in spoken]
        texts = {_normal(line.text) for _, line in proofs}
        places = {p for p, _ in proofs}
        proven = min(len(texts), len(places)) >= _CAPTION_SIGHTINGS
        if proven and len(proofs) >= 0.5 * len(alike):
            found.update(item for item in alike if item not in stays)
    return found


def _same_style(a: OcrLine, b: OcrLine) -> bool:
    height_a, height_b = a.box[3] - a.box[1], b.box[3] - b.box[1]
    same_size = abs(height_a - height_b) < 0.2 * max(height_a, height_b)
    return same_size and abs(a.box[3] - b.box[3]) < 2.5 * max(height_a, height_b)


def _stays(position: int, line: OcrLine, lines: Sequence[Lines]) -> bool:
    """Whether a neighbouring keyframe shows the same line at the same place."""
    around = [p for p in (position - 1, position + 1) if 0 <= p < len(lines)]
    return any(_same_sign(line, other) for p in around for other in lines[p])


def _same_sign(a: OcrLine, b: OcrLine) -> bool:
    height = a.box[3] - a.box[1]
    near = all(abs(x - y) < 0.5 * height for x, y in zip(a.box, b.box, strict=True))
    return near and _normal(a.text) == _normal(b.text)


def _normal(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower().replace("'", ""))


def _spoken_share(text: str, time: float, transcript: Transcript) -> float:
    """Share of the words of `text` that are said, in this order, around `time`."""
    shown = _words(text)
    if len(shown) < 2:
        return 0.0
    said: list[str] = []
    for segment in transcript.segments:
        if segment.end < time - _HEARD_WITHIN or segment.start > time + _HEARD_WITHIN:
            continue
        if not segment.words:
            said += _words(segment.text)
        for word in segment.words:
            if time - _HEARD_WITHIN <= word.end and word.start <= time + _HEARD_WITHIN:
                said += _words(word.text)
    matcher = SequenceMatcher(None, shown, said, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(shown)


def _watermarks(keyframes: Sequence[Keyframe], lines: Sequence[Lines]) -> set[tuple[int, OcrLine]]:
    """Small lines near the border that nearly every screen shows, but for their first showing.

    Screens differ when no other line of theirs is shared: the title of a slide that builds up
    stands on all its steps, and is no watermark.
    """
    found: set[tuple[int, OcrLine]] = set()
    seen: list[OcrLine] = []
    for position, shown in enumerate(lines):
        for line in shown:
            if not _near_edge(line, keyframes[position]) or any(_same_sign(line, s) for s in seen):
                continue
            seen.append(line)
            places = [
                (p, other)
                for p, rest in enumerate(lines)
                for other in rest
                if _same_sign(line, other)
            ]
            if len(places) < _LASTING * len(lines):
                continue
            if _screens([p for p, _ in places], lines, line) >= _WATERMARK_SCREENS:
                found.update(places[1:])
    return found


def _near_edge(line: OcrLine, keyframe: Keyframe) -> bool:
    x0, y0, x1, y1 = line.box
    width, height = keyframe.width, keyframe.height
    across = y1 < _EDGE * height or y0 > (1 - _EDGE) * height
    along = x1 < 2 * _EDGE * width or x0 > (1 - 2 * _EDGE) * width
    return across and along


def _screens(positions: Sequence[int], lines: Sequence[Lines], but: OcrLine) -> int:
    """How many of the keyframes share less than half of their lines with the one before."""
    count, before = 0, set[str]()
    for position in positions:
        texts = {_normal(line.text) for line in lines[position] if not _same_sign(line, but)}
        if len(texts & before) <= 0.5 * len(texts):
            count += 1
        before = texts
    return count
