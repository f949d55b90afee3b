"""The kept videos of which no speech is in the corpus, for the end of a build."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from vid2book.quantities import names_of
from vid2book.records import Outcome

_FIGURES = re.compile(r" \([^()]*\d[^()]*\)")  # such as the probability of a guess


def pictures_only(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """video_id to the reason why only the pictures of a kept video are in the corpus."""
    return {
        outcome.video.video_id: outcome.reason or "no speech in it was found or kept"
        for outcome in outcomes
        if outcome.status == "kept" and not outcome.words
    }


def sentences(reasons: dict[str, str]) -> Iterator[str]:
    """A sentence for each reason of `pictures_only`, with the first videos that it is true of."""
    groups: dict[str, list[str]] = {}
    for video_id, reason in reasons.items():
        groups.setdefault(_FIGURES.sub("", reason), []).append(video_id)
    for kind, ids in groups.items():
        if len(ids) == 1:
            yield f"1 video was kept for its pictures alone ({ids[0]}), since {reasons[ids[0]]}"
        else:
            yield (
                f"{len(ids):,} videos were kept for their pictures alone ({names_of(ids)}), each "
                f"since {kind}"
            )
