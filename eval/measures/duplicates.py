"""Duplicates: how much of a corpus repeats earlier texts or images."""

from __future__ import annotations

from typing import Literal

from vid2book.assemble.minhash import Index, minhash
from vid2book.words import words

from ..lookalikes import Lookalikes
from ..seen import SampleWithImages
from ..tools import Tools
from .base import EachSample, Figure

_SHINGLE = 5  # words; shorter texts, such as "Thank you.", do not count as duplicates
_ALIKE = 0.8  # Jaccard similarity of the shingles
_HASHES = 256  # the standard error of a similarity of 0.8 is then 0.025
_BANDS = 32  # of 8 numbers: texts with a similarity of 0.8 meet with a probability of 0.997

_LOWER: Literal["lower"] = "lower"


class DuplicateImages(EachSample):
    """Counts images near-identical to an earlier one, in the same sample or another."""

    scorer = "perceptual hash (64 bits, at most 4 differ), checked on a 48 x 48 copy"
    _SOURCE = 'after Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions"'
    figures = (
        Figure("duplicate_image_share", "Images that an earlier one already shows", _LOWER, "share",
               _SOURCE, "crops, mirrored copies, and one scene from two sides; among samples drawn "
               "from a large corpus most copies go unseen", counted="image"),
        Figure("duplicate_image_share_within", "Images repeated within their sample", _LOWER,
               "share", _SOURCE, "a pause and a return to an earlier slide look the same",
               counted="image"),
    )  # fmt: skip

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._known = Lookalikes()

    def rate(self, sample: SampleWithImages) -> dict[str, tuple[float, float]]:
        repeated = within = 0
        numbers: set[int] = set()
        for picture in sample.pictures:
            number = self._known.find(picture)
            if number is None:
                numbers.add(self._known.add(picture))
                continue
            repeated += 1
            within += number in numbers
            numbers.add(number)
        count = len(sample.pictures)
        return {
            "duplicate_image_share": (repeated, count),
            "duplicate_image_share_within": (within, count),
        }


class DuplicateTexts(EachSample):
    """Counts texts with nearly the same runs of five words as an earlier one."""

    scorer = "MinHash of 5-word shingles, 256 hashes, Jaccard at least 0.8"
    figures = (
        Figure("duplicate_text_share", "Texts that an earlier one already says", _LOWER, "share",
               "Broder 1997; the threshold is that of Lee et al. 2021",
               "paraphrase; texts of fewer than five words are left out", counted="text"),
    )  # fmt: skip

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._known = Index(_BANDS)
        self._count = 0

    def rate(self, sample: SampleWithImages) -> dict[str, tuple[float, float]]:
        repeated = count = 0
        for text in filter(None, sample.record.texts):
            tokens = words(text.lower())
            if len(tokens) >= _SHINGLE:
                count += 1
                repeated += self._is_known(tokens)
        return {"duplicate_text_share": (repeated, count)}

    def _is_known(self, tokens: list[str]) -> bool:
        """Whether an earlier text is alike; if none is, this one is added."""
        signature = minhash(tokens, _SHINGLE, _HASHES)
        if self._known.matches(signature, _ALIKE):
            return True
        self._known.add(self._count, signature)
        self._count += 1
        return False
