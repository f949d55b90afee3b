"""The loading script: a `datasets` builder for a manifest of videos.

Used from Python, without the command line and without a corpus folder:

    builder = MultimodalTextbook(manifest="lectures/")
    builder.download_and_prepare(num_proc=2)
    textbook = builder.as_dataset(split="train")

The configs `default`, `videos`, `decisions`, `transcripts` and `clips` are the tables of a corpus;
asking for `clips` makes them. Each pipeline that ships with the package is a config too, which has
the samples of that pipeline: config_name="standard".

Up to version 3.6, `datasets` can run this file itself if vid2book is installed. It would look for
relative imports beside a copy of the file, so the imports are absolute:

    load_dataset("builder/textbook.py", manifest="lectures/", trust_remote_code=True)
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import datasets

from vid2book.builder import features
from vid2book.builder.features import FEATURES, Row, count, rows
from vid2book.builder.source import fill, open_corpus
from vid2book.builder.splits import splits
from vid2book.builder.write import EmptyCorpusError
from vid2book.config import ConfigLike, load, names
from vid2book.folder.layout import FORMAT
from vid2book.pipeline.code import code_of
from vid2book.records import Video

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus

logger = logging.getLogger(__name__)
_PROVISIONAL = "provisional"  # name of a file beside the rows
_MOST_NAMED = 5  # videos in a message


@dataclass(eq=False)
class TextbookConfig(datasets.BuilderConfig):  # type: ignore[misc]
    """What to build: a manifest, and the pipeline to run on it.

    Attributes:
        table: `default`, `videos`, `decisions`, `transcripts` or `clips`.
        manifest: a manifest file or a folder of videos.
        pipeline: a name, the path of a YAML file, a `Config`, or a dict of the keys to change.
        store: folder for the results of stages; None: the default one.
        workers: processes for videos without results in the store; None: one per core.
        corpus: a finished run, instead of the four above.
    """

    table: str = "default"
    manifest: str | Path | None = None
    pipeline: ConfigLike = "offline"
    store: str | Path | None = None
    workers: int | None = None
    corpus: Corpus | None = None

    def requested_corpus(self) -> Corpus:
        """The requested corpus; the store may not have its results yet."""
        if self.corpus is None:
            if self.manifest is None:
                raise ValueError("name a manifest, or a folder of videos: manifest='lectures/'")
            clips = self.table == "clips"
            pipeline = load(self.pipeline).with_clips() if clips else self.pipeline
            self.corpus = open_corpus(self.manifest, pipeline, self.store)
        return self.corpus

    def run(self) -> tuple[Corpus, dict[str, str]]:
        """The requested corpus with results, and the videos that failed only this time.

        These failed for a reason outside the video, such as a killed process: id to reason.
        """
        corpus = self.requested_corpus()
        transient = {}
        if self.manifest is not None:
            failures = {}
            for event in fill(corpus, workers=self.workers):
                logger.info("%s is through", event.video.video_id)
                if event.failure:
                    failures[event.video.video_id] = event.failure
                    if not event.kept:
                        transient[event.video.video_id] = event.failure
            self.corpus = corpus = corpus.without(failures)
        return corpus, transient

    def create_config_id(
        self, config_kwargs: dict[str, Any], custom_features: datasets.Features | None = None
    ) -> str:
        """Name the cache folder by everything that decides the rows.

        `datasets` would name it by the path of the manifest, which stays when its lines change.
        """
        fingerprint = [self.requested_corpus().fingerprint(), code_of(features.__name__)]
        return str(super().create_config_id({"fingerprint": fingerprint}, custom_features))


def _no_rows_reason(corpus: Corpus, table: str) -> str:
    """Why there are no rows."""
    outcomes = map(corpus.outcome, corpus.videos)
    reasons = [f"{o.video.video_id}: {o.status}, {o.reason}" for o in outcomes if o.reason]
    more = f"; and {len(reasons) - _MOST_NAMED:,} more" if len(reasons) > _MOST_NAMED else ""
    return f"no video gave a row of '{table}' ({'; '.join(reasons[:_MOST_NAMED])}{more})"


def _configs(version: datasets.Version) -> list[TextbookConfig]:
    """The tables of the default pipeline, and the samples of the others."""
    tables = [TextbookConfig(name=table, version=version, table=table) for table in FEATURES]
    default = TextbookConfig.pipeline
    return tables + [
        TextbookConfig(name=name, version=version, pipeline=name)
        for name in names()
        if name != default
    ]


class MultimodalTextbook(datasets.GeneratorBasedBuilder):  # type: ignore[misc]
    """Samples (`default`), input videos (`videos`), decisions, transcripts or clips.

    The version is that of the columns; pass `version="1.2.0"` to give your dataset its own.
    """

    VERSION = datasets.Version(f"{FORMAT}.0.0")
    BUILDER_CONFIG_CLASS = TextbookConfig
    BUILDER_CONFIGS = _configs(VERSION)
    DEFAULT_CONFIG_NAME = "default"

    def __init__(self, *unnamed: Any, **settings: Any) -> None:
        """Takes the fields of `TextbookConfig`, and what `datasets` takes, such as `config_name`.

        Raises:
            TypeError: an argument without a name, which `datasets` would take for a cache folder.
        """
        if unnamed:
            raise TypeError(
                f"name the argument, for example MultimodalTextbook(manifest={unnamed[0]!r})"
            )
        super().__init__(**settings)

    def download_and_prepare(
        self, output_dir: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """As in `datasets`, but if something is missing because a back end or a process failed, the
        next call builds the dataset again.

        Raises:
            EmptyCorpusError: there are no rows.
        """
        if (Path(output_dir or self.cache_dir) / _PROVISIONAL).exists():
            kwargs["download_mode"] = datasets.DownloadMode.FORCE_REDOWNLOAD
        super().download_and_prepare(output_dir, *args, **kwargs)

    def _info(self) -> datasets.DatasetInfo:
        return datasets.DatasetInfo(
            description="Keyframes, on-screen text and refined speech of instructional videos.",
            features=FEATURES[self.config.table],
        )

    def _split_generators(
        self, dl_manager: datasets.DownloadManager | datasets.StreamingDownloadManager
    ) -> list[datasets.SplitGenerator]:
        (corpus, transient), table = self.config.run(), self.config.table
        for video_id, reason in transient.items():
            logger.warning("%s failed, and is tried again next time: %s", video_id, reason)
        # `datasets` divides the list of videos among its processes, and fails on a split without
        # rows.
        filled_splits = {
            split: (videos, number)
            for split, videos in splits(corpus).items()
            if (number := count(corpus, table, videos))
        }
        if not filled_splits:
            raise EmptyCorpusError(_no_rows_reason(corpus, table))
        is_streaming = isinstance(dl_manager, datasets.StreamingDownloadManager)
        if not is_streaming and (transient or any(map(corpus.is_provisional, corpus.videos))):
            # In the folder that `datasets` renames when it is complete, so that the rows are never
            # mistaken for final ones.
            Path(self._output_dir, _PROVISIONAL).touch()
        # `datasets` verifies these numbers: a process that lost its results would give fewer rows.
        self.info.splits = datasets.SplitDict(
            {
                name: datasets.SplitInfo(name, num_examples=n)
                for name, (_, n) in filled_splits.items()
            }
        )
        return [
            datasets.SplitGenerator(name=split, gen_kwargs={"videos": videos})
            for split, (videos, _) in filled_splits.items()
        ]

    def _generate_examples(self, videos: list[Video]) -> Iterator[tuple[str, Row]]:
        yield from rows(self.config.requested_corpus(), self.config.table, videos)
