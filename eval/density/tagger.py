"""Parts of speech, by the tagger that comes with TextBlob.

Penn Treebank tags from the lexicon and rules of Brill, "A simple rule-based part of speech tagger",
1992. It needs neither case nor punctuation, which transcripts often lack.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any


def tag(words: Sequence[str]) -> list[str]:
    """A tag for each word.

    Raises:
        ModuleNotFoundError: TextBlob is not installed.
    """
    if not words:
        return []
    return [tag for _, tag in _english().tag(" ".join(words), tokenize=False)]


def usual_tag(word: str) -> str:
    """The lexicon's tag for a word, whatever its neighbours; a noun's if it has none."""
    lexicon = _english().lexicon
    return str(lexicon.get(word) or lexicon.get(word.capitalize()) or "NN")


@cache
def _english() -> Any:
    from textblob import en

    en.lexicon.load()
    return en
