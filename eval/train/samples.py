"""A sample of a corpus as the sequence of texts and images to learn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image

from ..corpora import Interleaved
from ..images import LARGEST, TooLargeError, decoded
from ..vlm import Item
from .config import Data, Text

COLUMNS: dict[Text, str] = {"speech": "texts", "speech+ocr": "text_ocr_list"}
"""What of a sample is learned."""


class Unusable(ValueError):  # noqa: N818 - it names what the row is
    """A row that is left out; the message is the reason it is counted under."""


def sequence(sample: Interleaved, text: Text) -> list[Item]:
    """Texts and decoded images in order.

    Raises:
        Unusable: an image cannot be read, or there is no text to learn.
    """
    texts = getattr(sample, COLUMNS[text])
    items: list[Item] = []
    for image, said in zip(sample.images, texts, strict=True):
        if image is not None:
            items.append(_decode(image))
        elif said and said.strip():
            items.append(said.strip())
    if not any(isinstance(item, str) for item in items):
        raise Unusable(f"a row without {COLUMNS[text]}")
    return items


def cap(items: Sequence[Item], data: Data, dropped: Counter[str]) -> list[list[Item]]:
    """The sequence in parts of at most `max_images` images, or one without those beyond.

    A cut is before an image, so that text which follows an image stays with it; no text is lost.
    """
    parts: list[list[Item]] = [[]]
    images = 0
    for item in items:
        if not isinstance(item, str):
            if images == data.max_images:
                if data.more_images == "drop":
                    dropped["an image beyond data.max_images"] += 1
                    continue
                parts.append([])
                images = 0
            images += 1
        parts[-1].append(item)
    return parts


def halve(items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """Two parts, cut before the image after a text that is nearest the middle.

    Where no image follows a text, between the two items nearest the middle. Needs two items.
    """
    middle = len(items) / 2
    cuts = [
        i + 1
        for i, (left, right) in enumerate(pairwise(items))
        if isinstance(left, str) and not isinstance(right, str)
    ] or range(1, len(items))
    at = min(cuts, key=lambda cut: abs(cut - middle))
    return list(items[:at]), list(items[at:])


def _decode(content: bytes) -> Image.Image:
    try:
        return decoded(content, LARGEST)
    except TooLargeError:
        raise Unusable(
            f"a row with an image of more than {LARGEST // 10**6} million pixels"
        ) from None
    except OSError:
        raise Unusable("a row with an image that cannot be read") from None
