"""The sections that concern the corpus as a whole."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from .base import Bits, Section, Share, Switchable, Unit


class Reduce(Switchable):
    """Removes videos and pictures that an earlier video of the corpus already has."""

    phash_distance: Bits = Field(
        6,
        description="Two pictures of different videos are the same if their 64-bit perceptual "
        "hashes differ in no more bits than this, and they share `min_same_words`.",
    )
    min_same_words: Share = Field(
        0.7,
        description="Share of the words on either picture that must stand on both for the two to "
        "be the same. Slides of one design have similar hashes and differ in their words. Pictures "
        "that are not read (`read.enabled: false`) are the same only if their files are.",
    )
    card_distance: Bits = Field(
        10,
        description="The last pictures of two videos may be one end card if their perceptual "
        "hashes differ in no more bits than this. More than `phash_distance`, because the title of "
        "the next video may stand on the card.",
    )
    min_same_card_words: Share = Field(
        0.25,
        description="Share of the words on either end card that must stand on both.",
    )
    min_same_card: Share = Field(
        0.5,
        description="Share of what is drawn on either end card that must be on both.",
    )
    min_same_speech: Share = Field(
        0.6,
        description="Two videos are duplicates if they share at least this much of their "
        "three-word phrases, and `min_same_pictures`. The first one in the manifest is kept.",
    )
    min_same_pictures: Share = Field(
        0.5,
        description="Share of a video's pictures that the other video must show as well.",
    )
    min_phrases: Annotated[int, Unit("phrases of three words")] = Field(
        20,
        ge=1,
        description="The speech of a video with fewer different phrases is not compared, since "
        "short speech says too little.",
    )
    deny: tuple[str, ...] = Field(
        (),
        description="Ids of videos to remove from the corpus, with everything made from them.",
    )


class Privacy(Section):
    """Hides faces, e-mail addresses and phone numbers."""

    faces: Literal["keep", "blur", "drop"] = Field(
        "keep",
        description="What to do with faces in the stored pictures: keep them, blur them, or drop "
        "the pictures that show any.",
    )
    min_face: Annotated[float, Unit("share of the picture's height")] = Field(
        0.04,
        gt=0,
        le=1,
        description="Smaller faces are left as they are, because nobody is recognised by them.",
    )
    mask: bool = Field(
        False,
        description="Replace e-mail addresses and phone numbers in the manifest's texts, in speech "
        "and in on-screen text before anything is stored. Pictures stay as they are.",
    )


class Interleave(Section):
    """Cuts paragraphs and pictures into samples."""

    max_tokens: Annotated[int, Unit("tokens")] = Field(
        4096, ge=256, description="Tokens that a sample may have. An image counts as 576."
    )
    max_row_bytes: Annotated[int, Unit("bytes")] = Field(
        2_000_000,
        ge=100_000,
        description="Size of the images in a sample. A sample with more is cut in two.",
    )
    min_same_line: Share = Field(
        0.9,
        description="Two lines of on-screen text are the same, and appear once, if at least this "
        "share of their characters agrees. OCR does not always read a line the same way.",
    )


class Clips(Section):
    """The table `clips`: the video of each paragraph, for training on video."""

    enabled: bool = Field(
        False, description="Write a clip in H.264 and AAC for each paragraph that is kept."
    )
    max_height: Annotated[int, Unit("pixels")] = Field(
        480,
        ge=64,
        le=4320,
        description="Height of the picture. A smaller picture is not enlarged.",
    )
    rate: Annotated[float, Unit("frames per second")] = Field(
        15.0, ge=1, le=60, description="Frame rate of the clips."
    )
    max_kbps: Annotated[int, Unit("kilobits per second")] = Field(
        400, ge=50, description="Highest bit rate. A still screen needs far less."
    )
    max_duration: Annotated[float, Unit("seconds")] = Field(
        30.0, ge=1, le=600, description="The clip of a longer paragraph ends here."
    )


class Splits(Section):
    """The splits of the corpus, for manifests without a column `split`."""

    ratios: dict[str, Annotated[float, Field(gt=0, le=1), Unit("share of the videos")]] = Field(
        {"train": 1.0},
        description="Share of the videos in each split; the shares add up to 1. A video's split "
        "follows from its id alone, so that adding videos later moves none.",
    )

    @field_validator("ratios")
    @classmethod
    def _whole(cls, ratios: dict[str, float]) -> dict[str, float]:
        if abs(sum(ratios.values()) - 1) > 1e-6:
            raise ValueError(f"the ratios must add up to 1, not {sum(ratios.values()):g}")
        return ratios
