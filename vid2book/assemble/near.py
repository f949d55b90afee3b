"""Pictures that look alike and have similar words, found without comparing all pairs.

Candidates must meet two necessary conditions, so none is missed:

- If two pictures share a given part of their words, their few rarest words have one in common
  (prefix filtering: Chaudhuri, Ganti and Kaushik, "A Primitive Operator for Similarity Joins in
  Data Cleaning", 2006; Bayardo, Ma and Srikant, "Scaling Up All Pairs Similarity Search", 2007).
- If hashes that differ in at most d bits are cut into d + k blocks, k blocks are equal, because a
  bit affects one block only (Manku, Jain and Das Sarma, "Detecting Near-Duplicates for Web
  Crawling", 2007).

So a key consists of a rare word and the bits of k blocks. The number of blocks depends on how
frequent the word is: none for a rare one, more for the words of a design that thousands of slides
have, so no key collects a crowd.
"""

from __future__ import annotations

from functools import cached_property
from itertools import combinations, count
from math import comb
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .alike import shared_words, words_of
from .gathered import WORD_BITS, Gathered
from .postings import Keys, Numbers, Postings, Run

_COUNTERS = 1 << 22  # of words; words that share one seem more frequent than they are
_MOST_KEYS = 100  # per word of a picture
_CROWD = 1024  # pictures per key that are no trouble
_AT_ONCE = 1 << 15  # pictures or pairs per batch
_NO_WORDS = 0  # the word of pictures without words


class Pairs(NamedTuple):
    """Pairs of pictures, in order of the later and then the earlier one, without duplicates."""

    later: Numbers
    earlier: Numbers


class PictureIndex:
    """An index of pictures.

    Args:
        gathered: all pictures.
        members: the numbers of those that may be added or queried.
        bits: the most in which the hashes of two pictures may differ.
        share: the least share of the words of two pictures that must be on both; above 0.
        folder: for the index's own files.
    """

    def __init__(
        self, gathered: Gathered, members: Numbers, bits: int, share: float, folder: Path
    ) -> None:
        self._gathered, self._bits, self._share = gathered, bits, share
        self._postings = Postings(folder)
        self._counts = np.zeros(_COUNTERS, np.int64)
        for begin in range(0, len(members), _AT_ONCE):
            words, _ = self._words(members[begin : begin + _AT_ONCE])
            self._counts += np.bincount(_counter(words), minlength=_COUNTERS)

    def pairs(self, pictures: Numbers) -> Pairs:
        """All pairs of alike pictures from different videos. The later one is among `pictures`;
        the earlier one has been added or is among them too.

        Args:
            pictures: in ascending order, greater than all that were added.
        """
        query = self._keys(pictures)
        candidates = [
            self._alike(later, earlier)
            for source in (self._postings.find(query), query.find(query))
            for later, earlier in source
        ] if len(query.keys) else []  # fmt: skip
        pairs = np.unique(np.concatenate(candidates)) if candidates else np.empty(0, np.int64)
        pairs = pairs[self._share_words(pairs)]
        return Pairs(pairs >> 32, pairs & 0xFFFFFFFF)

    def add(self, pictures: Numbers) -> None:
        """Add pictures, to be found from now on."""
        self._postings.add(self._keys(pictures))

    def _alike(self, later: Numbers, earlier: Numbers) -> Numbers:
        """Candidates with similar hashes, as 64-bit numbers: the later one in the upper half."""
        known = self._gathered
        near = np.bitwise_count(known.phash[later] ^ known.phash[earlier]) <= self._bits
        later, earlier = later[near], earlier[near]
        fit = (earlier < later) & (known.video[earlier] != known.video[later])
        return np.unique(later[fit] << 32 | earlier[fit])

    def _share_words(self, pairs: Numbers) -> NDArray[np.bool_]:
        parts = [pairs[i : i + _AT_ONCE] for i in range(0, len(pairs), _AT_ONCE)]
        shares = [shared_words(self._gathered, p >> 32, p & 0xFFFFFFFF) for p in parts]
        return np.concatenate([np.zeros(0), *shares]) >= self._share

    def _words(self, pictures: Numbers) -> tuple[Keys, Numbers]:
        """All words of the pictures (`_NO_WORDS` if none), and the position of each picture."""
        words, lengths = words_of(self._gathered, pictures)
        places = np.repeat(np.arange(len(pictures)), lengths)
        without = np.flatnonzero(lengths == 0)
        return (
            np.concatenate([words, np.full(len(without), _NO_WORDS, np.uint64)]),
            np.concatenate([places, without]),
        )

    def _keys(self, pictures: Numbers) -> Run:
        words, places = self._rarest(pictures)
        numbers, levels = pictures[places], self._levels(words)
        entries = []
        for level, (salts, masks) in enumerate(self._blocks):
            these = np.flatnonzero(levels == level)
            hashes = self._gathered.phash[numbers[these]]
            keys = _scramble(_scramble(words[these] + salts[:, None]) ^ hashes & masks[:, None])
            entries.append((keys.reshape(-1), np.tile(numbers[these], len(masks))))
        return Run.of(*(np.concatenate(part) for part in zip(*entries, strict=True)))

    def _rarest(self, pictures: Numbers) -> tuple[Keys, Numbers]:
        """The rarest words of each picture, enough for one to be shared, and its position."""
        words, places = self._words(pictures)
        order = np.lexsort((words, self._counts[_counter(words)], places))
        words, places = words[order], places[order]
        lengths = np.bincount(places, minlength=len(pictures))
        firsts = np.cumsum(lengths) - lengths
        # At least ceil(share * n) of n words are shared: one of the n - ceil(share * n) + 1 rarest.
        enough = lengths - np.ceil(self._share * lengths - 1e-9).astype(np.int64) + 1
        rare = np.arange(len(words)) - firsts[places] < enough[places]
        return words[rare], places[rare]

    def _levels(self, words: Keys) -> NDArray[np.int64]:
        """The number of hash blocks in a key with each word."""
        counts = self._counts[_counter(words)]
        return np.searchsorted(self._most, counts, "left").clip(max=len(self._blocks) - 1)

    @cached_property
    def _blocks(self) -> list[tuple[Keys, Keys]]:
        """For each level, all choices of its blocks: the number and the bit mask of each."""
        levels: list[tuple[Keys, Keys]] = []
        numbers = count(1)
        for k in range(64):
            blocks = max(1, self._bits + k)
            if (k and blocks > 64) or comb(blocks, k) > _MOST_KEYS:
                break
            choices = list(combinations(range(blocks), k))
            # Adjacent bits have similar frequencies, and on some pictures they are all the same.
            masks = [sum(1 << bit for bit in range(64) if bit % blocks in c) for c in choices]
            salts = [next(numbers) << WORD_BITS for _ in choices]  # above all words
            levels.append((np.array(salts, np.uint64), np.array(masks, np.uint64)))
        return levels

    @cached_property
    def _most(self) -> NDArray[np.float64]:
        """The greatest frequency of a word per level. Half of the bits of real hashes count."""
        levels = np.arange(len(self._blocks))
        return _CROWD * 2.0 ** (64 * levels / np.maximum(self._bits + levels, 1) / 2)


def _counter(words: Keys) -> Numbers:
    return (words % np.uint64(_COUNTERS)).astype(np.int64)


def _scramble(values: Keys) -> Keys:
    """The values with scrambled bits (finaliser of SplitMix64, Steele, Lea and Flood, 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
