"""States by the cosine distance of CLIP embeddings."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from ... import config
from ...media.frames import Frame
from .reference import find_by_reference
from .state import Timeline

_THRESHOLD = 0.1  # of 1 - cosine; set by eye, as no weights were available to measure it
_SIDE = 336  # longer side of the model's input, pixels: no CLIP of common size sees more

ImageEmbed = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def find(frames: Iterable[Frame], settings: config.Keyframes, image_embed: ImageEmbed) -> Timeline:
    """The states of a video; a new one begins where 1 - cosine exceeds the threshold.

    Args:
        image_embed: maps an RGB image (H x W x 3, uint8) to a vector of length 1.
    """
    return find_by_reference(
        frames,
        settings,
        lambda frame: image_embed(frame.rgb(_SIDE)),
        lambda a, b: 1 - float(a @ b),
        _THRESHOLD,
    )
