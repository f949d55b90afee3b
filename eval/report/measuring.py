"""Measures corpora: every sample is read once, shown to every measure, and freed."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import islice
from typing import Any

import numpy as np

from vid2book.models.open_clip import OpenClip

from ..corpora import CorpusError, Interleaved, InterleavedCorpus
from ..estimates import Statistic, ratio, separation
from ..intervals import ENOUGH, Interval, interval, with_width, within
from ..measures import chosen
from ..measures.base import (
    Absent,
    Figure,
    Measurement,
    Overlap,
    PerPair,
    PerSample,
    PerVideo,
    sorted_by,
)
from ..seen import SampleWithImages
from ..tools import Tell, Tools
from .examples import Album, Example, open_album

_EMBEDDED_AT_ONCE = 8  # samples whose images CLIP sees in one batch
_EXAMPLES = 3  # at each end


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
class MeasuredCorpus:
    """All results for one corpus."""

    name: str
    samples: int
    videos: frozenset[Hashable]  # with samples; unnamed ones are never those of another corpus
    skipped: Mapping[str, int]
    results: Mapping[str, Result]
    details: Mapping[str, Mapping[str, int]]
    overlaps: tuple[Overlap, ...] = ()  # samples that contain something from the benchmark
    content: str | None = None  # identifies the samples of a folder of ours; None for others
    drawn: str = ""  # identifies the samples that were measured, out of these

    @property
    def is_small(self) -> bool:
        """Whether it has too few videos for a verdict."""
        return len(self.videos) < ENOUGH


def measure_corpus(
    corpus: InterleavedCorpus,
    tools: Tools,
    samples: int | None = None,
    tell: Tell | None = None,
    only: Collection[str] = (),
) -> MeasuredCorpus:
    """Show a sample of a corpus to every measure.

    Args:
        samples: how many, drawn at random with the seed of the tools; None: all.
        tell: called with what is counted (samples of a corpus), how many are done, and the total
            if it is known.
        only: names of figures; all if none is named.

    Raises:
        CorpusError: the corpus has no sample that can be read.
    """
    measures = [measure(tools) for measure in chosen(only)]
    counted, total = f"{corpus.name}, samples", corpus.count(samples)
    if tell:
        tell(counted, 0, total)
    for measure in measures:
        measure.of_corpus(corpus)
    videos: list[Hashable] = []
    keys: list[tuple[str, str]] = []
    with open_album() as album:
        for sample in _with_embeddings(corpus.samples(samples, tools.seed), tools.open_clip):
            for measure in measures:
                measure.see(sample)
            album.add(sample)
            record = sample.record
            keys.append(record.key)
            # An unnamed sample is a cluster of its own, which no other corpus has.
            videos.append(record.video_id if record.is_named else (corpus.name, record.video_id))
            if tell:
                tell(counted, len(videos), total)
        if not videos:
            reasons = "; ".join(f"{reason} ({n})" for reason, n in corpus.skipped.items())
            raise CorpusError(f"{corpus.name}: no sample can be read. {reasons}")
        order = sorted(range(len(keys)), key=keys.__getitem__)
        in_order, shown = [videos[n] for n in order], album.sorted_by(order)
        results = {}
        for measure in measures:
            by_figure = measure.finish()
            for figure in measure.figures:
                if only and figure.name not in only:
                    continue
                asked = replace(figure, minor=False) if only else figure
                result = sorted_by(order, by_figure[figure.name])
                results[figure.name] = _result(asked, result, in_order, shown)
    details = {name: counts for measure in measures for name, counts in measure.details().items()}
    return MeasuredCorpus(
        corpus.name,
        len(videos),
        frozenset(videos),
        dict(corpus.skipped),
        results,
        details,
        tuple(overlap for measure in measures for overlap in measure.overlaps()),
        corpus.content,
        blake2b(repr(sorted(keys)).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(),
    )


def _with_embeddings(
    records: Iterator[Interleaved], open_clip: OpenClip | None
) -> Iterator[SampleWithImages]:
    """Samples with their images embedded, a few samples per batch."""
    numbered = enumerate(records)
    while batch := [
        SampleWithImages(record, i) for i, record in islice(numbered, _EMBEDDED_AT_ONCE)
    ]:
        if open_clip:
            vectors = open_clip.images([p.pixels for sample in batch for p in sample.pictures])
            ends = np.cumsum([len(sample.pictures) for sample in batch])
            for sample, part in zip(batch, np.split(vectors, ends[:-1]), strict=True):
                sample.vectors = part
        while batch:  # do not keep a sample after it was used: its pixels are large
            yield batch.pop(0)


def _result(
    figure: Figure, result: Measurement, videos: Sequence[Hashable], album: Album
) -> Result:
    if isinstance(result, Absent):
        return Result(figure, "", None, None, result.reason)
    statistic = _statistic(figure, result, videos)
    estimate = within(with_width(interval(statistic)), *figure.limits)
    if estimate.value is None:
        return Result(figure, result.scorer, None, None, "nothing in the corpus tells of it")
    if isinstance(result, PerPair):
        return Result(figure, result.scorer, statistic, estimate)
    if isinstance(result, PerVideo):
        values = _per_video(result, result.videos)
        return Result(figure, result.scorer, statistic, estimate, "", values)
    ends = _ends(result, album)
    return Result(figure, result.scorer, statistic, estimate, "", _per_video(result, videos), *ends)


def _statistic(
    figure: Figure, result: PerSample | PerPair | PerVideo, videos: Sequence[Hashable]
) -> Statistic:
    if isinstance(result, PerVideo):
        return ratio(result.total, result.videos, result.count, 1.0 if figure.is_share else None)
    if isinstance(result, PerSample):
        return ratio(result.total, videos, result.count, most=1.0 if figure.is_share else None)
    return separation(result.scores, result.right, [videos[i] for i in result.sample])


def _per_video(result: PerSample | PerVideo, videos: Sequence[Hashable]) -> tuple[float, ...]:
    sums: dict[Hashable, Any] = {}
    for video, total, count in zip(videos, result.total, result.count, strict=True):
        sums[video] = sums.get(video, 0) + np.array([total, count])
    return tuple(float(total / count) for total, count in sums.values() if count > 0)


def _ends(result: PerSample, album: Album) -> tuple[tuple[Extreme, ...], tuple[Extreme, ...]]:
    """The samples with the lowest and the highest values.

    Samples with little to measure are left out: three words can have any density.
    """
    count = np.array(result.count, dtype=float)
    enough = np.flatnonzero((count > 0) & (count >= np.median(count[count > 0]) / 4))
    values = np.array(result.total)[enough] / count[enough]
    order = enough[np.argsort(values, kind="stable")]
    size = min(_EXAMPLES, len(order) // 2)

    def show(numbers: Sequence[int]) -> tuple[Extreme, ...]:
        return tuple(Extreme(result.total[n] / result.count[n], album.example(n)) for n in numbers)

    return show(order[:size].tolist()), show(order[::-1][:size].tolist())
