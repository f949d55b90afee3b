"""The names of stages that users see, in the README, the config and the progress bar.

Deciding and measuring are separate stages, so that changing a threshold does not run a model again.
Users see the two as one stage.
"""

from __future__ import annotations

# In the order of the README.
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
    """The name under which users know this stage: that of a larger stage, or its own."""
    return _PART_OF.get(stage, stage)
