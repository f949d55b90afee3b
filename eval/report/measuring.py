"""Measuring corpora: every sample is read once, shown to every measure, and forgotten."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from vid2book.models.open_clip import OpenClip

from ..corpora import CorpusError, Interleaved, InterleavedCorpus
from ..estimates import Statistic, ratio, separation
from ..intervals import Interval, interval, within
from ..measures import chosen
from ..measures.base import Absent, Figure, Found, Overlap, PerPair, PerSample, PerVideo
from ..seen import SampleWithImages
from ..tools import Tell, Tools
from .examples import Album, Example, open_album

_EMBEDDED_AT_ONCE = 8  # samples whose images CLIP sees in one batch
_SHOWN = 3  # examples at each end


@dataclass(frozen=True)
class Extreme:
    """A sample at one end of a measure, with its own value."""

    value: float
    example: Example


@dataclass(frozen=True)
class Result:
    """One figure of one corpus."""

    figure: Figure
    scorer: str
    statistic: Statistic | None  # None: absent
    interval: Interval | None
    reason: str = ""  # why it is absent
    per_video: tuple[float, ...] = ()
    lowest: tuple[Extreme, ...] = ()
    highest: tuple[Extreme, ...] = ()


@dataclass(frozen=True)
class Measured:
    """What was measured of one corpus."""

    name: str
    samples: int
    videos: frozenset[Hashable]  # of which it has samples; one without a name equals no other's
    skipped: Mapping[str, int]
    results: Mapping[str, Result]
    details: Mapping[str, Mapping[str, int]]
    overlaps: tuple[Overlap, ...] = ()  # samples that hold something of the benchmark
    content: str | None = None  # names the samples of a folder of ours; None: of another


def measure_corpus(
    corpus: InterleavedCorpus,
    tools: Tools,
    samples: int | None = None,
    tell: Tell | None = None,
    only: Collection[str] = (),
) -> Measured:
    """Show a sample of a corpus to every measure.

    Args:
        samples: how many, drawn at random with the seed of the tools; None: all.
        tell: called with what is counted (the samples of a corpus), how many are done, and of
            how many if that is known.
        only: names of figures; all where none is named.

    Raises:
        CorpusError: the corpus has no sample that can be read.
    """
    measures = [measure(tools) for measure in chosen(only)]
    for measure in measures:
        measure.of_corpus(corpus)
    videos: list[Hashable] = []
    total = corpus.count(samples)
    with open_album() as album:
        for sample in _with_embeddings(corpus.samples(samples, tools.seed), tools.open_clip):
            for measure in measures:
                measure.see(sample)
            album.add(sample)
            record = sample.record
            # What has no name is a cluster of its own, which no other corpus has.
            videos.append(record.video_id if record.is_named else (corpus.name, record.video_id))
            if tell:
                tell(f"{corpus.name}, samples", len(videos), total)
        if not videos:
            told = "; ".join(f"{reason} ({n})" for reason, n in corpus.skipped.items())
            raise CorpusError(f"{corpus.name}: no sample can be read. {told}")
        results = {}
        for measure in measures:
            found = measure.finish()
            for figure in measure.figures:
                if only and figure.name not in only:
                    continue
                results[figure.name] = _result(figure, found[figure.name], videos, album)
    details = {name: counts for measure in measures for name, counts in measure.details().items()}
    return Measured(
        corpus.name,
        len(videos),
        frozenset(videos),
        dict(corpus.skipped),
        results,
        details,
        tuple(overlap for measure in measures for overlap in measure.overlaps()),
        corpus.content,
    )


def _with_embeddings(
    records: Iterator[Interleaved], open_clip: OpenClip | None
) -> Iterator[SampleWithImages]:
    """Samples with their images embedded, those of a few samples in one batch."""
    numbered = enumerate(records)
    while batch := [
        SampleWithImages(record, i) for i, record in islice(numbered, _EMBEDDED_AT_ONCE)
    ]:
        if open_clip:
            vectors = open_clip.images([p.pixels for sample in batch for p in sample.pictures])
            ends = np.cumsum([len(sample.pictures) for sample in batch])
            for sample, part in zip(batch, np.split(vectors, ends[:-1]), strict=True):
                sample.vectors = part
        while batch:  # a sample that was shown is held no longer: its pixels are large
            yield batch.pop(0)


def _result(figure: Figure, found: Found, videos: Sequence[Hashable], album: Album) -> Result:
    if isinstance(found, Absent):
        return Result(figure, "", None, None, found.reason)
    statistic = _statistic(figure, found, videos)
    estimate = interval(statistic)
    if figure.limits:
        estimate = within(estimate, *figure.limits)
    if estimate.value is None:
        return Result(figure, found.scorer, None, None, "nothing in the corpus tells of it")
    if isinstance(found, PerPair):
        return Result(figure, found.scorer, statistic, estimate)
    if isinstance(found, PerVideo):
        values = _per_video(found, found.videos)
        return Result(figure, found.scorer, statistic, estimate, "", values)
    ends = _ends(found, album)
    return Result(figure, found.scorer, statistic, estimate, "", _per_video(found, videos), *ends)


def _statistic(
    figure: Figure, found: PerSample | PerPair | PerVideo, videos: Sequence[Hashable]
) -> Statistic:
    if isinstance(found, PerVideo):
        return ratio(found.total, found.videos, found.count, 1.0 if figure.is_share else None)
    if isinstance(found, PerSample):
        return ratio(found.total, videos, found.count, most=1.0 if figure.is_share else None)
    return separation(found.scores, found.right, [videos[i] for i in found.sample])


def _per_video(found: PerSample | PerVideo, videos: Sequence[Hashable]) -> tuple[float, ...]:
    sums: dict[Hashable, Any] = {}
    for video, total, count in zip(videos, found.total, found.count, strict=True):
        sums[video] = sums.get(video, 0) + np.array([total, count])
    return tuple(float(total / count) for total, count in sums.values() if count > 0)


def _ends(found: PerSample, album: Album) -> tuple[tuple[Extreme, ...], tuple[Extreme, ...]]:
    """The samples with the lowest and the highest value.

    Those with little to measure are left out: three words have any density.
    """
    count = np.array(found.count, dtype=float)
    enough = np.flatnonzero((count > 0) & (count >= np.median(count[count > 0]) / 4))
    values = np.array(found.total)[enough] / count[enough]
    order = enough[np.argsort(values, kind="stable")]
    shown = min(_SHOWN, len(order) // 2)

    def show(numbers: Sequence[int]) -> tuple[Extreme, ...]:
        return tuple(Extreme(found.total[n] / found.count[n], album.example(n)) for n in numbers)

    return show(order[:shown].tolist()), show(order[::-1][:shown].tolist())
