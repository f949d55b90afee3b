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

_NAME = re.compile(r"\w+(\.\w+)*")  # what `datasets` takes


def splits(corpus: Corpus) -> dict[str, list[Video]]:
    """The videos of each split, in manifest order.

    Raises:
        CorpusError: a `video_id` twice, or a split whose name `datasets` does not take.
    """
    found: dict[str, list[Video]] = {}
    seen: set[str] = set()
    for video in corpus.videos:
        if video.video_id in seen:
            raise CorpusError(f"video '{video.video_id}' is in the manifest twice")
        seen.add(video.video_id)
        found.setdefault(video.split, []).append(video)
    for name in found:
        if not _NAME.fullmatch(name) or name.lower() == "all":
            raise CorpusError(
                f"'{name}' cannot name a split (column 'split'): letters, digits and '_' only, "
                "and not 'all'"
            )
    return found


def denying(config: Config, video_ids: Iterable[str]) -> Config:
    """The config with more videos on its deny list."""
    deny = tuple(dict.fromkeys((*config.reduce.deny, *video_ids)))
    reduced = config.reduce.model_copy(update={"deny": deny})
    return config.model_copy(update={"reduce": reduced})
