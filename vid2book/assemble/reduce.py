"""Reduce: what only shows when the whole corpus is seen. The first in manifest order stays.

Dropped are a video that says and shows what an earlier one does, a picture that an earlier video
shows too (the channel's card, the end card), and everything of the videos on the deny list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .. import config
from ..records import Decision
from ..screen.phash import distance
from .minhash import SPEECH_BANDS, Index
from .summarise import THUMB, Picture, Summary

_DETAIL = 8.0  # grey levels that a pixel of a thumbnail differs from those around it: something
# Two end cards may differ in their titles. Slides of one design look alike too, but share less.
_CARD_BITS = 10  # of the hash
_CARD_DETAIL = 0.5  # share of what stands on either
_CARD_WORDS = 0.25  # share of their words


@dataclass(frozen=True)
class Reduced:
    """What to drop, by video."""

    duplicates: dict[str, str]  # whole videos: the reason
    pictures: dict[str, dict[int, str]]  # positions of keyframes to reasons
    denied: tuple[str, ...]
    decisions: dict[str, tuple[Decision, ...]]


def reduce(summaries: Iterable[Summary], settings: config.Reduce) -> Reduced:
    """Decide over all kept videos.

    Args:
        summaries: in manifest order.
        settings: section `reduce` of the config.
    """
    duplicates: dict[str, str] = {}
    pictures: dict[str, dict[int, str]] = {}
    decisions: dict[str, tuple[Decision, ...]] = {}
    seen: list[tuple[str, Picture]] = []
    kept: list[Summary] = []
    said = Index(SPEECH_BANDS)
    for summary in summaries:
        if not settings.enabled or summary.video_id in settings.deny:
            continue
        if duplicate := _same_video(summary, kept, said, settings):
            duplicates[summary.video_id] = duplicate.reason
            decisions[summary.video_id] = (duplicate,)
            continue
        if summary.speech:
            said.add(len(kept), summary.speech)
        kept.append(summary)
        told: dict[int, Decision] = {}
        for picture in summary.pictures:
            earlier = _find(picture, seen, settings.phash_distance)
            if earlier is not None:
                told[picture.keyframe] = _decision(summary.video_id, picture, *earlier)
        seen += [(summary.video_id, p) for p in summary.pictures if p.keyframe not in told]
        if told:
            pictures[summary.video_id] = {k: decision.reason for k, decision in told.items()}
            decisions[summary.video_id] = tuple(told.values())
    return Reduced(duplicates, pictures, settings.deny, decisions)


def _same_video(
    new: Summary, kept: Sequence[Summary], said: Index, settings: config.Reduce
) -> Decision | None:
    """The decision to drop a video that says and shows what an earlier one does."""
    for match in said.matches(new.speech, settings.min_same_speech):
        old = kept[match.number]
        if _shown_too(new, old, settings.phash_distance) >= settings.min_same_pictures:
            return Decision(
                new.video_id, "video", "reduce", 0.0, new.duration, False,
                f"says and shows what video {old.video_id} does, which comes first",
                match.similarity, settings.min_same_speech,
            )  # fmt: skip
    return None


def _shown_too(new: Summary, old: Summary, most_bits: int) -> float:
    """Share of the pictures of the video with fewer of them that the other shows too."""
    few, many = sorted((new.pictures, old.pictures), key=len)
    if not few:
        return 1.0
    return sum(any(distance(a.phash, b.phash) <= most_bits for b in many) for a in few) / len(few)


def _find(
    new: Picture, seen: Sequence[tuple[str, Picture]], most_bits: int
) -> tuple[str, str, float] | None:
    """The earlier video that shows `new`, why they are one, and how alike they are."""
    for video_id, old in seen:
        bits = distance(new.phash, old.phash)
        if bits <= most_bits and _same_words(new.words, old.words):
            return video_id, "the same picture", float(bits)
    if not new.last:
        return None
    for video_id, old in seen:
        alike = old.last and distance(new.phash, old.phash) <= _CARD_BITS
        if not alike or _shared_words(new.words, old.words) < _CARD_WORDS:
            continue
        if (shared := _shared_detail(new.thumb, old.thumb)) >= _CARD_DETAIL:
            return video_id, "the same end card", shared
    return None


def _same_words(a: Sequence[str], b: Sequence[str]) -> bool:
    """Slides of one design have like hashes; their words tell them apart."""
    return _shared_words(a, b) >= 0.7


def _shared_words(a: Sequence[str], b: Sequence[str]) -> float:
    """Share of the words of both that stand on both; 1 where neither has any."""
    return len(set(a) & set(b)) / len(set(a) | set(b)) if a or b else 1.0


def _shared_detail(a: str, b: str) -> float:
    """Share of the detail of two thumbnails that stands in both."""
    one, other = (_unpack(t) for t in (a, b))
    one, other = _detail(one), _detail(other)
    detail = np.maximum(np.abs(one), np.abs(other))
    clear = detail > _DETAIL
    if clear.mean() < 0.02:
        return 0.0
    shared = np.where(one * other > 0, np.minimum(np.abs(one), np.abs(other)), 0)
    return float(shared[clear].sum() / detail[clear].sum())


def _unpack(thumb: str) -> NDArray[np.float32]:
    grey = np.frombuffer(bytes.fromhex(thumb), np.uint8)
    return grey.reshape(THUMB[1], THUMB[0]).astype(np.float32)


def _detail(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(grey - cv2.blur(grey, (5, 5)), np.float32)


def _decision(video_id: str, new: Picture, earlier: str, reason: str, score: float) -> Decision:
    return Decision(
        video_id,
        "keyframe",
        "reduce",
        new.start,
        new.end,
        False,
        f"{reason} as in video {earlier}, which comes first",
        score,
        None,
        " ".join(new.words),
    )
