"""A corpus in shards: several machines process its videos independently and share only the store.

A shard fills the store with the results of its videos. It also records there which videos failed
through no fault of their own, so that the merge knows what became of every video.
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

_LOST = "lost"  # the kind under which the store keeps these failures


class Shard(NamedTuple):
    """One of several parts of a corpus, counted from 0."""

    number: int
    of: int

    @staticmethod
    def parse(text: str) -> Shard:
        """A shard as users write it: `0/8` to `7/8`.

        Raises:
            UserError: there is no such shard.
        """
        parts = re.fullmatch(r"(\d+)/(\d+)", text)
        shard = Shard(*map(int, parts.groups())) if parts else Shard(0, 0)
        if shard.number >= shard.of:
            raise UserError(
                f"--shard {text}: there is no such shard; the first of eight is 0/8, and the last "
                "7/8"
            )
        return shard

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def part(self, corpus: Corpus) -> Corpus:
        """Every n-th video, since neighbours in a manifest are often similar in length."""
        return replace(corpus, videos=corpus.videos[self.number :: self.of])


def record_failures(corpus: Corpus, events: Iterable[Event]) -> Iterator[Event]:
    """Pass events on, and record in the store the failures that are not the videos' own fault."""
    for event in events:
        if event.failure and not event.kept:
            # The time it took belongs to this shard, not to the merge.
            lost = replace(_timeless(event), video=Video(event.video.video_id, path=""))
            with suppress(Failed):  # unreadable: the merge finds that out by itself
                corpus.store.save(_LOST, _key(corpus.work(event.video)), Event, lost)
        yield event


def became_of(corpus: Corpus, video: Video) -> Event | None:
    """What became of a video, according to the store; None if no shard has finished it."""
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
    """A key of the video and of everything that its results depend on."""
    return make_key(work.video.video_id, [work.key(stage) for stage in ENDS])
