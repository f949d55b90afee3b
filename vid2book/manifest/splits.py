"""Which split a video belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..records import Video


def assign(videos: Iterable[Video], ratios: Mapping[str, float]) -> tuple[Video, ...]:
    """The videos, each with a split: the manifest's, or one by a hash of its id if there are none.

    A manifest whose videos are all in "train" counts as one without splits.

    Args:
        videos: of a manifest.
        ratios: split to share of the videos; they sum to 1.
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
