"""In-sample image similarity (InSI-SIM) of "2.5 Years in Class" (arXiv 2501.00958, section 4).

Plain: for each sample, the mean of ((cos CLIP + 1) / 2 + SSIM) / 2 over all pairs of its images.

As released: the authors' scripts apply (x + 1) / 2 a second time, to the sum over pairs; count the
SSIM of a sample as 0 if a pair failed; leave out samples in which an image could not be embedded;
and report samples of 4 to 11 images. This version can be compared with published figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from ..seen import SampleWithImages
from ..tools import Tools
from .base import Absent, Figure, Measure, Measurement, PerSample

_PLAIN = (4, 5, 6, 7, 8)  # numbers of images for which the paper has its own figures
_RELEASED = range(4, 12)
_LEAST, _MOST = -0.5, 0.8  # as released: all SSIM -1 and cosines -1; all 1, with six pairs
_HIGHER: Literal["higher"] = "higher"
_PAPER = "arXiv 2501.00958, section 4; InSI-SIM"
_BLIND = (
    "whether the content is similar: frames of one talking head score high, and so does a slide "
    "shown twice"
)
_RESIZE = "SSIM of grey images, the second resized to the first"


class InSampleSimilarity(Measure):
    """Plain, by number of images, and as released; the SSIM half under its own name."""

    figures = (
        Figure("insi_sim", "Similarity of the images of a sample (InSI-SIM)", _HIGHER, "0 to 1",
               _PAPER, _BLIND),
        *(Figure(f"insi_sim_{n}", f"InSI-SIM of samples with {n} images", _HIGHER, "0 to 1",
                 _PAPER, _BLIND, minor=True) for n in _PLAIN),
        Figure("insi_sim_as_released", "InSI-SIM as the released scripts have it, 4 to 11 images",
               _HIGHER, "script's scale", _PAPER, _BLIND + "; the value falls as samples grow",
               least=_LEAST, most=_MOST),
        *(Figure(f"insi_sim_as_released_{n}", f"InSI-SIM as released, samples with {n} images",
                 _HIGHER, "script's scale", _PAPER, _BLIND, minor=True, least=_LEAST, most=_MOST)
          for n in _RELEASED),
        Figure("in_sample_ssim", "Similarity of the images of a sample, SSIM only", _HIGHER,
               "-1 to 1", "Wang et al. 2004", _BLIND, least=-1.0, most=1.0),
    )  # fmt: skip

    def __init__(self, tools: Tools) -> None:
        self._open_clip = tools.open_clip
        both = f"{tools.open_clip.name}; {_RESIZE}" if tools.open_clip else ""
        self._results = {figure.name: PerSample(both) for figure in self.figures}
        self._results["in_sample_ssim"] = PerSample(_RESIZE)

    def see(self, sample: SampleWithImages) -> None:
        pairs = np.triu_indices(len(sample.pictures), 1)
        ssims = sample.ssims[pairs]
        usable = np.isfinite(ssims)
        any_usable = bool(usable.any())
        results = self._results
        results["in_sample_ssim"].add(
            float(ssims[usable].mean()) if any_usable else 0.0, any_usable
        )
        if sample.vectors is None:
            return
        cosines = ((sample.vectors @ sample.vectors.T)[pairs] + 1) / 2
        value = float((cosines[usable] + ssims[usable]).mean() / 2) if any_usable else 0.0
        results["insi_sim"].add(value, any_usable)
        for number in _PLAIN:
            results[f"insi_sim_{number}"].add(value, any_usable and len(sample.pictures) == number)
        complete = len(sample.pictures) == sample.image_num and sample.image_num in _RELEASED
        value = as_released(cosines, ssims) if complete else 0.0
        results["insi_sim_as_released"].add(value, complete)
        for number in _RELEASED:
            counts = complete and sample.image_num == number
            results[f"insi_sim_as_released_{number}"].add(value, counts)

    def finish(self) -> Mapping[str, Measurement]:
        if self._open_clip is not None:
            return self._results
        why = Absent("no CLIP weights; name a model with --clip-model and --clip-weights")
        absent: dict[str, Measurement] = {figure.name: why for figure in self.figures}
        return absent | {"in_sample_ssim": self._results["in_sample_ssim"]}


def as_released(
    cosines: np.typing.NDArray[np.floating], ssims: np.typing.NDArray[np.floating]
) -> float:
    """A sample's score by the released scripts.

    Args:
        cosines: (cos + 1) / 2 of each pair of images.
        ssims: of each pair; NaN if it failed.
    """
    structural = float(ssims.sum()) if np.isfinite(ssims).all() else 0.0
    return (structural + (float(cosines.sum()) + 1) / 2) / 2 / len(ssims)
