"""Opens a corpus from a manifest, and runs its stages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vid2book.config import ConfigLike, load

if TYPE_CHECKING:
    from vid2book.manifest import Manifest
    from vid2book.pipeline.branch import Step
    from vid2book.pipeline.corpus import Corpus
    from vid2book.pipeline.local import Event
    from vid2book.pipeline.machines import Cluster
    from vid2book.records import Outcome


def open_corpus(
    manifest: str | Path | Sequence[str | Path],
    pipeline: ConfigLike = "offline",
    store: str | Path | None = None,
    limit: int | None = None,
    minutes: float | None = None,
    tell: Callable[[Manifest], object] = lambda _: None,
) -> Corpus:
    """The corpus that a manifest and a pipeline describe; nothing is run yet.

    Args:
        manifest: a manifest file, a folder of videos, a video, or several of these.
        pipeline: a name, the path of a YAML file, a `Config`, or a dict of the keys to change.
        store: folder or URL of the stages' results; None: the default one.
        limit: use only the first so many videos of the manifest.
        minutes: use only so many minutes of each video, from its start.
        tell: called with everything that the sources hold.

    Raises:
        ManifestError, ConfigError: what is wrong in which file.
    """
    from vid2book.manifest import read_sources
    from vid2book.manifest.splits import assign
    from vid2book.pipeline.corpus import Corpus
    from vid2book.privacy import mask_video
    from vid2book.remote.identity import ask_together
    from vid2book.remote.urls import is_url
    from vid2book.store import Store

    sources = [manifest] if isinstance(manifest, str | Path) else manifest
    config = load(pipeline)
    listing = read_sources(sources)
    tell(listing)
    videos = assign(listing.videos, config.splits.ratios)[:limit]
    if config.privacy.mask:
        videos = tuple(mask_video(video) for video in videos)
    until = None if minutes is None else 60 * minutes
    result_store = Store(store) if store else Store()
    result_store.survey(len(videos))
    ask_together(file for v in videos for file in (v.path, v.captions) if is_url(file))
    return Corpus(videos, config, result_store, until)


def fill(
    corpus: Corpus,
    workers: int | None = None,
    report: Callable[[Step], None] | None = None,
    retry: str | None = None,
    cluster: Cluster | None = None,
) -> Iterator[Event]:
    """Run every stage that has no result in the store; an event for each finished video.

    Videos on the deny list are not opened.

    Args:
        corpus: the corpus to run.
        workers: processes; None: one per core.
        report: called now and then with the progress in a video.
        retry: retry the videos whose failure reason contains these words; None: none.
        cluster: the cluster to run on; None: the processes of this machine.
    """
    from vid2book.pipeline.local import Event, run
    from vid2book.pipeline.processes import cores
    from vid2book.pipeline.work import Failed
    from vid2book.remote import scratch

    yield from (Event(video) for video in corpus.videos if corpus.is_denied(video))
    videos = tuple(video for video in corpus.videos if not corpus.is_denied(video))
    if retry is not None:
        for video in videos:
            with suppress(Failed):  # a file that cannot be read has no stored failure
                corpus.work(video).forget_failure(retry)
    corpus = replace(corpus, videos=videos)
    try:
        if cluster:
            from vid2book.pipeline import cluster as ray_executor

            yield from ray_executor.run(corpus, cluster)
        else:
            yield from run(corpus, workers or cores(), report)
    finally:
        scratch.clean()
    corpus.store.survey(len(videos), anew=True)  # other processes have written to it


def revision(corpus: Corpus, outcomes: Iterable[Outcome]) -> str:
    """The revision that a corpus folder will have, known before it is written."""
    from vid2book.folder import record
    from vid2book.pipeline.code import code_of

    return record.revision(corpus.fingerprint(), outcomes, code_of("vid2book.builder.write"))
