"""Written: how far what stands on the pictures of a silent video teaches.

An advertisement and a video diary have words on their pictures too. Their lines are told from those
of a lesson as sentences of speech are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..languages import identify
from ..records import Keyframe, Sentence, Video
from .classify import classify
from .wording import Embed


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
        for line in map(" ".join, map(str.split, text.splitlines())):
            if line:
                first.setdefault(line, keyframe)
    if not first or identify(" ".join(first)).code != "en":
        return None
    lines = [Sentence(k.start, k.end, line, line) for line, k in first.items()]
    chances, _ = classify(video, lines, [], duration, embed)
    mean = np.average(chances, weights=[len(line.split()) for line in first])
    return round(float(mean), 4)  # the last digits differ with the number of threads
