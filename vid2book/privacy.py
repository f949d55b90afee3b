"""Privacy: removes what identifies people, before anything is stored.

`mask_*` replace e-mail addresses and phone numbers in text: in the manifest, in speech and in
on-screen text, so that no later stage, prompt or decision contains one. Only text is masked: an
address in a picture stays visible there. `hide_faces` blurs faces in pictures, or drops the
pictures.

A number counts as a phone number if it is written like one: with a country or trunk prefix
(`+49 531 391 1234`, `0531 391-1234`) or in the North American way (`555-010-4477`). Numbers that
are spelled out in words are not found.
"""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .records import Decision, Keyframe, OcrLine, Segment, Transcript, Video, Word

Boxes = Callable[[NDArray[np.uint8]], Sequence[tuple[int, int, int, int]]]

_TLD = r"(?:com|org|net|edu|gov|info|io|example|[a-z]{2})"
# `jane.doe@example.org`, also as it is spoken or disguised: `jane at example dot org`. A match can
# only start at the beginning of a word, and quantifiers are possessive (`++`), so the time is
# linear in the length of a text.
_E_MAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]++(?:"
    r"\s?@\s?[\w-]++(?:\.[\w-]++)++"
    rf"|\s?(?:\sat\s|[\[(]at[\])])\s?[\w-]++(?:\sdot\s[\w-]++)*\sdot\s{_TLD}\b"
    rf"|\s?[\[(]at[\])]\s?[\w-]++(?:\.[\w-]++)*\.{_TLD}\b)",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"\+\d[\d\s()./-]{6,18}\d"
    r"|(?<![\w.,/-])\(?0\d{1,5}\)?[\s/-]\d[\d\s/-]{4,14}\d(?![\w.,]\d|\w)"
    r"|(?<![\w.,/-])(?:1[\s.-])?(?:\(\d{3}\)\s?|\d{3}[\s.-])\d{3}[.-]\d{4}(?![\w.,-]\d|\w)"
)
_FEWEST_DIGITS = 8  # of a phone number; set by eye
_MARGIN = 0.15  # of a face's width and height, blurred around it for hair and chin; set by eye


def mask_text(text: str) -> str:
    """A text with `[e-mail]` and `[phone]` in place of addresses and numbers."""
    return _replaced(text, _matches(text))


def mask_video(video: Video) -> Video:
    """A row of the manifest, masked except for what names files, people and sources."""
    kept = {"video_id", "path", "captions", "source_url", "author", "metadata", "problem"}
    texts = {f.name: mask_text(getattr(video, f.name)) for f in fields(video) if f.name not in kept}
    return replace(video, **texts, metadata=_mask_value(video.metadata))


def mask_transcript(transcript: Transcript) -> Transcript:
    """A transcript, masked. An address may span words and segments, and becomes one word."""
    spoken = [
        (n, word)
        for n, segment in enumerate(transcript.segments)
        for word in segment.words or (Word(segment.start, segment.end, f" {segment.text}"),)
    ]
    masked: dict[int, list[Word]] = {}
    for n, word in _masked(spoken):
        masked.setdefault(n, []).append(word)
    segments = [
        _rewritten(segment, masked[n])
        for n, segment in enumerate(transcript.segments)
        if n in masked
    ]
    return replace(transcript, segments=tuple(segments))


def mask_lines(lines: Iterable[OcrLine]) -> tuple[OcrLine, ...]:
    """The text on a picture, masked."""
    return tuple(replace(line, text=mask_text(line.text)) for line in lines)


def mask_decisions(decisions: Iterable[Decision]) -> list[Decision]:
    """Decisions with masked texts and reasons."""
    return [replace(d, text=mask_text(d.text), reason=mask_text(d.reason)) for d in decisions]


def hide_faces(
    keyframes: Sequence[Keyframe],
    video_id: str,
    boxes: Boxes,
    how: Literal["blur", "drop"],
    jpeg_quality: int,
) -> tuple[list[Keyframe], list[Decision]]:
    """Pictures without faces, and a decision for each picture that had any.

    Args:
        boxes: finds the faces on a luma plane, as x0, y0, x1, y1 in pixels.
        how: blur the faces, or drop the pictures that show one.
        jpeg_quality: of a blurred picture.
    """
    kept, decisions = [], []
    for keyframe in keyframes:
        image = np.asarray(Image.open(io.BytesIO(keyframe.image)).convert("RGB"))
        faces = boxes(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
        if faces:
            dropped = how == "drop"
            largest = max((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in faces)
            reason = "shows a face (share of the picture)" + ("" if dropped else ", blurred")
            decisions.append(
                Decision(
                    video_id, "keyframe", "privacy", keyframe.start, keyframe.end, not dropped,
                    reason, round(largest / (image.shape[0] * image.shape[1]), 4),
                )
            )  # fmt: skip
            if dropped:
                continue
            blurred = _jpeg(_blurred(image, faces), jpeg_quality)
            keyframe = replace(keyframe, image=blurred)
        kept.append(keyframe)
    return kept, decisions


class _Span(NamedTuple):
    """A part of a text to mask, and its replacement."""

    start: int
    end: int
    name: str


def _matches(text: str) -> list[_Span]:
    """The addresses and numbers in a text, in order and without overlaps."""
    e_mails = [_Span(m.start(), m.end(), "[e-mail]") for m in _E_MAIL.finditer(text)]
    phones = [_Span(m.start(), m.end(), "[phone]") for m in _PHONE.finditer(text) if _is_phone(m)]
    spans: list[_Span] = []
    for span in sorted([*e_mails, *phones]):
        if not spans or span.start >= spans[-1].end:
            spans.append(span)
        elif span.name == "[e-mail]":
            spans[-1] = _Span(spans[-1].start, max(span.end, spans[-1].end), span.name)
    return spans


def _is_phone(match: re.Match[str]) -> bool:
    digits = re.sub(r"\D", "", match.group())
    return len(digits) >= _FEWEST_DIGITS and not set(digits) <= {"0", "1"}


def _replaced(text: str, spans: Iterable[_Span]) -> str:
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], span.name]
        at = span.end
    return "".join([*parts, text[at:]])


def _masked(spoken: Sequence[tuple[int, Word]]) -> Iterator[tuple[int, Word]]:
    """Words, each with the number of its segment, where those of one address become one word."""
    ends = np.cumsum([len(word.text) for _, word in spoken]).tolist()
    spans = deque(_matches("".join(word.text for _, word in spoken)))
    at = 0
    while at < len(spoken):
        n, word = spoken[at]
        start, last = ends[at] - len(word.text), at
        inside = []
        while spans and spans[0].start < ends[last]:
            span = spans.popleft()
            inside.append(span._replace(start=span.start - start, end=span.end - start))
            while ends[last] < span.end:
                last += 1
        if inside:
            whole = "".join(word.text for _, word in spoken[at : last + 1])
            word = replace(word, end=spoken[last][1].end, text=_replaced(whole, inside))
        yield n, word
        at = last + 1


def _rewritten(segment: Segment, words: Sequence[Word]) -> Segment:
    text = "".join(word.text for word in words).strip()
    if not segment.words:
        return replace(segment, text=text)
    return replace(segment, text=text, words=tuple(words), end=max(segment.end, words[-1].end))


def _mask_value(value: Any) -> Any:
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, dict):
        return {key: _mask_value(inner) for key, inner in value.items()}
    return [_mask_value(inner) for inner in value] if isinstance(value, list) else value


def _blurred(
    image: NDArray[np.uint8], boxes: Sequence[tuple[int, int, int, int]]
) -> NDArray[np.uint8]:
    """An image in which faces are averaged to 8 by 8 cells, which makes them unrecognisable."""
    image = image.copy()
    for x0, y0, x1, y1 in boxes:
        across, down = round(_MARGIN * (x1 - x0)), round(_MARGIN * (y1 - y0))
        top, left = max(0, y0 - down), max(0, x0 - across)
        part = image[top : y1 + down, left : x1 + across]
        mosaic = cv2.resize(part, (8, 8), interpolation=cv2.INTER_AREA)
        part[:] = cv2.resize(mosaic, part.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return image


def _jpeg(image: NDArray[np.uint8], quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
