"""What concerns the corpus as a whole."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from .base import Section, Share, Switchable


class Reduce(Switchable):
    """What only shows when the whole corpus is seen."""

    phash_distance: int = Field(
        6,
        ge=0,
        le=64,
        description="pictures of different videos whose "
        "64-bit perceptual hashes differ in at most this many bits are one",
    )
    min_same_speech: Share = Field(
        0.6,
        description="share of three-word phrases that two videos must have in common to be one; "
        "the first in the manifest stays",
    )
    min_same_pictures: Share = Field(
        0.5, description="and share of the pictures of one that the other must show too"
    )
    deny: tuple[str, ...] = Field((), description="video ids removed with all that came from them")


class Privacy(Section):
    """What tells who somebody is."""

    faces: Literal["keep", "blur", "drop"] = Field(
        "keep", description="blur faces in the stored pictures, or drop the pictures that show one"
    )
    mask: bool = Field(
        False,
        description="replace e-mail addresses and phone numbers in the manifest's texts, in speech "
        "and in on-screen text before anything is stored; pictures stay as they are",
    )


class Interleave(Section):
    """Clips and keyframes cut into samples."""

    max_tokens: int = Field(4096, ge=256, description="a sample's budget; an image counts 576")
    max_row_bytes: int = Field(2_000_000, ge=100_000, description="safety net on a row's images")


class Clips(Section):
    """The table `clips`: the video of each paragraph, for those who train on video."""

    enabled: bool = Field(
        False, description="cut the video of each paragraph that stays, as H.264 and AAC"
    )
    max_height: int = Field(480, ge=64, le=4320, description="of the picture; never enlarged")
    rate: float = Field(15.0, ge=1, le=60, description="pictures a second")
    max_kbps: int = Field(
        400, ge=50, description="kilobits a second at most; a screen that stands takes far less"
    )
    max_duration: float = Field(
        30.0, ge=1, le=600, description="seconds; of a longer paragraph the rest is not shown"
    )


class Splits(Section):
    """The splits of the corpus, where the manifest has no column `split`."""

    ratios: dict[str, Annotated[float, Field(gt=0, le=1)]] = Field(
        {"train": 1.0},
        description="share of the videos in each split, 1 in all; a video's place follows from its "
        "id alone, so that others added later do not move it",
    )

    @field_validator("ratios")
    @classmethod
    def _whole(cls, ratios: dict[str, float]) -> dict[str, float]:
        if abs(sum(ratios.values()) - 1) > 1e-6:
            raise ValueError(f"the ratios must add up to 1, not {sum(ratios.values()):g}")
        return ratios
