"""Coherence: whether the order of the images means something."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..intervals import area_under_curve
from ..seen import SampleWithImages
from ..tools import Tools
from .base import Figure, Measure, Measurement, PerSample

_SAME = 0.98  # SSIM above which a neighbour is the same picture again


class Coherence(Measure):
    """How often an adjacent pair of images is more alike than another pair of the same sample.

    Near-identical neighbours are first merged into one image: otherwise, a corpus that shows every
    picture twice would be the most coherent.
    """

    figures = (
        Figure("coherence", "Image coherence: neighbours are more alike than others of the sample",
               "higher", "share, 0.5 by chance", "own definition", "order that goes by meaning and "
               "not by looks; samples of fewer than three different images",
               counted="neighbouring pair"),
    )  # fmt: skip

    def __init__(self, tools: Tools) -> None:
        how = f"cosine by {tools.open_clip.name}" if tools.open_clip else "SSIM of grey images"
        self._result = PerSample(f"{how}; neighbours above {_SAME} SSIM are one")

    def see(self, sample: SampleWithImages) -> None:
        kept = distinct(sample.ssims)
        alike = sample.ssims if sample.vectors is None else sample.vectors @ sample.vectors.T
        first, second = np.triu_indices(len(kept), 1)
        values = alike[np.ix_(kept, kept)][first, second]
        usable = np.isfinite(values)
        adjacent = (second - first == 1)[usable]
        weight = int(adjacent.sum())
        if weight == 0 or weight == len(adjacent):
            self._result.add(0, 0)
        else:
            self._result.add(weight * area_under_curve(values[usable], adjacent), weight)

    def finish(self) -> Mapping[str, Measurement]:
        return {"coherence": self._result}


def distinct(ssims: NDArray[np.float64]) -> list[int]:
    """Positions of pictures that differ from the last one that was kept."""
    kept: list[int] = []
    for i in range(len(ssims)):
        if not kept or not ssims[kept[-1], i] > _SAME:
            kept.append(i)
    return kept
