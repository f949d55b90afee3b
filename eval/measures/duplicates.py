"""Duplicates: how much of a corpus repeats earlier texts or images.

Samples count in the order of their ids, so the figures do not depend on the order of reading.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Generic, Literal, TypeVar

from vid2book.assemble.minhash import Index, Signature, minhash
from vid2book.words import words

from ..lookalikes import Look, Lookalikes
from ..seen import SampleWithImages
from ..tools import Tools
from .base import Figure, Measure, Measurement, PerSample

T = TypeVar("T")

_SHINGLE = 5  # words; shorter texts, such as "Thank you.", do not count as duplicates
_ALIKE = 0.8  # Jaccard similarity of the shingles
_HASHES = 256  # the standard error of a similarity of 0.8 is then 0.025
_BANDS = 32  # of 8 numbers: texts with a similarity of 0.8 meet with a probability of 0.997

_LOWER: Literal["lower"] = "lower"


class _Repeats(Measure, Generic[T]):
    """Keeps what each sample's parts are recognised by, and compares them at the end."""

    scorer: str

    def __init__(self, tools: Tools) -> None:
        self._seen: list[tuple[tuple[str, str], list[T]]] = []

    @abstractmethod
    def parts(self, sample: SampleWithImages) -> list[T]:
        """What can be a repetition."""

    @abstractmethod
    def rate(self, parts: list[T]) -> Mapping[str, tuple[float, float]]:
        """Total and count for each figure, of a sample after those that it is called for before."""

    def see(self, sample: SampleWithImages) -> None:
        self._seen.append((sample.record.key, self.parts(sample)))

    def finish(self) -> Mapping[str, Measurement]:
        order = sorted(range(len(self._seen)), key=lambda n: self._seen[n][0])
        rated = {n: self.rate(self._seen[n][1]) for n in order}
        results = {figure.name: PerSample(self.scorer) for figure in self.figures}
        for n in range(len(order)):
            for name, result in results.items():
                result.add(*rated[n][name])
        return results


class DuplicateImages(_Repeats[Look]):
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

    def parts(self, sample: SampleWithImages) -> list[Look]:
        return [Look.of(picture) for picture in sample.pictures]

    def rate(self, parts: list[Look]) -> dict[str, tuple[float, float]]:
        repeated = within = 0
        numbers: set[int] = set()
        for look in parts:
            number = self._known.find(look)
            if number is None:
                numbers.add(self._known.add(look))
                continue
            repeated += 1
            within += number in numbers
            numbers.add(number)
        return {
            "duplicate_image_share": (repeated, len(parts)),
            "duplicate_image_share_within": (within, len(parts)),
        }


class DuplicateTexts(_Repeats[Signature]):
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

    def parts(self, sample: SampleWithImages) -> list[Signature]:
        texts = (words(text.lower()) for text in sample.record.texts if text)
        return [minhash(text, _SHINGLE, _HASHES) for text in texts if len(text) >= _SHINGLE]

    def rate(self, parts: list[Signature]) -> dict[str, tuple[float, float]]:
        return {"duplicate_text_share": (sum(map(self._is_known, parts)), len(parts))}

    def _is_known(self, signature: Signature) -> bool:
        """Whether an earlier text is alike; if none is, this one is added."""
        if self._known.matches(signature, _ALIKE):
            return True
        self._known.add(self._count, signature)
        self._count += 1
        return False
