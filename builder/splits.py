"""The videos of each split."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from vid2book.config import Config
from vid2book.folder.record import CorpusError
from vid2book.records import Video

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus

_NAME = re.compile(r"\w+(\.\w+)*")  # that `datasets` accepts


def splits(corpus: Corpus) -> dict[str, list[Video]]:
    """The videos of each split, in manifest order.

    Raises:
        CorpusError: a `video_id` occurs twice, or `datasets` does not accept the name of a split.
    """
    by_split: dict[str, list[Video]] = {}
    ids: set[str] = set()
    for video in corpus.videos:
        if video.video_id in ids:
            raise CorpusError(f"video '{video.video_id}' is in the manifest twice")
        ids.add(video.video_id)
        by_split.setdefault(video.split, []).append(video)
    for name in by_split:
        if not _NAME.fullmatch(name) or name.lower() == "all":
            raise CorpusError(
                f"'{name}' cannot name a split (column 'split'): letters, digits and '_' only, "
                "and not 'all'"
            )
    return by_split


def denying(config: Config, video_ids: Iterable[str]) -> Config:
    """The config with more videos on its deny list."""
    deny = tuple(dict.fromkeys((*config.reduce.deny, *video_ids)))
    reduced = config.reduce.model_copy(update={"deny": deny})
    return config.model_copy(update={"reduce": reduced})
