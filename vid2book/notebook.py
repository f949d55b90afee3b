"""HTML for notebooks: pictures, texts and tables."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

from .thumbnails import thumbnail

_WIDTH = 480  # pixels of a picture
_THUMBNAIL = (240, 135)  # pixels at most


def figure_html(jpeg: bytes, caption: str) -> str:
    """A picture with its caption."""
    return f"<figure>{_image(jpeg, '')}<figcaption>{escape(caption)}</figcaption></figure>"


def title_html(title: str) -> str:
    """A title above other output."""
    return f"<p><b>{escape(title)}</b></p>"


def reading_html(title: str, pieces: Iterable[tuple[bytes | None, str | None, str | None]]) -> str:
    """Pieces of (JPEG, text, on-screen text), from top to bottom."""
    parts = [title_html(title)]
    for image, text, written in pieces:
        if image is not None:
            parts.append(_image(image, written or ""))
        if text is not None:
            parts.append(f"<p>{escape(text)}</p>")
    return "\n".join(parts)


def strip_html(pictures: Iterable[tuple[bytes, str]]) -> str:
    """Small pictures side by side, each as (JPEG, on-screen text)."""
    return " ".join(
        _image(thumbnail(jpeg, _THUMBNAIL, 80), written, width=0) for jpeg, written in pictures
    )


def table_html(head: Sequence[str], rows: Sequence[Sequence[str]], most: int) -> str:
    """A table with at most `most` rows; empty if there are no rows."""
    if not rows:
        return ""
    lines = [_row(head, "th"), *(_row(row, "td") for row in rows[:most])]
    more = f"<p>and {len(rows) - most:,} more</p>" if len(rows) > most else ""
    return f"<table>{''.join(lines)}</table>{more}"


def _row(cells: Iterable[str], tag: str) -> str:
    inside = "".join(f'<{tag} style="text-align: left">{escape(cell)}</{tag}>' for cell in cells)
    return f"<tr>{inside}</tr>"


def _image(jpeg: bytes, alt: str, width: int = _WIDTH) -> str:
    data = base64.b64encode(jpeg).decode("ascii")
    size = f'width="{width}" ' if width else ""
    return f'<img {size}alt="{escape(alt)}" src="data:image/jpeg;base64,{data}">'
