"""Reduced: what `reduce` decided on each video, in a few bytes per dropped picture."""

from __future__ import annotations

import io
from dataclasses import dataclass, fields
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..records import Decision
from .gathered import Gathered
from .summarise import Summary

NONE = -1  # no picture, or no video


class Verdict(NamedTuple):
    """What is decided on a video because of others."""

    duplicate: str  # why an earlier video replaces it; empty if none does
    pictures: dict[int, str]  # the reason for each keyframe, by position, that an earlier one shows


@dataclass
class Decisions:
    """The decisions on the videos and pictures of a corpus, by their numbers.

    Attributes:
        duplicate_of: for each video, the earlier one that replaces it, or NONE.
        similarity: of the speech of the two, 0 to 1.
        shown_by: for each picture, the earlier one that replaces it, or NONE.
        card: whether both are end cards.
        score: bits in which their hashes differ; for end cards, the share of common detail, 0 to 1.
    """

    duplicate_of: NDArray[np.int32]
    similarity: NDArray[np.float64]
    shown_by: NDArray[np.int64]
    card: NDArray[np.bool_]
    score: NDArray[np.float64]

    @staticmethod
    def none(gathered: Gathered) -> Decisions:
        videos, pictures = len(gathered.video_ids), len(gathered.video)
        return Decisions(
            np.full(videos, NONE, np.int32),
            np.zeros(videos),
            np.full(pictures, NONE, np.int64),
            np.zeros(pictures, np.bool_),
            np.zeros(pictures),
        )

    def forget_pictures(self) -> None:
        """Reset the decisions on pictures."""
        self.shown_by[:], self.card[:], self.score[:] = NONE, False, 0.0

    def show(self, picture: int, by: int, score: float, card: bool = False) -> None:
        """Decide that an earlier picture replaces one."""
        self.shown_by[picture], self.score[picture], self.card[picture] = by, score, card


@dataclass(frozen=True)
class Reduced:
    """The decisions, by the ids of the videos.

    Attributes:
        video_ids, stamps: of all videos that were compared, in manifest order.
        first: the number of each video's first picture; one entry more than videos.
        duplicate_of, similarity: as in `Decisions`.
        shown: numbers of the pictures that another one replaces, ascending.
        keyframe, by, card, score: for each of these.
    """

    video_ids: NDArray[np.str_]
    stamps: NDArray[np.str_]
    first: NDArray[np.int64]
    duplicate_of: NDArray[np.int32]
    similarity: NDArray[np.float64]
    shown: NDArray[np.int64]
    keyframe: NDArray[np.int32]
    by: NDArray[np.int64]
    card: NDArray[np.bool_]
    score: NDArray[np.float64]

    @staticmethod
    def of(gathered: Gathered, decided: Decisions) -> Reduced:
        shown = np.flatnonzero(decided.shown_by != NONE)
        return Reduced(
            np.array(gathered.video_ids, np.str_),
            np.array(gathered.stamps, np.str_),
            np.array(gathered.first),
            decided.duplicate_of,
            decided.similarity,
            shown,
            np.array(gathered.keyframe[shown]),
            decided.shown_by[shown],
            decided.card[shown],
            decided.score[shown],
        )

    def verdict(self, video_id: str) -> Verdict:
        """What is decided on a video; nothing if it was not compared."""
        video = self._numbers.get(video_id)
        if video is None:
            return Verdict("", {})
        return Verdict(
            self._duplicate(video),
            {int(self.keyframe[i]): self._reason(i) for i in self._shown_in(video)},
        )

    def decisions(self, summary: Summary, least_similarity: float) -> list[Decision]:
        """What is decided on a video, as its rows of `decisions`.

        Args:
            least_similarity: of speech, from which on two videos may be duplicates.
        """
        video_id, video = summary.video_id, self._numbers[summary.video_id]
        if duplicate := self._duplicate(video):
            similarity = float(self.similarity[video])
            return [
                Decision(
                    video_id, "video", "reduce", 0.0, summary.duration, False, duplicate,
                    similarity, least_similarity,
                )
            ]  # fmt: skip
        pictures = {picture.keyframe: picture for picture in summary.pictures}
        decisions = []
        for i in self._shown_in(video):
            picture = pictures[int(self.keyframe[i])]
            decisions.append(
                Decision(
                    video_id, "keyframe", "reduce", picture.start, picture.end, False,
                    self._reason(i), float(self.score[i]), None, " ".join(picture.words),
                )
            )  # fmt: skip
        return decisions

    def concerns(self, video_id: str) -> bool:
        """Whether anything is decided on a video."""
        video = self._numbers.get(video_id)
        return video is not None and bool(self._duplicate(video) or self._shown_in(video))

    def to_bytes(self) -> bytes:
        sink = io.BytesIO()
        np.savez_compressed(sink, **{f.name: getattr(self, f.name) for f in fields(self)})
        return sink.getvalue()

    @staticmethod
    def from_bytes(data: bytes) -> Reduced:
        with np.load(io.BytesIO(data)) as arrays:
            return Reduced(**arrays)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {video_id: number for number, video_id in enumerate(self.video_ids.tolist())}

    def _shown_in(self, video: int) -> range:
        """Positions in `shown` of the pictures of a video."""
        return range(*np.searchsorted(self.shown, self.first[video : video + 2]).tolist())

    def _duplicate(self, video: int) -> str:
        earlier = int(self.duplicate_of[video])
        if earlier == NONE:
            return ""
        return f"says and shows the same as video {self.video_ids[earlier]}, which comes first"

    def _reason(self, place: int) -> str:
        video = int(np.searchsorted(self.first, self.by[place], "right")) - 1
        what = "the same end card" if self.card[place] else "the same picture"
        return f"{what} as in video {self.video_ids[video]}, which comes first"
