"""Samples without their marked positions, as in a corpus built with `decide: drop`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vid2book.assemble.interleave import IMAGE_TOKENS
from vid2book.folder.reader import is_marked
from vid2book.models.tokens import TokenCounter

from .features import Row

_ALIGNED = ("images", "texts", "ocr_texts", "text_ocr_list", "elements")


def without_marked(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows of the table `default` without their marked positions, with new counts.

    A row with nothing else in it is left out.
    """
    count_tokens = TokenCounter()
    for row in rows:
        unmarked = [n for n, element in enumerate(row["elements"]) if not is_marked(element)]
        if len(unmarked) == len(row["elements"]):
            yield row
        elif unmarked:
            reduced = row | {name: [row[name][n] for n in unmarked] for name in _ALIGNED}
            image_num = sum(image is not None for image in reduced["images"])
            text_num = sum(count_tokens(text) for text in reduced["texts"] if text)
            counts = {"image_num": image_num, "text_num": text_num}
            yield reduced | counts | {"token_num": text_num + IMAGE_TOKENS * image_num}
