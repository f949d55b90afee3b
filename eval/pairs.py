"""Finds the text that belongs to an image."""

from __future__ import annotations

from .corpora import Interleaved


def text_of(record: Interleaved, position: int) -> int | None:
    """The position of the text that belongs to the image at `position`; None: there is no text.

    It is the text of its clip, if the corpus has clips; else the next text, else the previous one.
    """
    image = record.elements[position]
    after = [i for i in range(position + 1, len(record.texts)) if record.texts[i]]
    before = [i for i in range(position - 1, -1, -1) if record.texts[i]]
    if image is not None:
        clip = (image.video_id, image.clip_start, image.clip_end)
        for i in (*after, *before):
            text = record.elements[i]
            if text and (text.video_id, text.clip_start, text.clip_end) == clip:
                return i
    return next(iter((*after, *before)), None)
