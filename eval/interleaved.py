"""One sample of any corpus, and how it is built from a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

from vid2book.intake import Row
from vid2book.names import inside
from vid2book.records import Element

from .foreign import ForeignError, in_shape, page_of
from .images import image_file

Fetch = Callable[[str], bytes | str]  # from a URL to an image, or to why there is none
_NOT_FETCHED = "an image that is only a URL; `vid2book measure --fetch` downloads it"
_MISSING = "an image whose file is missing"
_PLACE = [name for name in Element.__dataclass_fields__ if name not in ("score", "drop")]


class RowError(ValueError):
    """A row that cannot be used; the message says why."""


@dataclass(frozen=True)
class Interleaved:
    """One sample of any corpus. The lists are aligned: each position is an image or a text.

    `video_id` names the video (in a web corpus: the document) whose samples must be resampled
    together. If there is no such name (`is_named` is False), it is the number of a row, which means
    nothing in other corpora. `elements` say where each position comes from, if that is known.
    """

    id: str
    video_id: str
    images: tuple[bytes | None, ...]  # encoded, as the corpus has them
    texts: tuple[str | None, ...]
    ocr_texts: tuple[str | None, ...]  # the text on the image; None: unknown
    text_ocr_list: tuple[str | None, ...]  # the text together with the text on its images
    elements: tuple[Element | None, ...]
    language: str = ""
    license: str = ""
    subject: str = ""
    token_num: int | None = None
    is_named: bool = True
    own_id: str = ""  # the row's; `id` also numbers rows that have none

    @cached_property
    def key(self) -> tuple[str, str]:
        """Identifies the sample by what it is, not by where it was read."""
        content = blake2b(digest_size=16)
        video = self.video_id if self.is_named else ""
        facts = (self.own_id, video, self.language, self.license, self.subject, self.token_num)
        columns = (self.texts, self.ocr_texts, self.text_ocr_list, self.elements)
        content.update(repr((facts, columns)).encode("utf-8", "surrogatepass"))
        for image in self.images:
            content.update(f" {-1 if image is None else len(image)} ".encode())
            content.update(image or b"")
        return self.own_id, content.hexdigest()

    @property
    def text(self) -> str:
        """All texts, a paragraph each."""
        return "\n".join(text for text in self.texts if text)


def interleaved(
    row: Row, number: int, folder: Path | None, fetch: Fetch | None, skipped: Counter[str]
) -> Interleaved:
    """The sample in a row. Raises RowError: it has no aligned `images` and `texts`."""
    try:
        row = in_shape(row)
    except ForeignError as error:
        raise RowError(str(error)) from None
    images, texts = row.get("images"), row.get("texts")
    if not isinstance(images, list) or not isinstance(texts, list):
        raise RowError("a row without lists 'images' and 'texts'")
    if len(images) != len(texts):
        raise RowError("'images' and 'texts' of a row differ in length")
    columns = [
        _column(row, name, len(images)) for name in ("ocr_texts", "text_ocr_list", "elements")
    ]
    if missing := row.get("missing_images"):
        skipped[_MISSING] += missing
    positions: list[tuple[Any, ...]] = []
    for image, text, ocr, both, element in zip(images, texts, *columns, strict=True):
        place = _element(element)
        if image is not None:
            content = _content(image, folder, fetch, skipped)
            if content is not None:
                positions.append((content, None, ocr, None, place))
        if text is not None:
            positions.append((None, str(text), None, both, place))
    if not positions:
        raise RowError("a row without an image and a text that can be read")
    contents, paragraphs, written, joined, known_elements = zip(*positions, strict=True)
    name = str(row.get("id") or "")
    video = _video_id(row)
    video_id = video or name or str(number)
    tokens = row.get("token_num")
    return Interleaved(
        id=name or f"{video_id}#{number}",
        video_id=video_id,
        images=contents,
        texts=paragraphs,
        ocr_texts=written,
        text_ocr_list=joined,
        elements=known_elements,
        language=str(row.get("language") or ""),
        license=str(row.get("license") or ""),
        subject=str(row.get("subject") or ""),
        token_num=tokens if isinstance(tokens, int) else None,
        is_named=bool(video) or (bool(name) and not name.isdecimal()),
        own_id=name,
    )


def _column(row: Row, name: str, length: int) -> list[Any]:
    values = row.get(name)
    return values if isinstance(values, list) and len(values) == length else [None] * length


def _content(
    image: Any, folder: Path | None, fetch: Fetch | None, skipped: Counter[str]
) -> bytes | None:
    """The bytes of an image, in whatever form; None if there are none, which is counted."""
    if isinstance(image, bytes):
        return image
    path = image
    if isinstance(image, dict):
        if isinstance(image.get("bytes"), bytes):
            return bytes(image["bytes"])
        path = image.get("path")
    if not isinstance(path, str):
        skipped["an image without bytes and path"] += 1
        return None
    if "://" in path:
        content = fetch(path) if fetch else _NOT_FETCHED
        if isinstance(content, bytes):
            return content
        skipped[content] += 1
        return None
    if file := image_file(path, folder):
        return file.read_bytes()
    leaves = folder is not None and inside(folder, path) is None
    skipped["an image whose path leaves the folder of the corpus" if leaves else _MISSING] += 1
    return None


def _element(value: Any) -> Element | None:
    if not isinstance(value, dict) or any(value.get(name) is None for name in _PLACE):
        return None
    place = {name: value[name] for name in _PLACE}
    return Element(**place, score=value.get("score"), drop=value.get("drop") or "")


def _video_id(row: Row) -> str:
    """The video of the sample; in OBELICS and MMC4, the page."""
    if ids := row.get("video_ids"):
        return str(ids[0])
    return page_of(row)
