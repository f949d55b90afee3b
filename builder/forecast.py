"""What a build would take, from a short run on some of its videos.

A few videos from all over the manifest go through all stages, one worker at a time, into a store
that is thrown away. What a second of video took there is what a second of the others is taken to
take. What happens once in each process (imports, loading of models) counts apart.
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

_MOST_SURVEYED = 200  # videos whose length is looked up; that of the others follows
_OF_MODELS = frozenset({"speech", "image_embed"})  # models that run on a GPU where there is one
WRITING, LOADING, OTHER = "writing", "loading", "store"
_NAMES = {
    WRITING: "writing the corpus",
    LOADING: "loading models",
    OTHER: "everything else",
}


class ForecastError(UserError):
    """Nothing can be told of what a build would take."""


@dataclass(frozen=True)
class Line:
    """A stage, or what else takes time.

    Attributes:
        cpu: CPU seconds.
        wall: seconds of a worker; more than `cpu` where it waits for a GPU or a server.
        gpu: seconds of these on a GPU.
        size: bytes that are kept.
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
        videos: how many.
        seconds: of video.
        measured: seconds of video that the short run was on.
        lines: what takes it.
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
        """Seconds of workers, all of them together."""
        return sum(line.wall for line in self.lines)

    @property
    def shown(self) -> tuple[Line, ...]:
        """The lines as users know them: the stages of the README, each with all of its parts."""
        found: dict[str, Line] = {}
        for line in self.lines:
            name = _NAMES.get(line.name) or shown_as(line.name)
            before = found.get(name, Line(name, 0.0, 0.0))
            found[name] = Line(
                name,
                before.cpu + line.cpu,
                before.wall + line.wall,
                before.gpu + line.gpu,
                before.size + line.size,
            )
        names = [name for name in (*SHOWN, *found) if name in found]
        return tuple(found[name] for name in dict.fromkeys(names))

    @property
    def size(self) -> float:
        """Bytes that are kept."""
        return sum(line.size for line in self.lines)

    @property
    def bottleneck(self) -> Line:
        """What takes workers longest."""
        return max(self.shown, key=lambda line: line.wall)


def forecast(
    corpus: Corpus,
    workers: int,
    sample: int,
    minutes: float,
    tell: Callable[[Event], object] = lambda _: None,
    begun: float = 0.0,
) -> Forecast:
    """Measure on a sample, and tell what all of it would take.

    Args:
        corpus: what would be built.
        workers: processes of the build, all nodes together.
        sample: how many videos are worked on.
        minutes: of each, from its start.
        tell: told of each video of the sample as it is through.
        begun: CPU seconds that a command takes before it comes to its videos.

    Raises:
        ForecastError: no video of the sample can be used.
    """
    chosen = _spread(corpus.videos, sample)
    seconds = length(corpus)
    with tempfile.TemporaryDirectory(prefix="vid2book-plan-") as scratch:
        until = min(60 * minutes, corpus.until or 60 * minutes)
        small = replace(corpus, videos=chosen, store=Store(Path(scratch) / "store"), until=until)
        before, events = cpu_seconds(), []
        for event in run(small, 1):
            events.append(event)
            tell(event)
        ran = cpu_seconds() - before
        failed = {e.video.video_id: e.failure for e in events if e.failure}
        measured = sum(event.duration for event in events if not event.failure)
        if not measured:
            raise ForecastError(
                "no video of the sample can be used, the first since " + next(iter(failed.values()))
            )
        written, imported, size = _measure_writing(small.without(failed), Path(scratch) / "corpus")
        kept = sizes(small.store)
    times = seconds / measured
    started = min(workers, 2 * len(corpus.videos))  # speech and screen of each
    cpu, wall = _sums(events)
    once = cpu.pop(LOADING, 0.0)
    wall.pop(LOADING, None)
    lines = [
        _line(stage.name, cpu[stage.name], wall[stage.name], kept[stage.name], corpus.config, times)
        for stage in STAGES
    ]
    other = max(0.0, ran - once - sum(cpu.values())) * times
    writing, loading = written * times, begun + imported + once * started
    lines += [
        Line(OTHER, other, other),
        Line(WRITING, writing, writing, size=size * times),
        Line(LOADING, loading, loading),
    ]
    return Forecast(len(corpus.videos), seconds, measured, tuple(lines))


def length(corpus: Corpus) -> float:
    """Seconds of all videos; of many, from those of some, drawn at random."""
    videos: Sequence[Video] = corpus.videos
    if len(videos) > _MOST_SURVEYED:
        videos = random.Random(0).sample(videos, _MOST_SURVEYED)
    found = 0.0
    for video in videos:
        try:
            found += examine(video.path, corpus.until).duration if not video.problem else 0.0
        except (MediaError, OSError):
            continue
    return found * len(corpus.videos) / max(1, len(videos))


def _spread(videos: Sequence[Video], count: int) -> tuple[Video, ...]:
    """Some from all over the manifest."""
    step = max(1.0, len(videos) / count)
    return tuple(videos[int((n + 0.5) * step)] for n in range(min(count, len(videos))))


def _line(name: str, cpu: float, wall: float, size: float, config: Config, times: float) -> Line:
    """A stage that waits for nobody takes its CPU seconds, however busy this machine is now."""
    asked = config.language_models().get(name, ())
    here = any(llm.backend == "transformers" for llm in asked)
    models = next(stage.models for stage in STAGES if stage.name == name)
    on_gpu = _has_gpu() and (here or bool(_OF_MODELS & set(models)))
    waits = on_gpu or bool(asked)
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


def _measure_writing(corpus: Corpus, out: Path) -> tuple[float, float, int]:
    """CPU seconds to write the corpus and to import what does it, and its size in bytes."""
    before = cpu_seconds()
    from .write import EmptyCorpusError, write_corpus

    imported, before = cpu_seconds() - before, cpu_seconds()
    try:
        list(outcomes(corpus, 1))
        write_corpus(corpus, out)
    except EmptyCorpusError:
        return cpu_seconds() - before, imported, 0
    return cpu_seconds() - before, imported, _size(out)


def _sums(events: Sequence[Event]) -> tuple[Counter[str], Counter[str]]:
    cpu, wall = Counter[str](), Counter[str]()
    for event in events:
        cpu.update(event.cpu)
        wall.update(event.wall)
    return cpu, wall


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def cpu_seconds() -> float:
    """CPU seconds of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])
