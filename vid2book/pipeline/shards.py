"""A corpus in shards: the stages of each video by machines that know nothing of one another.

They share the store alone. A shard fills it with the results of its videos, and notes there which
of them failed for a reason that is not their own, so that who puts the corpus together knows what
became of all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from ..errors import UserError
from ..records import Video
from ..store import make_key
from .corpus import Corpus
from .graph import ENDS
from .local import Event
from .work import Failed, Work

_LOST = "lost"  # where the store keeps the notes


class Shard(NamedTuple):
    """One of several parts of a corpus, counted from 0."""

    number: int
    of: int

    @staticmethod
    def parse(told: str) -> Shard:
        """Of `0/8` to `7/8`.

        Raises:
            UserError: there is no such shard.
        """
        parts = re.fullmatch(r"(\d+)/(\d+)", told)
        shard = Shard(*map(int, parts.groups())) if parts else Shard(0, 0)
        if shard.number >= shard.of:
            raise UserError(
                f"--shard {told}: there is no such shard; the first of eight is 0/8, and the last "
                "7/8"
            )
        return shard

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def part(self, corpus: Corpus) -> Corpus:
        """Every so many-th video, since neighbours in a manifest are often of one length."""
        return replace(corpus, videos=corpus.videos[self.number :: self.of])


def noted(corpus: Corpus, events: Iterable[Event]) -> Iterator[Event]:
    """Pass events on, and note the failures that are not the videos' own."""
    for event in events:
        if event.failure and not event.kept:
            # The time it took is this shard's, and no part of what puts the corpus together.
            lost = replace(_timeless(event), video=Video(event.video.video_id, path=""))
            with suppress(Failed):  # it cannot even be read, which whoever asks is told
                corpus.store.save(_LOST, _key(corpus.work(event.video)), Event, lost)
        yield event


def became_of(corpus: Corpus, video: Video) -> Event | None:
    """What the store knows of a video; None if no shard is through with it."""
    work = corpus.work(video)
    try:
        if all(map(work.is_done, ENDS)):
            return Event(video, failure=work.failure(ENDS[0]))
        event = corpus.store.load(_LOST, _key(work), Event)
    except Failed as failure:
        return Event(video, failure=str(failure))
    return replace(event, video=video) if event else None


def _timeless(event: Event) -> Event:
    return replace(event, duration=0.0, seconds=0.0, cpu={}, wall={})


def _key(work: Work) -> str:
    """Names the video, and everything that its results depend on."""
    return make_key(work.video.video_id, [work.key(stage) for stage in ENDS])
