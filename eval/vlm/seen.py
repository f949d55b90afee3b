"""How much of a picture a processor lets the model see.

CLIP's cuts out the middle square of a picture: 56% of a 16:9 slide, without its left and right
edges. LLaVA's own code pads the picture to a square instead.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

from PIL import Image

from .calls import process
from .writing import Writing

_SLIDE = (1280, 720)
_EDGE = 1 / 32
"""A smaller share of a side is not measured: tiny models see a slide in that many pixels."""


class VisibleArea(NamedTuple):
    """The shares of the width and height of a 16:9 picture that reach the model."""

    width: float
    height: float

    @property
    def whole(self) -> bool:
        return self.width == self.height == 1

    def __str__(self) -> str:
        if self.whole:
            return "all"
        return f"{self.width:.0%} of the width and {self.height:.0%} of the height"


def visible_area(processor: Any, writing: Writing) -> VisibleArea:
    """Cover a white picture with black from each side, and find where pixels begin to change."""
    cropped = _crop_finder(processor, writing)
    sides = [1 - cropped("left") - cropped("right"), 1 - cropped("top") - cropped("bottom")]
    return VisibleArea(*(max(side, 0.0) for side in sides))


def padded_to_square(processor: Any) -> Any:
    """The processor, with LLaVA's padding if it would cut out the middle."""
    from transformers import LlavaImageProcessor

    images = processor.image_processor
    if not getattr(images, "do_center_crop", False) or getattr(images, "do_pad", False):
        return processor
    settings = images.to_dict()
    for name in ("image_processor_type", "feature_extractor_type", "processor_class"):
        settings.pop(name, None)
    padding = copy.copy(processor)
    padding.image_processor = LlavaImageProcessor(**settings | {"do_pad": True})
    return padding


def _crop_finder(processor: Any, writing: Writing) -> Callable[[str], float]:
    """A function that returns the share of the picture that is cut off at a side."""
    white, black = (Image.new("RGB", _SLIDE, colour) for colour in ("white", "black"))

    def pixels(picture: Image.Image) -> list[Any]:
        inputs = process(processor, [writing.placeholder], [[picture]], begin=writing.begin)
        return [value for value in inputs.values() if value.is_floating_point()]

    def difference(first: list[Any], second: list[Any]) -> float:
        return max(float((a - b).abs().max()) for a, b in zip(first, second, strict=True))

    uncovered = pixels(white)
    visible = difference(uncovered, pixels(black)) / 4

    def shows(side: str, share: float) -> bool:
        picture = white.copy()
        picture.paste("black", _strip(side, share))
        return difference(uncovered, pixels(picture)) > visible

    def cropped(side: str) -> float:
        if shows(side, _EDGE):
            return 0.0
        low, high = _EDGE, 1.0
        while high - low > 1 / 512:
            middle = (low + high) / 2
            low, high = (low, middle) if shows(side, middle) else (middle, high)
        return (low + high) / 2

    return cropped


def _strip(side: str, share: float) -> tuple[int, int, int, int]:
    width, height = _SLIDE
    across, down = round(share * width), round(share * height)
    return {
        "left": (0, 0, across, height),
        "right": (width - across, 0, width, height),
        "top": (0, 0, width, down),
        "bottom": (0, height - down, width, height),
    }[side]
