"""When two pictures of different videos are one: by their hashes, and by what stands on them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .gathered import WORD_BITS, Gathered
from .postings import Keys, Numbers

_DETAIL = 8.0  # grey levels by which a pixel of a thumbnail differs from those around it where
# something is drawn; set by eye, not swept


def shared_words(gathered: Gathered, ones: Numbers, others: Numbers) -> NDArray[np.float64]:
    """Of each pair of pictures the share of both their words that stand on both; 1 of none.

    Takes 2^24 pairs at most.
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
    """The words of pictures, one behind the other, and how many each has."""
    firsts = gathered.first_word[pictures]
    lengths = gathered.first_word[pictures + 1] - firsts
    ends = np.cumsum(lengths)
    shifts = np.repeat(firsts - (ends - lengths), lengths)
    return gathered.words[np.arange(len(shifts)) + shifts], lengths


def shared_cards(gathered: Gathered, picture: int, earlier: int, least: float) -> float:
    """Share of the detail that two last pictures share; 0 where it is less than `least`."""
    rows = gathered.thumb[[picture, earlier]]
    shared = shared_detail(*gathered.thumbs[rows])
    return shared if shared >= least else 0.0


def shared_detail(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Share of the detail of two thumbnails that stands in both."""
    one, other = _detail(a), _detail(b)
    detail = np.maximum(np.abs(one), np.abs(other))
    clear = detail > _DETAIL
    if clear.mean() < 0.02:  # share of the picture; less is blank
        return 0.0
    shared = np.where(one * other > 0, np.minimum(np.abs(one), np.abs(other)), 0)
    return float(shared[clear].sum() / detail[clear].sum())


def _detail(thumb: NDArray[np.uint8]) -> NDArray[np.float32]:
    grey = np.array(thumb, np.float32)
    return np.asarray(grey - cv2.blur(grey, (5, 5)), np.float32)
