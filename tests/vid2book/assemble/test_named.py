"""A reason that names a picture which was left out later says so."""

from __future__ import annotations

from vid2book.assemble.named import say_what_is_gone
from vid2book.records import Decision


def told(stage: str, start: float, end: float, kept: bool, reason: str) -> Decision:
    return Decision("v", "keyframe", stage, start, end, kept, reason)


STATE = told("keyframes", 0, 12, True, "a state of its own, shown at 11.0 s; then most of it goes")
OTHER = told("keyframes", 20, 32, True, "a state of its own, shown at 31.0 s; it stands to the end")
CARD = told("align", 0, 12, False, "a talking head")
LATER = told("keyframes", 40, 44, False, "nothing new; see the picture of 11.0 s")
MORE = told(
    "keyframes", 44, 46, False, "nothing new; see the picture of 11.0 s and those around it"
)
FINE = told("keyframes", 46, 48, False, "nothing new; see the picture of 31.0 s")


def test_a_picture_that_was_left_out_is_named_as_such() -> None:
    reasons = [d.reason for d in say_what_is_gone([STATE, OTHER, CARD, LATER, MORE, FINE])]
    assert reasons == [
        STATE.reason,
        OTHER.reason,
        CARD.reason,
        "nothing new; see the picture of 11.0 s, which is left out too",
        "nothing new; see the picture of 11.0 s, which is left out too, and those around it",
        FINE.reason,
    ]


def test_a_picture_that_stays_is_named_as_before() -> None:
    hidden = told("privacy", 0, 12, False, "a face was blurred")
    decisions = [STATE, hidden, LATER, told("align", 0, 12, True, "kept")]
    assert say_what_is_gone(decisions) == decisions
