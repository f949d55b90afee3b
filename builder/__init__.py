"""The builder: videos in, a Hugging Face dataset out.

`MultimodalTextbook` is a `datasets` builder, `write_corpus` writes a corpus folder, and
`vid2book build` is the command around both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .textbook import MultimodalTextbook, TextbookConfig
    from .write import write_corpus

__all__ = ["MultimodalTextbook", "TextbookConfig", "write_corpus"]


def __getattr__(name: str) -> Any:
    # `datasets` takes over a second to import, and the command line only needs it to write.
    if name in {"MultimodalTextbook", "TextbookConfig"}:
        from . import textbook

        return getattr(textbook, name)
    if name == "write_corpus":
        from .write import write_corpus

        return write_corpus
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
