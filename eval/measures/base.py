"""How a measure is declared.

A measure is a class in a file of its own. It is created anew for each corpus (with the `Tools`),
sees each sample once, and then returns its results. To add one, write the file and add the class to
`MEASURES` in `__init__.py`.

    class Words(EachSample):
        figures = (Figure("words", "Words per sample", "neither", "words", source, blind),)

        def rate(self, sample):
            return {"words": (len(sample.text.split()), 1)}
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from ..corpora import InterleavedCorpus
from ..seen import SampleWithImages
from ..tools import Tools


@dataclass(frozen=True)
class Figure:
    """One number of the report, and what a reader must know about it.

    Attributes:
        name: the key in metrics.json.
        title: its name for a reader.
        better: which direction is good; "neither" describes a corpus without judging it.
        unit: of the value.
        source: the paper or definition that it comes from.
        blind: what it cannot see.
        minor: it breaks another figure down, and stands in no table unless it is asked for by name.
        counted: what its `n` counts, in the singular.
        least: the smallest value that it can have.
        most: the greatest; 1 for whatever its unit calls a share or "0 to 1".
    """

    name: str
    title: str
    better: Literal["higher", "lower", "neither"]
    unit: str
    source: str
    blind: str
    minor: bool = False
    counted: str = "sample"
    least: float = 0.0
    most: float = math.inf

    @property
    def is_share(self) -> bool:
        """Whether every observation lies between 0 and 1."""
        return self.unit.startswith("share") or self.unit.endswith("0 to 1")

    @property
    def limits(self) -> tuple[float, float]:
        """The smallest and the greatest possible value."""
        return self.least, 1.0 if self.is_share else self.most

    @property
    def width(self) -> float:
        """The greatest possible difference of two values."""
        least, most = self.limits
        return most - least


@dataclass
class PerSample:
    """A mean or a share: sum of `total` over sum of `count`, with one entry per sample."""

    scorer: str
    total: list[float] = field(default_factory=list)
    count: list[float] = field(default_factory=list)

    def add(self, total: float, count: float) -> None:
        self.total.append(total if count else 0.0)  # a sample that does not count adds nothing
        self.count.append(count)


@dataclass
class PerPair:
    """Scores of right and wrong pairs, for the area under the ROC curve.

    `sample` is the index, in order of reading, of the sample that each pair belongs to.
    """

    scorer: str
    scores: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    sample: list[int] = field(default_factory=list)


@dataclass
class PerVideo:
    """A mean or a share, counted by video instead of by sample."""

    scorer: str
    videos: list[str] = field(default_factory=list)
    total: list[float] = field(default_factory=list)
    count: list[float] = field(default_factory=list)

    def add(self, video: str, total: float, count: float) -> None:
        self.videos.append(video)
        self.total.append(total if count else 0.0)
        self.count.append(count)


@dataclass(frozen=True)
class Absent:
    """A figure that could not be computed, and why; its value is null."""

    reason: str


@dataclass(frozen=True)
class Overlap:
    """A sample that should not be trained on. `vid2book remove --overlaps` removes it."""

    id: str
    video_id: str
    reason: str
    score: float | None = None  # share of a question's runs that it contains
    threshold: float | None = None


Measurement = PerSample | PerPair | PerVideo | Absent


def sorted_by(order: Sequence[int], result: Measurement) -> Measurement:
    """A result whose samples, or videos, stand in an order that does not come from reading.

    Sums of floats depend on their order in the last bits, so equal corpora need an equal one.

    Args:
        order: the indices of the samples, in the new order.
    """
    match result:
        case PerSample(scorer, total, count):
            return PerSample(scorer, [total[n] for n in order], [count[n] for n in order])
        case PerPair(scorer, scores, right, sample):
            place = {n: i for i, n in enumerate(order)}
            pairs = sorted(range(len(sample)), key=lambda i: place[sample[i]])
            return PerPair(
                scorer,
                [scores[i] for i in pairs],
                [right[i] for i in pairs],
                [place[sample[i]] for i in pairs],
            )
        case PerVideo(scorer, videos, total, count):
            rows = sorted(zip(videos, total, count, strict=True))
            return PerVideo(scorer, *(list(column) for column in zip(*rows, strict=True)))
        case Absent():
            return result


class Measure(ABC):
    """A measure of one corpus; see the module docstring."""

    figures: ClassVar[tuple[Figure, ...]]

    @abstractmethod
    def __init__(self, tools: Tools) -> None: ...

    def of_corpus(self, corpus: InterleavedCorpus) -> None:  # noqa: B027 - few measures need it
        """Look at the tables beside the samples, before any sample is seen."""

    @abstractmethod
    def see(self, sample: SampleWithImages) -> None:
        """Look at a sample. Keep only what is small: its pictures are freed afterwards."""

    @abstractmethod
    def finish(self) -> Mapping[str, Measurement]:
        """The results by name of the figure, one for each declared figure."""

    def overlaps(self) -> Sequence[Overlap]:
        """The samples that contain a question or an image of a benchmark."""
        return ()

    def details(self) -> Mapping[str, Mapping[str, int]]:
        """Counts to show beside the figures, such as the number of samples by licence."""
        return {}


class EachSample(Measure):
    """A measure that looks at each sample by itself."""

    scorer: str = "counted"

    def __init__(self, tools: Tools) -> None:
        self._results: dict[str, PerSample] = defaultdict(lambda: PerSample(self.scorer))

    @abstractmethod
    def rate(self, sample: SampleWithImages) -> Mapping[str, tuple[float, float]]:
        """Total and count for each figure; (0, 0) if the sample says nothing about it."""

    def see(self, sample: SampleWithImages) -> None:
        rated = self.rate(sample)
        for figure in self.figures:
            self._results[figure.name].add(*rated[figure.name])

    def finish(self) -> Mapping[str, Measurement]:
        return {figure.name: self._results[figure.name] for figure in self.figures}
