"""Finding near-identical images among many, without comparing each with each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from vid2book.screen.phash import distance

from .seen import Picture

_MOST_BITS = 4  # of 64 in which the hashes of near-identical images differ
_BANDS = 5  # one more than the bits: of so many parts of two such hashes, one is equal
_SIDE = 48  # pixels of the small grey copy by which a likeness is checked
_MOST_LEVELS = 16  # of 255 in any pixel of it: more than JPEG and scaling, less than a changed line
_FLAT = 2.0  # levels: the deviation below which an image shows nothing, and looks like any other


@dataclass
class Lookalikes:
    """Images by perceptual hash. A hash alone takes two slides of one design for one, so a small
    copy is compared as well."""

    _bands: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    _hashes: list[int] = field(default_factory=list)
    _copies: list[NDArray[np.uint8]] = field(default_factory=list)

    def find(self, picture: Picture) -> int | None:
        """The number of an image that was added and is near-identical; None: there is none."""
        copy = _copy(picture)
        if copy.std() < _FLAT:
            return None
        candidates = {i for key in _keys(picture.phash) for i in self._bands.get(key, ())}
        for i in sorted(candidates):
            if distance(picture.phash, self._hashes[i]) <= _MOST_BITS and (
                cv2.absdiff(copy, self._copies[i]).max() <= _MOST_LEVELS
            ):
                return i
        return None

    def add(self, picture: Picture) -> int:
        """Add an image; its number."""
        number = len(self._hashes)
        self._hashes.append(picture.phash)
        self._copies.append(_copy(picture))
        for key in _keys(picture.phash):
            self._bands[key].append(number)
        return number


def _copy(picture: Picture) -> NDArray[np.uint8]:
    small = cv2.resize(picture.summed.grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _keys(phash: int) -> list[tuple[int, int]]:
    width = -(-64 // _BANDS)
    return [(band, phash >> band * width & (1 << width) - 1) for band in range(_BANDS)]
