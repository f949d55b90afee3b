"""The builder: videos in, a Hugging Face dataset out.

`MultimodalTextbook` is a `datasets` builder, `write_corpus` writes a corpus folder, and
`vid2book build` is the command around both. `push`, `diff`, `remove` and `find` are the commands of
these names, as functions:

    from vid2book.builder import push

    push("corpus", "org/name", version="1.0.0", tell=print)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vid2book.exports import exports

if TYPE_CHECKING:
    from .publish import Pushed, push
    from .removal import Removed, remove
    from .takedown import Match, find
    from .textbook import MultimodalTextbook, TextbookConfig
    from .versions import diff
    from .write import write_corpus

__all__ = [
    "Match",
    "MultimodalTextbook",
    "Pushed",
    "Removed",
    "TextbookConfig",
    "diff",
    "find",
    "push",
    "remove",
    "write_corpus",
]
# `datasets` takes over a second to import, and the command line only needs it to write.
__getattr__ = exports(
    __name__,
    {
        "publish": ["Pushed", "push"],
        "removal": ["Removed", "remove"],
        "takedown": ["Match", "find"],
        "textbook": ["MultimodalTextbook", "TextbookConfig"],
        "versions": ["diff"],
        "write": ["write_corpus"],
    },
)
