"""Reduce again after a few videos were added or removed, reusing previous decisions if possible.

The decision on a picture depends only on earlier pictures that stay. So only new pictures, and
those whose earlier picture is gone, are compared with all others, in order. If one of them stays
that was dropped or absent before, the decisions on the later pictures like it are updated.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from .. import config
from .alike import shared_cards, shared_words
from .gathered import Gathered
from .postings import Numbers
from .reduced import NONE, Decisions, Reduced

_MOST = 2000  # pictures that are compared with all others; for more, batches are faster
_AT_ONCE = 1 << 15  # pairs


def decide_again(
    gathered: Gathered, decided: Decisions, before: Reduced, settings: config.Reduce
) -> bool:
    """Decide on all pictures if little has changed; returns whether it did.

    Args:
        decided: has the decisions on the videos; if too much has changed, its decisions on pictures
            are invalid afterwards.
        before: the previous decisions, made with the same settings.
        settings: section `reduce` of the config.
    """
    new_number = _new_numbers(gathered, decided, before)
    if new_number is None:
        return False
    return _Again(gathered, decided, before, new_number, settings).decide()


def _new_numbers(gathered: Gathered, decided: Decisions, before: Reduced) -> Numbers | None:
    """The new number of each previous picture, NONE if it is gone; None if the order changed.

    A video that has become a duplicate counts as gone, and one that no longer is counts as new.
    """
    numbers = {
        name: number
        for number, name in enumerate(zip(gathered.video_ids, gathered.stamps, strict=True))
    }
    names = zip(before.video_ids.tolist(), before.stamps.tolist(), strict=True)
    video = np.array([numbers.get(name, NONE) for name in names], np.int64)
    video[before.duplicate_of != NONE] = NONE
    known = np.flatnonzero(video != NONE)
    known = known[decided.duplicate_of[video[known]] == NONE]
    if np.any(np.diff(video[known]) < 0):
        return None
    new_number = np.full(int(before.first[-1]), NONE, np.int64)
    lengths = np.diff(before.first)[known]
    ends = np.cumsum(lengths)
    within = np.arange(int(lengths.sum())) - np.repeat(ends - lengths, lengths)
    old = np.repeat(before.first[known], lengths) + within
    new_number[old] = np.repeat(gathered.first[video[known]], lengths) + within
    return new_number


class _Again:
    """Updates the decisions on pictures."""

    def __init__(
        self,
        gathered: Gathered,
        decided: Decisions,
        before: Reduced,
        new_number: Numbers,
        settings: config.Reduce,
    ) -> None:
        self._gathered, self._decided, self._settings = gathered, decided, settings
        self._video = np.asarray(gathered.video)
        self._phash = np.asarray(gathered.phash)
        self._is_last = np.asarray(gathered.thumb) >= 0
        self._last = np.flatnonzero(self._is_last)
        members = decided.duplicate_of[self._video] == NONE
        # Pictures with a decision, which may still change.
        self._done = np.zeros(len(self._video), np.bool_)
        self._done[new_number[new_number != NONE]] = True
        shown, by = new_number[before.shown], new_number[before.by]
        stand = (shown != NONE) & (by != NONE)
        decided.shown_by[shown[stand]] = by[stand]
        decided.card[shown[stand]] = before.card[stand]
        decided.score[shown[stand]] = before.score[stand]
        self._done[shown[(shown != NONE) & (by == NONE)]] = False
        self._open = np.flatnonzero(members & ~self._done).tolist()  # sorted, so a heap
        self._budget = _MOST

    def decide(self) -> bool:
        """Update all decisions; returns False if too many pictures would have to be compared."""
        while self._open:
            picture = heapq.heappop(self._open)
            if self._done[picture]:  # it was in the heap twice
                continue
            if not self._budget:
                return False
            self._budget -= 1
            self._decide(picture)
        return True

    def _decide(self, picture: int) -> None:
        decided = self._decided
        decided.shown_by[picture] = NONE
        same = self._find_alike(picture)
        cards = self._find_alike_cards(picture) if self._is_last[picture] else same[:0]
        before = self._video[same] < self._video[picture]
        earlier = same[before & self._stays(same)]
        self._done[picture] = True
        if len(earlier):
            decided.show(picture, int(earlier[0]), float(self._distance(picture, earlier[:1])[0]))
            return
        for card in cards[(cards < picture) & self._stays(cards)].tolist():
            if shared := shared_cards(self._gathered, picture, card, self._settings.min_same_card):
                decided.show(picture, card, shared, card=True)
                return
        self._update_later(picture, same[~before & self._done[same]], cards[cards > picture])

    def _update_later(self, picture: int, same: Numbers, cards: Numbers) -> None:
        """Decide on the later pictures whose first alike picture is `picture`, which now stays."""
        decided = self._decided
        first = (decided.shown_by[same] == NONE) | (decided.shown_by[same] > picture)
        repeats = same[first | decided.card[same]]
        stayed = repeats[decided.shown_by[repeats] == NONE]
        decided.shown_by[repeats] = picture
        decided.card[repeats] = False
        decided.score[repeats] = self._distance(picture, repeats)
        cards = cards[self._done[cards]]
        first = decided.card[cards] & (decided.shown_by[cards] > picture)
        for card in cards[first | (decided.shown_by[cards] == NONE)].tolist():
            if shared := shared_cards(self._gathered, card, picture, self._settings.min_same_card):
                if decided.shown_by[card] == NONE:
                    stayed = np.append(stayed, card)
                decided.show(card, picture, shared, card=True)
        # Pictures that stayed until now no longer replace others.
        for orphan in np.flatnonzero(np.isin(decided.shown_by, stayed)).tolist():
            self._done[orphan] = False
            heapq.heappush(self._open, orphan)

    def _stays(self, pictures: Numbers) -> NDArray[np.bool_]:
        return self._done[pictures] & (self._decided.shown_by[pictures] == NONE)

    def _find_alike(self, picture: int) -> Numbers:
        """The pictures of other videos that look like `picture`, in order."""
        near = self._distance(picture, slice(None)) <= self._settings.phash_distance
        return self._share_words(picture, np.flatnonzero(near), self._settings.min_same_words)

    def _find_alike_cards(self, picture: int) -> Numbers:
        near = self._last[self._distance(picture, self._last) <= self._settings.card_distance]
        return self._share_words(picture, near, self._settings.min_same_card_words)

    def _share_words(self, picture: int, others: Numbers, least: float) -> Numbers:
        others = others[self._video[others] != self._video[picture]]
        others = others[self._decided.duplicate_of[self._video[others]] == NONE]
        parts = [others[i : i + _AT_ONCE] for i in range(0, len(others), _AT_ONCE)]
        ones = [np.full(len(part), picture) for part in parts]
        shares = [shared_words(self._gathered, *pair) for pair in zip(ones, parts, strict=True)]
        return others[np.concatenate([np.zeros(0), *shares]) >= least]

    def _distance(self, picture: int, others: Numbers | slice) -> NDArray[np.uint8]:
        """The number of bits in which the hashes of others differ from that of `picture`."""
        return np.bitwise_count(self._phash[others] ^ self._phash[picture])
