"""Words and runs of words, for finding texts that say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Lower-cased words and numbers, without punctuation."""
    return _WORD.findall(text.lower())


def runs(words: Sequence[str], length: int) -> NDArray[np.uint64]:
    """Hashes of all runs of `length` words, each once; of the whole text if it is shorter."""
    last = max(1, len(words) - length + 1) if words else 0
    digests = (
        blake2b(" ".join(words[i : i + length]).encode(), digest_size=8).digest()
        for i in range(last)
    )
    return np.unique(np.frombuffer(b"".join(digests), np.uint64))
