"""States by structural similarity of the luma planes, as the paper's pipeline finds them."""

from __future__ import annotations

from collections.abc import Iterable

from ... import config
from ...media.frames import Frame
from ..ssim import gaussian_ssim
from .cells import WIDTH
from .reference import find_by_reference
from .state import Timeline

_THRESHOLD = 0.15  # of 1 - SSIM: best on examples/lectures; the paper gives none


def find(frames: Iterable[Frame], settings: config.Keyframes) -> Timeline:
    """The states of a video; a new one begins where 1 - SSIM exceeds the threshold."""
    return find_by_reference(
        frames,
        settings,
        lambda frame: frame.luma(WIDTH),
        lambda a, b: 1 - gaussian_ssim(a, b),
        _THRESHOLD,
    )
