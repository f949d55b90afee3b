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
"""The column of a sample that is learned."""


class Unusable(ValueError):  # noqa: N818 - it names what the row is
    """The row is left out; the message is the reason under which it is counted."""


def sequence(sample: Interleaved, text: Text) -> list[Item]:
    """Texts and decoded images in order.

    Raises:
        Unusable: an image cannot be read, or there is no text to learn.
    """
    texts = getattr(sample, COLUMNS[text])
    items: list[Item] = []
    for image, passage in zip(sample.images, texts, strict=True):
        if image is not None:
            items.append(_decode(image))
        elif passage and passage.strip():
            items.append(passage.strip())
    if not any(isinstance(item, str) for item in items):
        raise Unusable(f"a row without {COLUMNS[text]}")
    return items


def cap(items: Sequence[Item], data: Data, dropped: Counter[str]) -> list[list[Item]]:
    """Cut the sequence into parts of at most `max_images` images, or drop the images beyond.

    Cuts are made before an image, so text stays with the image before it, and no text is lost.
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
    """Cut a sequence in two, before an image that follows a text, as near the middle as possible.

    If no image follows a text, cut between any two items. There must be at least two items.
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
