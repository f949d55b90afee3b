"""The builder: videos in, a Hugging Face dataset out.

`MultimodalTextbook` is a `datasets` builder, `write_corpus` writes a corpus folder, and
`vid2book build` is the command around both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vid2book.exports import exports

if TYPE_CHECKING:
    from .textbook import MultimodalTextbook, TextbookConfig
    from .write import write_corpus

__all__ = ["MultimodalTextbook", "TextbookConfig", "write_corpus"]
# `datasets` takes over a second to import, and the command line only needs it to write.
__getattr__ = exports(
    __name__, {"textbook": ["MultimodalTextbook", "TextbookConfig"], "write": ["write_corpus"]}
)
