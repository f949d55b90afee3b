"""What concerns the corpus as a whole."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from .base import Section, Share, Switchable


class Reduce(Switchable):
    """Duplicates across the videos of a corpus."""

    phash_distance: int = Field(
        6,
        ge=0,
        le=64,
        description="two pictures of different videos count as the same if their 64-bit "
        "perceptual hashes differ in at most this many bits",
    )
    min_same_words: Share = Field(
        0.7,
        description="and if they share at least this part of their words, for slides of one design "
        "look alike",
    )
    min_same_card: Share = Field(
        0.5,
        description="two last pictures count as one end card, whatever titles they bear, if they "
        "share at least this part of what is drawn",
    )
    min_same_speech: Share = Field(
        0.6,
        description="two videos count as the same if they share at least this part of their "
        "three-word phrases, and `min_same_pictures`; the first in the manifest stays",
    )
    min_same_pictures: Share = Field(
        0.5, description="part of one video's pictures that the other must show, too"
    )
    deny: tuple[str, ...] = Field(
        (), description="ids of videos to remove, with everything made from them"
    )


class Privacy(Section):
    """What could tell who somebody is."""

    faces: Literal["keep", "blur", "drop"] = Field(
        "keep", description="blur faces in the stored pictures, or drop the pictures that show any"
    )
    mask: bool = Field(
        False,
        description="replace e-mail addresses and phone numbers in the manifest's texts, in speech "
        "and in on-screen text before anything is stored; pictures stay as they are",
    )


class Interleave(Section):
    """How paragraphs and pictures are cut into samples."""

    max_tokens: int = Field(
        4096, ge=256, description="tokens a sample may hold; an image counts as 576"
    )
    max_row_bytes: int = Field(
        2_000_000,
        ge=100_000,
        description="bytes of images that a row may hold; a longer sample is cut",
    )


class Clips(Section):
    """The table `clips`: the video of each paragraph, for training on video."""

    enabled: bool = Field(
        False, description="write a clip of H.264 and AAC for each paragraph that is kept"
    )
    max_height: int = Field(
        480, ge=64, le=4320, description="of the picture, in pixels; a smaller one is not enlarged"
    )
    rate: float = Field(15.0, ge=1, le=60, description="frames per second")
    max_kbps: int = Field(
        400, ge=50, description="kilobits per second at most; a still screen takes far less"
    )
    max_duration: float = Field(
        30.0, ge=1, le=600, description="seconds; a longer paragraph is cut off here"
    )


class Splits(Section):
    """The splits of the corpus, where the manifest has no column `split`."""

    ratios: dict[str, Annotated[float, Field(gt=0, le=1)]] = Field(
        {"train": 1.0},
        description="share of the videos in each split, adding up to 1. A video's split follows "
        "from its id alone, so adding videos later moves none",
    )

    @field_validator("ratios")
    @classmethod
    def _whole(cls, ratios: dict[str, float]) -> dict[str, float]:
        if abs(sum(ratios.values()) - 1) > 1e-6:
            raise ValueError(f"the ratios must add up to 1, not {sum(ratios.values()):g}")
        return ratios
