"""What a build would take, estimated from a short run on some of its videos.

A few videos, spread over the manifest, go through all stages with one worker and a temporary store.
Each second of the other videos is assumed to take as long as a second of these. What happens
once in each process (imports, loading of models) or once in a build is counted once, however many
videos there are.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vid2book.config import Config
from vid2book.errors import UserError
from vid2book.media.container import MediaError
from vid2book.media.survey import examine
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.graph import STAGES
from vid2book.pipeline.local import Event, run
from vid2book.pipeline.names import SHOWN, shown_as
from vid2book.records import Video
from vid2book.store import Store
from vid2book.store.upkeep import sizes

from .gather import outcomes

_MOST_SURVEYED = 200  # videos whose length is looked up; the others count as average
_OF_MODELS = frozenset({"speech", "image_embed"})  # models that run on a GPU where there is one
WRITING, LOADING, OTHER = "writing", "loading", "store"
_NAMES = {
    WRITING: "writing the corpus",
    LOADING: "loading models",
    OTHER: "everything else",
}


class ForecastError(UserError):
    """What a build would take cannot be estimated."""


@dataclass(frozen=True)
class Line:
    """A stage, or something else that takes time.

    Attributes:
        cpu: CPU seconds.
        wall: seconds of a worker; more than `cpu` if it waits for a GPU or a server.
        gpu: the part of these seconds during which it uses a GPU.
        size: bytes that are stored.
    """

    name: str
    cpu: float
    wall: float
    gpu: float = 0.0
    size: float = 0.0


@dataclass(frozen=True)
class Forecast:
    """What a build of all videos would take.

    Attributes:
        videos: the number of videos.
        seconds: their length.
        measured: seconds of video in the short run.
        lines: what takes time or storage.
    """

    videos: int
    seconds: float
    measured: float
    lines: tuple[Line, ...]

    @property
    def cpu(self) -> float:
        """CPU seconds."""
        return sum(line.cpu for line in self.lines)

    @property
    def wall(self) -> float:
        """Seconds of work, added up over all workers."""
        return sum(line.wall for line in self.lines)

    @property
    def by_stage(self) -> tuple[Line, ...]:
        """The lines as users know them: the stages of the README, each with all of its parts."""
        merged: dict[str, Line] = {}
        for line in self.lines:
            name = _NAMES.get(line.name) or shown_as(line.name)
            before = merged.get(name, Line(name, 0.0, 0.0))
            merged[name] = Line(
                name,
                before.cpu + line.cpu,
                before.wall + line.wall,
                before.gpu + line.gpu,
                before.size + line.size,
            )
        names = [name for name in (*SHOWN, *merged) if name in merged]
        return tuple(merged[name] for name in dict.fromkeys(names))

    @property
    def size(self) -> float:
        """Bytes that are stored."""
        return sum(line.size for line in self.lines)

    @property
    def bottleneck(self) -> Line:
        """The line that takes workers longest."""
        return max(self.by_stage, key=lambda line: line.wall)


def forecast(
    corpus: Corpus,
    workers: int,
    sample: int,
    minutes: float,
    tell: Callable[[Event], object] = lambda _: None,
    begun: float = 0.0,
) -> Forecast:
    """Measure a short run on a sample, and estimate what the whole build would take.

    Args:
        corpus: what would be built.
        workers: processes of the build, on all nodes together.
        sample: the number of videos to try.
        minutes: the minutes to try of each, from its start.
        tell: called with the event of each video of the sample.
        begun: CPU seconds that a command takes before its first video.

    Raises:
        ForecastError: no video of the sample can be used.
    """
    trial_videos = _spread(corpus.videos, sample)
    seconds = length(corpus)
    with tempfile.TemporaryDirectory(prefix="vid2book-plan-") as scratch:
        until = min(60 * minutes, corpus.until or 60 * minutes)
        small = replace(
            corpus, videos=trial_videos, store=Store(Path(scratch) / "store"), until=until
        )
        before, events = cpu_seconds(), []
        for event in run(small, 1):
            events.append(event)
            tell(event)
        total = cpu_seconds() - before
        failed = {e.video.video_id: e.failure for e in events if e.failure}
        measured = sum(event.duration for event in events if not event.failure)
        if not measured:
            video_id, reason = next(iter(failed.items()))
            raise ForecastError(
                f"no video of the sample can be used; the reason for {video_id}: {reason}"
            )
        usable = small.without(failed)
        first, size = _measure_writing(usable, Path(scratch) / "corpus")
        # Most of the first time is imports, which do not grow with the corpus.
        written, _ = _measure_writing(usable, Path(scratch) / "again")
        stored = sizes(small.store)
    times = seconds / measured
    processes = min(workers, 2 * len(corpus.videos))  # two for each video: speech and screen
    cpu, wall = _sums(events)
    once = cpu.pop(LOADING, 0.0)
    wall.pop(LOADING, None)
    lines = [
        _line(
            stage.name, cpu[stage.name], wall[stage.name], stored[stage.name], corpus.config, times
        )
        for stage in STAGES
    ]
    # Measured: starting and ending processes, hardly more for longer videos.
    other = max(0.0, total - once - sum(cpu.values()))
    writing = max(0.0, first - written) + written * times
    loading = begun + once * processes
    lines += [
        Line(OTHER, other, other),
        Line(WRITING, writing, writing, size=size * times),
        Line(LOADING, loading, loading),
    ]
    return Forecast(len(corpus.videos), seconds, measured, tuple(lines))


def length(corpus: Corpus) -> float:
    """Seconds of all videos; if there are many, estimated from a random sample of them."""
    videos: Sequence[Video] = corpus.videos
    if len(videos) > _MOST_SURVEYED:
        videos = random.Random(0).sample(videos, _MOST_SURVEYED)
    total = 0.0
    for video in videos:
        try:
            total += examine(video.path, corpus.until).duration if not video.problem else 0.0
        except (MediaError, OSError):
            continue
    return total * len(corpus.videos) / max(1, len(videos))


def _spread(videos: Sequence[Video], count: int) -> tuple[Video, ...]:
    """A few videos, spread evenly over the manifest."""
    step = max(1.0, len(videos) / count)
    return tuple(videos[int((n + 0.5) * step)] for n in range(min(count, len(videos))))


def _line(name: str, cpu: float, wall: float, size: float, config: Config, times: float) -> Line:
    """The line of a stage. One that never waits takes its CPU seconds, however busy the machine."""
    llms = config.language_models().get(name, ())
    is_local = any(llm.backend == "transformers" for llm in llms)
    models = next(stage.models for stage in STAGES if stage.name == name)
    on_gpu = _has_gpu() and (is_local or bool(_OF_MODELS & set(models)))
    waits = on_gpu or bool(llms)
    return Line(
        name,
        cpu * times,
        (wall if waits else cpu) * times,
        wall * times if on_gpu else 0.0,
        size * times,
    )


def _has_gpu() -> bool:
    import ctranslate2

    return bool(ctranslate2.get_cuda_device_count())


def _measure_writing(corpus: Corpus, out: Path) -> tuple[float, int]:
    """CPU seconds for writing the corpus, and its size in bytes."""
    before = cpu_seconds()
    from .write import EmptyCorpusError, write_corpus

    try:
        list(outcomes(corpus, 1))
        write_corpus(corpus, out)
    except EmptyCorpusError:
        return cpu_seconds() - before, 0
    return cpu_seconds() - before, _size(out)


def _sums(events: Sequence[Event]) -> tuple[Counter[str], Counter[str]]:
    cpu, wall = Counter[str](), Counter[str]()
    for event in events:
        cpu.update(event.cpu)
        wall.update(event.wall)
    return cpu, wall


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def cpu_seconds() -> float:
    """CPU seconds of this process and of its finished child processes."""
    return sum(os.times()[:4])
