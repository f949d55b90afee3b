"""When two pictures of different videos are the same: by their words and by their detail."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .gathered import WORD_BITS, Gathered
from .postings import Keys, Numbers

_DETAIL = 8.0  # grey levels by which a drawn pixel of a thumbnail differs from its surroundings;
# set by eye, not swept


def shared_words(gathered: Gathered, ones: Numbers, others: Numbers) -> NDArray[np.float64]:
    """For each pair of pictures, the share of their words that are on both; 1 without words.

    Handles at most 2^24 pairs.
    """
    pairs = np.arange(len(ones), dtype=np.uint64) << np.uint64(WORD_BITS)
    coded, total = [], np.zeros(len(ones), np.int64)
    for pictures in (ones, others):
        words, lengths = words_of(gathered, pictures)
        coded.append(words | np.repeat(pairs, lengths))
        total += lengths
    codes = np.sort(np.concatenate(coded))
    twice = codes[1:][codes[1:] == codes[:-1]] >> np.uint64(WORD_BITS)
    both = np.bincount(twice.astype(np.int64), minlength=len(ones))
    return np.where(total == 0, 1.0, both / np.maximum(total - both, 1))


def words_of(gathered: Gathered, pictures: Numbers) -> tuple[Keys, Numbers]:
    """The words of the pictures, concatenated, and how many each has."""
    firsts = gathered.first_word[pictures]
    lengths = gathered.first_word[pictures + 1] - firsts
    ends = np.cumsum(lengths)
    shifts = np.repeat(firsts - (ends - lengths), lengths)
    return gathered.words[np.arange(len(shifts)) + shifts], lengths


def shared_cards(gathered: Gathered, picture: int, earlier: int, least: float) -> float:
    """Share of the detail that two last pictures have in common; 0 if it is below `least`."""
    rows = gathered.thumb[[picture, earlier]]
    shared = shared_detail(*gathered.thumbs[rows])
    return shared if shared >= least else 0.0


def shared_detail(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Share of the detail of two thumbnails that is on both."""
    one, other = _detail(a), _detail(b)
    detail = np.maximum(np.abs(one), np.abs(other))
    clear = detail > _DETAIL
    if clear.mean() < 0.02:  # share of the picture; with less, it is blank
        return 0.0
    shared = np.where(one * other > 0, np.minimum(np.abs(one), np.abs(other)), 0)
    return float(shared[clear].sum() / detail[clear].sum())


def _detail(thumb: NDArray[np.uint8]) -> NDArray[np.float32]:
    grey = np.array(thumb, np.float32)
    return np.asarray(grey - cv2.blur(grey, (5, 5)), np.float32)
