"""Finds near-identical images among many, without comparing all pairs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from vid2book.screen.phash import distance

from .seen import Picture

_MOST_BITS = 4  # of 64 may differ between hashes of near-identical images
_BANDS = 5  # one more than the bits, so at least one part of two such hashes is equal
_SIDE = 48  # pixels of the small grey copy by which a match is checked
_MOST_LEVELS = 16  # of 255 in any pixel: more than JPEG or scaling, less than a changed line
_FLAT = 2.0  # levels; an image with a smaller deviation shows nothing and would match any other


@dataclass(frozen=True)
class Look:
    """What an image is recognised by: some 2 kB."""

    phash: int
    copy: NDArray[np.uint8]

    @classmethod
    def of(cls, picture: Picture) -> Look:
        return cls(picture.phash, _copy(picture))


@dataclass
class Lookalikes:
    """An index of images by perceptual hash. Hashes alone cannot tell slides of the same design
    apart, so small copies are compared as well."""

    _bands: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    _hashes: list[int] = field(default_factory=list)
    _copies: list[NDArray[np.uint8]] = field(default_factory=list)

    def find(self, look: Look) -> int | None:
        """The number of an added image that is near-identical; None if there is none."""
        copy = look.copy
        if copy.std() < _FLAT:
            return None
        candidates = {i for key in _keys(look.phash) for i in self._bands.get(key, ())}
        for i in sorted(candidates):
            if distance(look.phash, self._hashes[i]) <= _MOST_BITS and (
                cv2.absdiff(copy, self._copies[i]).max() <= _MOST_LEVELS
            ):
                return i
        return None

    def add(self, look: Look) -> int:
        """Add an image, and return its number."""
        number = len(self._hashes)
        self._hashes.append(look.phash)
        self._copies.append(look.copy)
        for key in _keys(look.phash):
            self._bands[key].append(number)
        return number


def _copy(picture: Picture) -> NDArray[np.uint8]:
    small = cv2.resize(picture.summed.grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _keys(phash: int) -> list[tuple[int, int]]:
    width = -(-64 // _BANDS)
    return [(band, phash >> band * width & (1 << width) - 1) for band in range(_BANDS)]
