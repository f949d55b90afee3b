"""What a speaker does, by shares of words: explain, narrate, sell. Word lists in manner.yaml.

Words of this kind tell registers apart across topics: Biber, "Variation across Speech and Writing",
1988. The lists are our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import yaml

KINDS = ("explaining", "narrating", "selling")


def share(words: Sequence[str], kind: str) -> float:
    """Words of this kind per 100 words."""
    known = _lists()[kind]
    return 100 * sum(word in known for word in words) / max(1, len(words))


@cache
def _lists() -> dict[str, frozenset[str]]:
    content = yaml.safe_load((files(__package__) / "manner.yaml").read_text("utf-8"))
    return {kind: frozenset(content[kind]) for kind in KINDS}
