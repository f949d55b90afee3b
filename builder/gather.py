"""Outcomes and rows of many videos, collected by several processes, mostly from the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from vid2book.pipeline import shards
from vid2book.pipeline.local import Event
from vid2book.pipeline.processes import each
from vid2book.records import Outcome, Video

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus

    from .features import Row

VIDEOS_A_PROCESS = 50  # a process takes two seconds to start, so it does not pay for fewer

_process_corpus: list[Corpus] = []  # the corpus of this process


def outcomes(corpus: Corpus, workers: int) -> Iterator[Outcome]:
    """The outcome of each video, in the order of the manifest."""
    videos = corpus.videos
    corpus.reduce(_processes(videos, workers))  # so that no process repeats it
    yield from _each(_outcome, corpus, videos, workers)


def became_of(corpus: Corpus, workers: int) -> Iterator[Event | None]:
    """What the store knows of each video; None if no shard has finished it."""
    videos = corpus.videos
    yield from _each(_became_of, corpus, videos, workers)


def rows(corpus: Corpus, videos: Sequence[Video], workers: int) -> Iterator[list[tuple[str, Row]]]:
    """The rows of each video in order, each row with its table.

    Raises:
        CorpusError: two samples have the same id.
    """
    yield from _each(_rows, corpus, videos, workers)


def _each(
    function: Callable[[Video], Any], corpus: Corpus, videos: Sequence[Video], workers: int
) -> Iterator[Any]:
    processes = _processes(videos, workers)
    share = len(videos) // max(1, processes)
    return each(function, videos, processes, begin=(_take, corpus, share))


def _processes(videos: Sequence[Video], workers: int) -> int:
    return min(workers, len(videos) // VIDEOS_A_PROCESS)


def _take(corpus: Corpus, share: int) -> None:
    corpus.store.survey(share)
    _process_corpus[:] = [corpus]


def _became_of(video: Video) -> Event | None:
    if _process_corpus[0].is_denied(video):
        return Event(video)
    return shards.became_of(_process_corpus[0], video)


def _outcome(video: Video) -> Outcome:
    return _process_corpus[0].outcome(video)


def _rows(video: Video) -> list[tuple[str, Row]]:
    from .features import rows_of  # `datasets` takes a second to import

    return list(rows_of(_process_corpus[0], video))
