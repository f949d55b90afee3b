"""Written: in which language a video's pictures are, and how far what stands on those of a silent
video teaches.

An advertisement and a video diary have words on their pictures too. Their lines are told from those
of a lesson as sentences of speech are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..languages import Identified, identify
from ..records import Keyframe, Sentence, Video
from ..words import words_and_ideograms
from .classify import classify
from .wording import Embed

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_FEWEST_WORDS = 10  # of which the language can be told: formulas and names look like any
_SURE = 0.9  # probability of the language


def written_language(texts: Sequence[str]) -> Identified:
    """The language of what stands on the pictures; no code where that is too little or unsure.

    Args:
        texts: the on-screen text of each picture.
    """
    lines = _lines(texts)
    # Formulas are of no language: in Latin and Greek a word has three letters.
    words = words_and_ideograms(" ".join(lines).lower())
    telling = [word for word in words if len(word) > 2 or word > "\u0400"]
    if len(telling) < _FEWEST_WORDS:
        return Identified("", 0.0)
    found = identify(" ".join(lines))
    return found if found.probability >= _SURE else Identified("", found.probability)


def written_teaching(
    video: Video, screen: Sequence[tuple[Keyframe, str]], duration: float, embed: Embed
) -> float | None:
    """The mean chance that a word on the pictures teaches, 0 to 1; None if they are not in English.

    Args:
        screen: the keyframes in order of time, each with its on-screen text ('' if none).
        duration: of the video, seconds.
        embed: texts to vectors of length 1, shape (n, d).
    """
    first: dict[str, Keyframe] = {}
    for keyframe, text in screen:
        for line in _lines([text]):
            first.setdefault(line, keyframe)
    if not first or identify(" ".join(first)).code != "en":
        return None
    lines = [Sentence(k.start, k.end, line, line) for line, k in first.items()]
    chances, _ = classify(video, lines, [], duration, embed)
    mean = np.average(chances, weights=[len(line.split()) for line in first])
    return round(float(mean), 4)  # the last digits differ with the number of threads


def _lines(texts: Sequence[str]) -> list[str]:
    """The different lines, with single spaces."""
    lines = (" ".join(line.split()) for text in texts for line in text.splitlines())
    return list(dict.fromkeys(filter(None, lines)))
