"""What the end of a build says beside its figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from vid2book.quantities import names_of, number_of

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus
    from vid2book.pipeline.local import Event
    from vid2book.records import Outcome

_FIGURES = re.compile(r" \([^()]*\d[^()]*\)")  # such as the probability of a guess


def pictures_only(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """video_id to the reason why only the pictures of a kept video are in the corpus."""
    return {
        outcome.video.video_id: outcome.reason or "no speech in it was found or kept"
        for outcome in outcomes
        if outcome.status == "kept" and not outcome.words
    }


def on_pictures_only(reasons: Mapping[str, str]) -> Iterator[str]:
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


def failed_before(corpus: Corpus, events: Iterable[Event]) -> Iterator[str]:
    """Ids of the videos whose failure is from an earlier build and was not tried again."""
    from vid2book.pipeline.graph import STAGES
    from vid2book.pipeline.work import Failed

    for event in events:
        if event.failure and not event.seconds and not event.fault:
            with suppress(Failed):  # a file that cannot be read is tried by every build
                if corpus.work(event.video).failure(STAGES[-1]):
                    yield event.video.video_id


def on_failed_before(video_ids: Sequence[str]) -> Iterator[str]:
    """A sentence on the videos of `failed_before`, if there are any."""
    if video_ids:
        was, it = ("was", "it") if len(video_ids) == 1 else ("were", "them")
        yield (
            f"{number_of(len(video_ids), 'video')} failed in an earlier build and {was} not tried "
            f"again ({names_of(video_ids)}); `--retry-failed` tries {it} again"
        )


def without_licence(outcomes: Iterable[Outcome]) -> int:
    """How many kept videos have no stated licence."""
    return sum(outcome.status == "kept" and not outcome.video.license for outcome in outcomes)


def on_licences(count: int) -> str:
    """What a count of `without_licence` means."""
    return (
        f"{number_of(count, 'video has', 'videos have')} no stated licence: `vid2book push` will "
        "refuse the corpus until the manifest states it (column 'license'), unless you allow it "
        "with --allow-license unknown"
    )
