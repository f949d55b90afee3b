"""How a measure is declared.

A measure is a class in a file of its own: it is made again for each corpus (with the `Tools`), is
shown each sample once, and then says what it found. To add one, write the file and add the class to
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
    """One number of the report, and what a reader must know of it.

    Attributes:
        name: the key in metrics.json.
        title: for a person.
        better: which direction is good; "neither" describes a corpus without judging it.
        unit: of the value.
        source: the paper or the definition that it comes from.
        blind: what it cannot see.
        minor: a part of another figure, which the report's table leaves out.
        counted: what its `n` counts, in the singular.
    """

    name: str
    title: str
    better: Literal["higher", "lower", "neither"]
    unit: str
    source: str
    blind: str
    minor: bool = False
    counted: str = "sample"

    @property
    def is_share(self) -> bool:
        """Whether it lies between 0 and 1 for each observation."""
        return self.unit.startswith("share") or self.unit.endswith("0 to 1")

    @property
    def limits(self) -> tuple[float, float] | None:
        """The least and the most that it can be, where that follows from its unit."""
        if self.is_share:
            return 0.0, 1.0
        if self.better == "neither":  # counts and sizes
            return 0.0, math.inf
        return (-1.0, 1.0) if self.unit == "-1 to 1" else None


@dataclass
class PerSample:
    """A mean or a share: sum of `total` over sum of `count`, one entry for each sample seen."""

    scorer: str
    total: list[float] = field(default_factory=list)
    count: list[float] = field(default_factory=list)

    def add(self, total: float, count: float) -> None:
        self.total.append(total if count else 0.0)  # a sample that does not count adds nothing
        self.count.append(count)


@dataclass
class PerPair:
    """Scores of right and wrong pairs, for the area under the ROC curve.

    `sample` is the position, in the order seen, of the sample that each pair belongs to.
    """

    scorer: str
    scores: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    sample: list[int] = field(default_factory=list)


@dataclass
class PerVideo:
    """A mean or a share, counted video by video and not by the samples that were seen."""

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
    """A sample that should not be trained on. `vid2book remove --overlaps` takes it out."""

    id: str
    video_id: str
    reason: str
    score: float | None = None  # share of a question's runs that it holds
    threshold: float | None = None


Found = PerSample | PerPair | PerVideo | Absent


class Measure(ABC):
    """A measure of one corpus; see the module."""

    figures: ClassVar[tuple[Figure, ...]]

    @abstractmethod
    def __init__(self, tools: Tools) -> None: ...

    def of_corpus(self, corpus: InterleavedCorpus) -> None:  # noqa: B027 - few measures need it
        """Look at what stands beside the samples, before they are shown."""

    @abstractmethod
    def see(self, sample: SampleWithImages) -> None:
        """Take in a sample. Its pictures are gone afterwards, so keep only what is small."""

    @abstractmethod
    def finish(self) -> Mapping[str, Found]:
        """What was found, by the name of the figure; a figure for each that is declared."""

    def overlaps(self) -> Sequence[Overlap]:
        """The samples that hold something of a benchmark."""
        return ()

    def details(self) -> Mapping[str, Mapping[str, int]]:
        """Counts to be shown beside the figures, such as how many samples have which licence."""
        return {}


class EachSample(Measure):
    """A measure that looks at each sample by itself."""

    scorer: str = "counted"

    def __init__(self, tools: Tools) -> None:
        self._found: dict[str, PerSample] = defaultdict(lambda: PerSample(self.scorer))

    @abstractmethod
    def rate(self, sample: SampleWithImages) -> Mapping[str, tuple[float, float]]:
        """Total and count for each figure; (0, 0) where the sample tells nothing of it."""

    def see(self, sample: SampleWithImages) -> None:
        rated = self.rate(sample)
        for figure in self.figures:
            self._found[figure.name].add(*rated[figure.name])

    def finish(self) -> Mapping[str, Found]:
        return {figure.name: self._found[figure.name] for figure in self.figures}
