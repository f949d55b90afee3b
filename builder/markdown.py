"""Text of unknown origin within Markdown."""

from __future__ import annotations

import re

# What Markdown would take for markup; underscores and stars within words too.
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~$&])")
_LIST = re.compile(r"^(\s*)(\d+)([.)])(?=\s|$)|^(\s*)([-+=])", re.MULTILINE)


def escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    text = _MARKUP.sub(r"\\\1", text.replace("\0", ""))
    return _LIST.sub(lambda m: f"{m[1]}{m[2]}\\{m[3]}" if m[2] else f"{m[4]}\\{m[5]}", text)


def line(text: str) -> str:
    """The same on one line, for a cell of a table, a quotation or what stands for a picture."""
    return escape(" ".join(text.split()))


def address(url: str) -> str:
    """A link that shows its address; empty for what cannot stand in one."""
    return f"<{url}>" if url and not re.search(r"[\s<>]", url) else ""
