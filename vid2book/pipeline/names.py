"""Stages as users know them: the README, the config and the progress bar call them alike.

A stage that decides is apart from the one that measures, so that a changed threshold needs no
model. Whoever watches a build knows both as one.
"""

from __future__ import annotations

# As the README lists them.
SHOWN = (
    *("transcribe", "rehear", "refine", "keyframes", "read"),
    *("judge", "clip", "align", "reduce", "interleave"),
)
_PART_OF = {
    "recognise": "transcribe",
    "legible": "read",
    "glimpses": "keyframes",
    "score": "judge",
    "caption": "align",
    "summarise": "reduce",
    "cut": "clips",
}


def shown_as(stage: str) -> str:
    """The name of the stage of which this one is a part; its own, if it is one by itself."""
    return _PART_OF.get(stage, stage)
