"""The blocks of a video's page: its samples and what was dropped, in order of time."""

from __future__ import annotations

import base64
import io
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from PIL import Image

from .. import thumbnails
from ..folder.reader import Row, is_marked
from ..records import Decision
from .times import clock
from .verdicts import verdict_on

MIME_TYPES = {  # MPO is a JPEG with a second picture after it
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
}
THUMBNAIL = (192, 108)  # pixels at most, twice the displayed size for high-resolution screens
_NO_PICTURE = (OSError, ValueError, KeyError, SyntaxError, Image.DecompressionBombError)
ALT_CHARS = 160  # a screen reader reads the full on-screen text right after
LEVELS = {
    "video": "Video",
    "clip": "Paragraph",
    "sentence": "Sentence",
    "keyframe": "Picture",
    "line": "On-screen line",
}
STRETCH = "Stretch of the screen"  # that never had a picture of its own


@dataclass(frozen=True)
class Figure:
    """A keyframe. `src` is a data: URI, empty if the picture cannot be shown."""

    number: int
    time: float | None  # of the frame
    start: float | None  # when its state begins, as far as is known
    end: float | None  # when its state ends
    content: bytes
    src: Markup
    width: int
    height: int
    text: str  # on-screen text
    drop: str = ""  # why it is marked

    @property
    def anchor(self) -> str:
        return f"f{self.number}"

    @property
    def alt(self) -> str:
        at = "The screen" if self.time is None else f"The screen at {clock(self.time)}"
        words = " ".join(self.text.split())
        cut = words if len(words) <= ALT_CHARS else words[:ALT_CHARS].rsplit(" ", 1)[0] + " …"
        return f"{at}: {cut}" if cut else f"{at}, without text"


@dataclass(frozen=True)
class Paragraph:
    """What is said from `start` on."""

    number: int
    start: float | None
    text: str
    drop: str = ""

    @property
    def anchor(self) -> str:
        return f"p{self.number}"


@dataclass
class Passage:
    """A clip: paragraphs of speech and the figures shown with them; either may be missing."""

    start: float
    figures: list[Figure] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    kind: str = "passage"


@dataclass(frozen=True)
class SampleHead:
    """Where a sample of the corpus begins."""

    start: float
    number: int
    row: Row
    kind: str = "sample"


@dataclass(frozen=True)
class Dropped:
    """A decision to drop something. `src` is a small picture of it as a data: URI; empty if there
    is none."""

    number: int
    decision: Decision
    src: Markup
    width: int
    height: int

    @property
    def anchor(self) -> str:
        return f"d{self.number}"

    @property
    def shows(self) -> bool:
        """Whether there is something to see of it; otherwise it is a line of text."""
        return bool(self.src or self.decision.text)

    @property
    def what(self) -> str:
        if (self.decision.level, self.decision.stage) == ("keyframe", "keyframes"):
            return STRETCH
        return LEVELS.get(self.decision.level, self.decision.level)


@dataclass(frozen=True)
class LeftOut:
    """What was dropped between two passages."""

    start: float
    items: list[Dropped]
    kind: str = "left out"

    @property
    def shows(self) -> bool:
        """Whether there is something to see of any item."""
        return any(item.shows for item in self.items)


Block = Passage | SampleHead | LeftOut


def dropped(decided: Iterable[tuple[Decision, bytes]], marked: Sequence[Row] = ()) -> list[Dropped]:
    """What was dropped from a video, numbered in order of time, without the video as a whole.

    Lines that the picture before shows too are on their own picture as well, so they do not count.

    Args:
        decided: decisions, each with a small picture of what is left out, or empty bytes.
        marked: elements of samples that the page shows as marked; they do not count as dropped.
    """
    drops = [
        (d, image)
        for d, image in decided
        if verdict_on(d) == "dropped"
        and not (d.level == "video" or any(_is_about(d, element) for element in marked))
    ]
    return [Dropped(n, d, *_picture(image)[1:]) for n, (d, image) in enumerate(drops, 1)]


def _is_about(decision: Decision, element: Row) -> bool:
    """Whether a decision is about this element of a sample, or about a sentence in it."""
    if decision.level == "keyframe":  # an element has the end of its state, not the start
        return bool(element["kind"] == "image" and element["end"] == decision.end)
    within = element["start"] <= decision.start and decision.end <= element["end"]
    return element["kind"] == "text" and decision.level in ("sentence", "clip") and within


def blocks(
    samples: Iterable[Row],
    left_out: list[Dropped],
    begins: Mapping[float, float],
    marked: bool = False,
) -> Iterator[Block]:
    """The blocks of a page, one by one, so that only one sample is in memory at a time.

    Args:
        samples: of one video.
        left_out: what was dropped from it.
        begins: from `stands_from`.
        marked: include positions that are marked.
    """
    waiting = deque(left_out)
    for block in _passages(samples, begins, marked):
        earlier = []
        while waiting and waiting[0].decision.start < block.start:
            earlier.append(waiting.popleft())
        if earlier:
            yield LeftOut(earlier[0].decision.start, earlier)
        yield block
    if waiting:
        yield LeftOut(waiting[0].decision.start, list(waiting))


def _passages(
    samples: Iterable[Row], begins: Mapping[float, float], marked: bool
) -> Iterator[Passage | SampleHead]:
    figures = paragraphs = 0
    last = 0.0  # a sample without `elements` gets the time of the one before
    for number, row in enumerate(samples, 1):
        if not marked and (elements := row.get("elements")) and all(map(is_marked, elements)):
            continue
        passage, clip = Passage(last), None
        head: SampleHead | None = None
        for place, image, text, ocr, element in _positions(row):
            if is_marked(element) and not marked:
                continue
            drop = (element or {}).get("drop") or ""
            here = (element["clip_start"], element["clip_end"]) if element else place
            if here != clip or head is None:
                last = element["clip_start"] if element else last
                if head is None:
                    yield (head := SampleHead(last, number, row))
                else:
                    yield passage
                passage, clip = Passage(last), here
            start, end = (element["start"], element["end"]) if element else (None, None)
            if image is not None:
                figures += 1
                begin = start if end is None else begins.get(end, start)
                words = (ocr or "").strip()
                passage.figures.append(
                    Figure(figures, start, begin, end, *_picture(image), words, drop)
                )
            if text is not None:
                paragraphs += 1
                passage.paragraphs.append(Paragraph(paragraphs, start, text.strip(), drop))
        if head is None:
            yield SampleHead(last, number, row)
        else:
            yield passage


def _positions(row: Row) -> Iterator[tuple[int, Any, str | None, str | None, Row | None]]:
    """The aligned lists of a sample, position by position; a missing list gives None."""
    lists = [row.get(name) or [] for name in ("images", "texts", "ocr_texts", "elements")]
    for place in range(max(len(lists[0]), len(lists[1]))):
        image, text, ocr, element = (x[place] if place < len(x) else None for x in lists)
        yield place, image, text, ocr, element


def _picture(image: Any) -> tuple[bytes, Markup, int, int]:
    """An image of the corpus as (file, data: URI, width, height); empty if it is not a picture.

    Only embedded bytes are shown: a path in a corpus of unknown origin is never opened.
    """
    content = (image.get("bytes") if isinstance(image, dict) else image) or b""
    try:
        with Image.open(io.BytesIO(content)) as opened:  # reads the header only
            mime, (width, height) = MIME_TYPES[opened.format or ""], opened.size
    except _NO_PICTURE:
        return b"", Markup(""), 0, 0
    return content, _data_uri(mime, content), width, height


def thumbnail(figure: Figure) -> str:
    """A small copy of a figure as a data: URI; empty if it cannot be decoded."""
    try:
        return _data_uri("image/jpeg", thumbnails.thumbnail(figure.content, THUMBNAIL, 70))
    except _NO_PICTURE:
        return Markup("")


def _data_uri(mime: str, content: bytes) -> Markup:
    return Markup(f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}")
