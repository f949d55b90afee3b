"""Reduce: drop duplicates across the whole corpus. The first in manifest order stays.

Videos are dropped that say and show the same as an earlier one, and pictures that an earlier video
shows too (the channel's card, the end card).

Only pictures that stay count as earlier ones, so no reason names a picture that was itself dropped
for a third one. Therefore, pictures are decided in order, although candidates are found in batches.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .. import config
from .again import decide_again
from .alike import shared_cards
from .gathered import Gathered
from .near import Pairs, PictureIndex
from .postings import Numbers
from .reduced import NONE, Decisions, Reduced
from .same_speech import same_speech

_AT_ONCE = 4096  # pictures


def reduce(gathered: Gathered, settings: config.Reduce, before: Reduced | None = None) -> Reduced:
    """Decide over all kept videos.

    Args:
        settings: section `reduce` of the config.
        before: the result with the same settings for mostly the same videos; makes this faster
            and does not change the result.
    """
    decided = Decisions.none(gathered)
    if not settings.enabled:
        return Reduced.of(gathered, decided)
    _drop_videos(gathered, decided, settings)
    if before and decide_again(gathered, decided, before, settings):
        return Reduced.of(gathered, decided)
    decided.forget_pictures()
    with tempfile.TemporaryDirectory(prefix="vid2book-near-") as folder:
        _Pictures(gathered, decided, settings, Path(folder)).decide()
    return Reduced.of(gathered, decided)


def _drop_videos(gathered: Gathered, decided: Decisions, settings: config.Reduce) -> None:
    """Drop the videos that say and show the same as an earlier one, which stays."""
    for video, earlier, similarity in same_speech(gathered, settings.min_same_speech):
        if decided.duplicate_of[video] != NONE or decided.duplicate_of[earlier] != NONE:
            continue
        if _shown_too(gathered, video, earlier, settings) >= settings.min_same_pictures:
            decided.duplicate_of[video] = earlier
            decided.similarity[video] = similarity


def _shown_too(gathered: Gathered, video: int, earlier: int, settings: config.Reduce) -> float:
    """Of the video with fewer pictures, the share that the other video shows too."""
    hashes = [gathered.phash[slice(*gathered.first[v : v + 2])] for v in (video, earlier)]
    few, many = sorted(hashes, key=len)
    if not len(few):
        return 1.0
    near = np.bitwise_count(few[:, None] ^ many) <= settings.phash_distance
    return int(near.any(axis=1).sum()) / len(few)


class _Pictures:
    """Decides for each picture whether an earlier one replaces it."""

    def __init__(
        self, gathered: Gathered, decided: Decisions, settings: config.Reduce, folder: Path
    ) -> None:
        self._gathered, self._decided = gathered, decided
        self._least_card = settings.min_same_card
        self._members = np.flatnonzero(decided.duplicate_of[gathered.video] == NONE)
        self._is_last = np.asarray(gathered.thumb) >= 0
        last = self._members[self._is_last[self._members]]
        bits, words = settings.phash_distance, settings.min_same_words
        self._same = PictureIndex(gathered, self._members, bits, words, folder / "same")
        bits, words = settings.card_distance, settings.min_same_card_words
        self._cards = PictureIndex(gathered, last, bits, words, folder / "cards")

    def decide(self) -> None:
        for begin in range(0, len(self._members), _AT_ONCE):
            pictures = self._members[begin : begin + _AT_ONCE]
            last = pictures[self._is_last[pictures]]
            self._decide(self._same.pairs(pictures), self._cards.pairs(last))
            stay = pictures[self._decided.shown_by[pictures] == NONE]
            self._same.add(stay)
            self._cards.add(stay[self._is_last[stay]])

    def _decide(self, same: Pairs, cards: Pairs) -> None:
        """Decide on the later picture of each pair, in order."""
        by_picture, cards_of = dict(_by_later(same)), dict(_by_later(cards))
        decided, phash = self._decided, self._gathered.phash
        for picture in sorted(by_picture.keys() | cards_of.keys()):
            earlier_ones = by_picture.get(picture, np.empty(0, np.int64))
            stay = earlier_ones[decided.shown_by[earlier_ones] == NONE]
            if len(stay):
                earlier = stay[0]
                bits = np.bitwise_count(phash[picture] ^ phash[earlier])
                decided.show(picture, int(earlier), float(bits))
            elif picture in cards_of:
                self._decide_card(picture, cards_of[picture])

    def _decide_card(self, picture: int, cards: Numbers) -> None:
        for earlier in cards[self._decided.shown_by[cards] == NONE].tolist():
            if shared := shared_cards(self._gathered, picture, earlier, self._least_card):
                self._decided.show(picture, earlier, shared, card=True)
                return


def _by_later(pairs: Pairs) -> Iterator[tuple[int, Numbers]]:
    """Each later picture with its earlier ones, in order."""
    pictures, starts = np.unique(pairs.later, return_index=True)
    yield from zip(pictures.tolist(), np.split(pairs.earlier, starts[1:]), strict=False)
