"""Reasons that name a picture which was itself left out later say so.

`keyframes` and `align` name the picture that shows what another moment shows. Whether that picture
stays is decided after them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..records import Decision

_SHOWN = re.compile(r", shown at ([\d.]+) s\b")
_NAMED = re.compile(r"\bthe picture of ([\d.]+) s\b(?= |$)")
_DROPS = ("align", "reduce")  # stages that leave out pictures


def say_what_is_gone(decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions on a video; those that name a dropped picture say that it is left out too."""
    on_screen = [d for d in decisions if d.level == "keyframe"]
    dropped = {(d.start, d.end) for d in on_screen if d.stage in _DROPS and not d.kept}
    gone = {
        shown[1]
        for d in on_screen
        if d.kept and (d.start, d.end) in dropped and (shown := _SHOWN.search(d.reason))
    }
    return [_say(d, gone) if d.level == "keyframe" and not d.kept else d for d in decisions]


def _say(decision: Decision, gone: set[str]) -> Decision:
    named = _NAMED.search(decision.reason)
    if named is None or named[1] not in gone:
        return decision
    before, after = decision.reason[: named.end()], decision.reason[named.end() :]
    reason = f"{before}, which is left out too{',' if after else ''}{after}"
    return replace(decision, reason=reason)
