"""What a video gives: whatever way a kept one came to have no picture, its row says so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from vid2book.assemble.contribution import contribute
from vid2book.assemble.interleave import Decide, interleave
from vid2book.config import Interleave
from vid2book.models.tokens import TokenCounter
from vid2book.records import Clip, Judgement, Keyframe, Mark, Outcome, Transcript, Video

VIDEO = Video("v", "/v.mp4")
JUDGEMENT = Judgement(4, 4, 4, 1.0, True, "teaches")
SPEECH = Transcript((), "en", 20.0, "captions")
HEAD = Mark(drop="align: a talking head")
TWIN = Mark(drop="reduce: the same picture as in video w, which comes first")


def outcome(marks: Sequence[Mark], found: int, decide: Decide) -> Outcome:
    """Of a video with a paragraph, and pictures that are marked so."""
    frames = [Keyframe(5.0 * k + 4, 5.0 * k, 5.0 * k + 5, b"jpeg", 4, 3, 0, 0, 0, 0)
              for k in range(len(marks))]  # fmt: skip
    clips = [Clip(0, 15, "work is force", "Work is force.", tuple(range(len(marks))))]
    texts = [""] * len(marks)
    samples, decisions = interleave(
        VIDEO, "en", frames, texts, clips, marks, TokenCounter(), Interleave(), decide
    )
    return contribute(VIDEO, SPEECH, JUDGEMENT, "", found, samples, decisions, {}).outcome


@pytest.mark.parametrize("decide", ["drop", "mark"])
@pytest.mark.parametrize(
    ("marks", "found", "told"),
    [
        ((), 0, "no picture: none was found on its screen"),
        ((HEAD,), 1, "no picture: the one found on its screen should go"),
        ((TWIN, TWIN), 2, "no picture: all 2 found on its screen should go"),
        ((HEAD, TWIN), 2, "no picture: all 2 found on its screen should go"),
        ((), 3, "no picture: all 3 found on its screen should go"),
        ((HEAD, Mark()), 2, ""),
    ],
    ids=["none found", "align", "reduce", "align and reduce", "privacy", "one stays"],
)
def test_a_kept_video_without_pictures_says_so(
    marks: tuple[Mark, ...], found: int, told: str, decide: Decide
) -> None:
    kept = outcome(marks, found, decide)
    assert (kept.status, kept.reason) == ("kept", told)
    assert bool(kept.keyframes) == (not told)
