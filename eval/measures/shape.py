"""Shape: counts and sizes, which describe a corpus and do not judge it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal

from ..seen import SampleWithImages
from ..tools import Tools
from .base import EachSample, Figure

_NEITHER: Literal["neither"] = "neither"
_OWN = "counted; no source"
_TOKENS = "Llama 2 tokens"  # like `text_num` in a corpus built by vid2book


class Shape(EachSample):
    """Images, tokens and seconds per sample, size of the images, languages, licences."""

    figures = (
        Figure("images_per_sample", "Images per sample", _NEITHER, "images", _OWN,
               "whether the images are worth anything"),
        Figure("tokens_per_sample", "Text tokens per sample", _NEITHER, _TOKENS, _OWN,
               "whether the text says anything; other tokenizers count otherwise"),
        Figure("tokens_per_image", "Text tokens per image", _NEITHER, _TOKENS, _OWN,
               "where in the sample the text stands", counted="image"),
        Figure("seconds_per_sample", "Span of the video that a sample covers", _NEITHER, "s", _OWN,
               "samples without times, which web corpora have"),
        Figure("image_megapixels", "Size of an image", _NEITHER, "megapixels", _OWN,
               "sharpness: an enlarged image counts as a large one", counted="image"),
        Figure("undecodable_image_share", "Images that cannot be decoded", "lower", "share", _OWN,
               "images that decode and show nothing", counted="image"),
    )  # fmt: skip

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._count_tokens = tools.count_tokens
        self._languages: Counter[str] = Counter()
        self._licenses: Counter[str] = Counter()

    def rate(self, sample: SampleWithImages) -> Mapping[str, tuple[float, float]]:
        record = sample.record
        self._languages[record.language or "unknown"] += 1
        self._licenses[record.license or "unknown"] += 1
        images = sample.image_num
        tokens = sum(self._count_tokens(text) for text in record.texts if text)
        times = [t for e in record.elements if e for t in (e.clip_start, e.clip_end)]
        pixels = sum(picture.width * picture.height for picture in sample.pictures)
        return {
            "images_per_sample": (images, 1),
            "tokens_per_sample": (tokens, 1),
            "tokens_per_image": (tokens, images),
            "seconds_per_sample": (max(times) - min(times), 1) if times else (0, 0),
            "image_megapixels": (pixels / 1e6, len(sample.pictures)),
            "undecodable_image_share": (images - len(sample.pictures), images),
        }

    def details(self) -> Mapping[str, Mapping[str, int]]:
        return {"languages": dict(self._languages), "licenses": dict(self._licenses)}
