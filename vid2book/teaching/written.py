"""Written: the language of the text on a video's pictures, and how much of that text teaches in a
video without speech.

Advertisements and video diaries have words on their pictures too. Lines are classified like spoken
sentences, to distinguish those from lessons.
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
_FEWEST_WORDS = 10  # needed to identify the language: formulas and names fit any
_SURE = 0.9  # probability of the language


def written_language(texts: Sequence[str]) -> Identified:
    """The language of the text on the pictures; no code if there is too little text or doubt.

    Args:
        texts: the on-screen text of each picture.
    """
    lines = _lines(texts)
    # Formulas have no language, so words in Latin and Greek letters need three of them.
    words = words_and_ideograms(" ".join(lines).lower())
    telling = [word for word in words if len(word) > 2 or word > "\u0400"]
    if len(telling) < _FEWEST_WORDS:
        return Identified("", 0.0)
    guess = identify(" ".join(lines))
    return guess if guess.probability >= _SURE else Identified("", guess.probability)


def written_teaching(
    video: Video, screen: Sequence[tuple[Keyframe, str]], duration: float, embed: Embed
) -> float | None:
    """The mean probability that a word on the pictures teaches, 0 to 1; None unless in English.

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
    """The distinct lines, with single spaces."""
    lines = (" ".join(line.split()) for text in texts for line in text.splitlines())
    return list(dict.fromkeys(filter(None, lines)))
