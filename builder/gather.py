"""What became of many videos, and their rows, by several processes: the store has most of it."""

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

VIDEOS_A_PROCESS = 50  # fewer are faster without, since a process takes two seconds to start

_given: list[Corpus] = []  # the corpus of this process


def outcomes(corpus: Corpus, workers: int) -> Iterator[Outcome]:
    """What became of each video, in the order of the manifest."""
    videos = corpus.videos
    corpus.reduce(_processes(videos, workers))  # travels with the corpus, so that none asks again
    yield from _each(_outcome, corpus, videos, workers)


def became_of(corpus: Corpus, workers: int) -> Iterator[Event | None]:
    """What the store knows of each video; None of one that no shard is through with."""
    videos = corpus.videos
    yield from _each(_became_of, corpus, videos, workers)


def rows(corpus: Corpus, videos: Sequence[Video], workers: int) -> Iterator[list[tuple[str, Row]]]:
    """The rows of each video, with their tables; in order.

    Raises:
        CorpusError: two samples have the same id.
    """
    yield from _each(_rows, corpus, videos, workers)


def _each(
    function: Callable[[Video], Any], corpus: Corpus, videos: Sequence[Video], workers: int
) -> Iterator[Any]:
    processes = _processes(videos, workers)
    asked = len(videos) // max(1, processes)
    return each(function, videos, processes, begin=(_take, corpus, asked))


def _processes(videos: Sequence[Video], workers: int) -> int:
    return min(workers, len(videos) // VIDEOS_A_PROCESS)


def _take(corpus: Corpus, asked: int) -> None:
    corpus.store.survey(asked)
    _given[:] = [corpus]


def _became_of(video: Video) -> Event | None:
    if _given[0].is_denied(video):
        return Event(video)
    return shards.became_of(_given[0], video)


def _outcome(video: Video) -> Outcome:
    return _given[0].outcome(video)


def _rows(video: Video) -> list[tuple[str, Row]]:
    from .features import rows_of  # `datasets` takes a second to import

    return list(rows_of(_given[0], video))
