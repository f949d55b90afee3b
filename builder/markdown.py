"""Escapes text of unknown origin for Markdown."""

from __future__ import annotations

import re

# Characters that Markdown takes for markup, even underscores and stars within words.
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~$&])")
_LIST = re.compile(r"^(\s*)(\d+)([.)])(?=\s|$)|^(\s*)([-+=])", re.MULTILINE)


def escape(text: str) -> str:
    """Escape text so that Markdown shows it as it is."""
    text = _MARKUP.sub(r"\\\1", text.replace("\0", ""))
    return _LIST.sub(lambda m: f"{m[1]}{m[2]}\\{m[3]}" if m[2] else f"{m[4]}\\{m[5]}", text)


def line(text: str) -> str:
    """The same on one line, for a table cell, a quotation or the alternative text of a picture."""
    return escape(" ".join(text.split()))


def address(url: str) -> str:
    """A link that shows its address; empty if the address cannot be written as one."""
    return f"<{url}>" if url and not re.search(r"[\s<>]", url) else ""
