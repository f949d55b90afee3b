"""The loading script: a `datasets` builder over a manifest of videos.

Used from Python, without the command line and without a corpus folder:

    builder = MultimodalTextbook(manifest="lectures/")
    builder.download_and_prepare(num_proc=2)
    textbook = builder.as_dataset(split="train")

The configs `default`, `videos`, `decisions`, `transcripts` and `clips` are the tables of a corpus;
asking for `clips` makes them. Each pipeline that ships with the package is a config too, and gives
the samples of that pipeline: config_name="standard".

Up to version 3.6, `datasets` runs this file itself if vid2book is installed. It would look for
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
from vid2book.config import Config, load, names
from vid2book.folder.layout import FORMAT
from vid2book.pipeline.code import code_of
from vid2book.records import Video

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus

logger = logging.getLogger(__name__)
_PROVISIONAL = "provisional"  # a file beside the rows
_MOST_TOLD = 5  # videos in a message


@dataclass(eq=False)
class TextbookConfig(datasets.BuilderConfig):  # type: ignore[misc]
    """What to build: a manifest, and the pipeline to send it through.

    Attributes:
        table: `default`, `videos`, `decisions`, `transcripts` or `clips`.
        manifest: a manifest file or a folder of videos.
        pipeline: the name of a config, a YAML file, or the config itself.
        store: folder for the results of stages; None: the default one.
        workers: processes for videos without results in the store; None: one per core.
        corpus: a finished run, instead of the four above.
    """

    table: str = "default"
    manifest: str | Path | None = None
    pipeline: str | Path | Config = "offline"
    store: str | Path | None = None
    workers: int | None = None
    corpus: Corpus | None = None

    def described(self) -> Corpus:
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

        That is, for a reason outside the video, such as a killed process: id to reason.
        """
        corpus = self.described()
        lost = {}
        if self.manifest is not None:
            failures = {}
            for event in fill(corpus, workers=self.workers):
                logger.info("%s is through", event.video.video_id)
                if event.failure:
                    failures[event.video.video_id] = event.failure
                    if not event.kept:
                        lost[event.video.video_id] = event.failure
            self.corpus = corpus = corpus.without(failures)
        return corpus, lost

    def create_config_id(
        self, config_kwargs: dict[str, Any], custom_features: datasets.Features | None = None
    ) -> str:
        """Names the cache folder by all that decides the rows.

        The path of the manifest, by which `datasets` would name it, stays when its lines change.
        """
        fingerprint = [self.described().fingerprint(), code_of(features.__name__)]
        return str(super().create_config_id({"fingerprint": fingerprint}, custom_features))


def _nothing(corpus: Corpus, table: str) -> str:
    """Why there is no row."""
    outcomes = map(corpus.outcome, corpus.videos)
    told = [f"{o.video.video_id}: {o.status}, {o.reason}" for o in outcomes if o.reason]
    more = f"; and {len(told) - _MOST_TOLD:,} more" if len(told) > _MOST_TOLD else ""
    return f"no video gave a row of '{table}' ({'; '.join(told[:_MOST_TOLD])}{more})"


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

    The version is that of the columns; `version="1.2.0"` gives what is built a version of its own.
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
        """As in `datasets`, but what lacks something for a reason that may pass is made again next
        time: a back end or a process that failed.

        Raises:
            EmptyCorpusError: there is not a single row.
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
        (corpus, lost), table = self.config.run(), self.config.table
        for video_id, reason in lost.items():
            logger.warning("%s failed, and is tried again next time: %s", video_id, reason)
        # `datasets` cuts the list of videos in as many pieces as there are processes, and fails on
        # a split without rows.
        found = {
            split: (videos, number)
            for split, videos in splits(corpus).items()
            if (number := count(corpus, table, videos))
        }
        if not found:
            raise EmptyCorpusError(_nothing(corpus, table))
        streamed = isinstance(dl_manager, datasets.StreamingDownloadManager)
        if not streamed and (lost or any(map(corpus.is_provisional, corpus.videos))):
            # Into the folder that `datasets` renames when it is complete, so that there is no
            # moment in which the rows are taken for the final ones.
            Path(self._output_dir, _PROVISIONAL).touch()
        # What `datasets` verifies: a process that lost its results would give fewer rows.
        self.info.splits = datasets.SplitDict(
            {name: datasets.SplitInfo(name, num_examples=n) for name, (_, n) in found.items()}
        )
        return [
            datasets.SplitGenerator(name=split, gen_kwargs={"videos": videos})
            for split, (videos, _) in found.items()
        ]

    def _generate_examples(self, videos: list[Video]) -> Iterator[tuple[str, Row]]:
        yield from rows(self.config.described(), self.config.table, videos)
