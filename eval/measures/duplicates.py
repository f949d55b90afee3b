"""Duplicates: how much of a corpus says or shows what an earlier place said or showed."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..lookalikes import Lookalikes
from ..seen import Seen
from ..tools import Tools
from ..words import runs, words_of
from .base import EachSample, Figure

_SHINGLE = 5  # words
_SHORTEST = 5  # words: "Thank you." said twice duplicates nothing
_ALIKE = 0.8  # Jaccard similarity of the shingles
_BANDS, _ROWS = 16, 8  # of the signature: two texts at 0.8 share a band with probability 0.95
_PRIME = (1 << 31) - 1

_LOWER: Literal["lower"] = "lower"


class DuplicateImages(EachSample):
    """An image counts where an earlier one, of the same sample or of another, is near-identical."""

    scorer = "perceptual hash (64 bits, at most 4 differ), checked on a 48 x 48 copy"
    _SOURCE = 'after Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions"'
    figures = (
        Figure("duplicate_image_share", "Images that an earlier one already shows", _LOWER, "share",
               _SOURCE, "crops, mirrored copies, and one scene from two sides; among samples drawn "
               "from a large corpus most copies go unseen"),
        Figure("duplicate_image_share_within", "Images repeated within their sample", _LOWER,
               "share", _SOURCE, "a pause and a return to an earlier slide look the same",
               minor=True),
    )  # fmt: skip

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._known = Lookalikes()

    def rate(self, sample: Seen) -> dict[str, tuple[float, float]]:
        repeated = within = 0
        here: set[int] = set()
        for picture in sample.pictures:
            number = self._known.find(picture)
            if number is None:
                here.add(self._known.add(picture))
                continue
            repeated += 1
            within += number in here
            here.add(number)
        count = len(sample.pictures)
        return {
            "duplicate_image_share": (repeated, count),
            "duplicate_image_share_within": (within, count),
        }


class DuplicateTexts(EachSample):
    """A text counts where an earlier one has nearly the same runs of five words.

    Candidates by MinHash and banding (Broder, "On the Resemblance and Containment of Documents",
    1997; Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3).
    """

    scorer = "MinHash of 5-word shingles, 128 hashes, Jaccard at least 0.8"
    figures = (
        Figure("duplicate_text_share", "Texts that an earlier one already says", _LOWER, "share",
               "Broder 1997; the threshold is that of Lee et al. 2021",
               "paraphrase; texts of fewer than five words are left out"),
    )  # fmt: skip

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._bands: dict[tuple[int, bytes], list[int]] = defaultdict(list)
        self._signatures: list[NDArray[np.uint32]] = []
        draw = np.random.default_rng(0)  # any numbers do, but always the same
        self._factors = draw.integers(1, _PRIME, (_BANDS * _ROWS, 1), np.uint64)
        self._offsets = draw.integers(0, _PRIME, (_BANDS * _ROWS, 1), np.uint64)

    def rate(self, sample: Seen) -> dict[str, tuple[float, float]]:
        repeated = count = 0
        for text in filter(None, sample.record.texts):
            words = words_of(text)
            if len(words) >= _SHORTEST:
                count += 1
                repeated += self._is_known(self._signature(words))
        return {"duplicate_text_share": (repeated, count)}

    def _is_known(self, signature: NDArray[np.uint32]) -> bool:
        """Whether an earlier text is alike; where none is, this one is added."""
        bands = signature.reshape(_BANDS, _ROWS)
        keys = [(band, values.tobytes()) for band, values in enumerate(bands)]
        candidates = {i for key in keys for i in self._bands.get(key, ())}
        if any(np.mean(signature == self._signatures[i]) >= _ALIKE for i in candidates):
            return True
        for key in keys:
            self._bands[key].append(len(self._signatures))
        self._signatures.append(signature)
        return False

    def _signature(self, words: list[str]) -> NDArray[np.uint32]:
        # 32 bits of each, times less than 2^31: nothing overflows.
        shingles = runs(words, _SHINGLE) >> np.uint64(32)
        hashes = (self._factors * shingles + self._offsets) % _PRIME
        return hashes.min(axis=1).astype(np.uint32)
