"""The videos of each split."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
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


def assign(videos: Iterable[Video], ratios: Mapping[str, float]) -> tuple[Video, ...]:
    """The videos with a split each: the manifest's, or by a hash of their id where it names none.

    A manifest whose videos are all in "train" names none.

    Args:
        videos: of a manifest.
        ratios: split to share of the videos; 1 in all.
    """
    videos = tuple(videos)
    if any(video.split != "train" for video in videos):
        return videos
    return tuple(replace(video, split=_split_of(video.video_id, ratios)) for video in videos)


def _split_of(video_id: str, ratios: Mapping[str, float]) -> str:
    digest = hashlib.sha256(video_id.encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64  # in [0, 1), evenly
    for split, share in ratios.items():
        place -= share
        if place < 0:
            return split
    return list(ratios)[-1]  # the shares add up to a hair less than 1


def denying(config: Config, video_ids: Iterable[str]) -> Config:
    """The config with more videos on its deny list."""
    deny = tuple(dict.fromkeys((*config.reduce.deny, *video_ids)))
    reduced = config.reduce.model_copy(update={"deny": deny})
    return config.model_copy(update={"reduce": reduced})
