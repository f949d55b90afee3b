"""Pictures and texts as a notebook shows them."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape

_WIDTH = 480  # pixels of a picture


def figure_html(jpeg: bytes, caption: str) -> str:
    """A picture with its caption."""
    return f"<figure>{_image(jpeg, '')}<figcaption>{escape(caption)}</figcaption></figure>"


def reading_html(title: str, pieces: Iterable[tuple[bytes | None, str | None, str | None]]) -> str:
    """Pieces of (JPEG, text, what is written on the picture), from top to bottom."""
    parts = [f"<p><b>{escape(title)}</b></p>"]
    for image, text, written in pieces:
        if image is not None:
            parts.append(_image(image, written or ""))
        if text is not None:
            parts.append(f"<p>{escape(text)}</p>")
    return "\n".join(parts)


def _image(jpeg: bytes, alt: str) -> str:
    data = base64.b64encode(jpeg).decode("ascii")
    return f'<img width="{_WIDTH}" alt="{escape(alt)}" src="data:image/jpeg;base64,{data}">'
