"""What a decision means, in one word for the terminal and the pages alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ..records import Decision

Verdict = Literal["kept", "reworded", "repeated", "none", "note", "dropped"]

_ON_THE_VIDEO = ("judge", "reduce", "read the file")  # stages that keep or drop a whole video


def verdict_on(decision: Decision) -> Verdict:
    """What became of something.

    - "reworded": a sentence that is kept in other words than those spoken;
    - "repeated": lines that stay on their picture, but are not repeated where text and speech are
      joined;
    - "none": a stretch whose pictures are kept, but without a paragraph, since no speech is;
    - "note": about a video that is kept or dropped for other reasons, or a paragraph that stays in
      its sample, although the table `clips` does not have it.
    """
    what = (decision.stage, decision.level)
    if what == ("cut", "clip") or (
        decision.level == "video" and decision.stage not in _ON_THE_VIDEO
    ):
        return "note"
    if not decision.kept:
        return "repeated" if what == ("interleave", "line") else "dropped"
    if what == ("align", "clip") and not decision.text:
        return "none"
    # A language model's wording may be rejected, or be the same as before.
    if decision.reason.startswith("reworded") and decision.raw not in ("", decision.text):
        return "reworded"
    return "kept"


def notes_on(decisions: Iterable[Decision]) -> list[Decision]:
    """What is to be known of a video, although it is neither why it is kept nor why it is not."""
    return [d for d in decisions if d.level == "video" and verdict_on(d) == "note"]


def stands_from(decisions: Iterable[Decision]) -> dict[float, float]:
    """The end of each kept state of the screen, to its start. Samples have only the end."""
    return {d.end: d.start for d in decisions if d.kept and d.level == "keyframe"}
