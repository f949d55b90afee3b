"""Where two corpora do not differ, a verdict is rare, whatever kind of measure it is of.

Each kind is simulated as its measures are: values of samples that are alike within a video, videos
of very unequal length, and of the videos often only some with data.
"""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pytest
from numpy.typing import NDArray

from vid2book.eval.estimates import Statistic, ratio, separation
from vid2book.eval.measures.base import Figure
from vid2book.eval.report.compared import compare
from vid2book.eval.report.measuring import MeasuredCorpus, Result

MOST = 0.07
TRIES = [200, pytest.param(1000, marks=pytest.mark.slow)]

Draw = np.random.Generator
Floats = NDArray[np.float64]


def logistic(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)))


def mean(level: Floats, video: NDArray[np.int64], draw: Draw) -> Statistic:
    """A value for each sample, such as its coherence or the lift."""
    return ratio(level[video] + draw.normal(0, 1, len(video)), video.tolist())


def skewed(level: Floats, video: NDArray[np.int64], draw: Draw) -> Statistic:
    """A value with a long tail, such as seconds per sample."""
    return ratio(np.exp(level[video] + draw.normal(0, 0.5, len(video))), video.tolist())


def per_word(level: Floats, video: NDArray[np.int64], draw: Draw) -> Statistic:
    """Counts over words, such as fillers, where lengths differ."""
    words = draw.lognormal(5, 1, len(video)).astype(int) + 1
    return ratio(draw.binomial(words, logistic(level[video] - 3)), video.tolist(), words)


def share(level: Floats, video: NDArray[np.int64], draw: Draw) -> Statistic:
    """A common share, such as recall at 1."""
    images = draw.integers(1, 6, len(video))
    hits = draw.binomial(images, logistic(level[video]))
    return ratio(hits, video.tolist(), images, most=1.0)


def rare(level: Floats, video: NDArray[np.int64], draw: Draw) -> Statistic:
    """A rare share, such as contamination: mostly 0 in both."""
    images = draw.integers(1, 6, len(video))
    hits = draw.binomial(images, logistic(2 * level[video] - 4))
    return ratio(hits, video.tolist(), images, most=1.0)


def area(level: Floats, video: NDArray[np.int64], draw: Draw) -> Statistic:
    """Right pairs against wrong ones, as of images and texts."""
    pairs = np.repeat(video, 3)
    right = np.tile([True, False, False], len(video))
    scores = right * (1 + 0.5 * level[pairs]) + draw.normal(0, 1, len(pairs))
    return separation(scores, right, pairs.tolist())


FIGURE = Figure("simulated", "Simulated", "higher", "unit", "", "")


def measured(name: str, statistic: Statistic, videos: frozenset[Hashable]) -> MeasuredCorpus:
    result = Result(FIGURE, "simulated", statistic, None)
    return MeasuredCorpus(name, len(statistic.clusters), videos, {}, {"simulated": result}, {})


def verdicts(kind: object, videos: int, with_data: int, tries: int, paired: bool) -> float:
    """The share of tries with a verdict, where nothing differs, less two standard errors."""
    found = 0
    tries = tries if videos < 30 else tries // 2
    for seed in range(tries):
        draw = np.random.default_rng((seed, videos, with_data))
        hard = draw.normal(0, 1, videos)
        sides = []
        for place in range(2):
            if not paired:
                hard = draw.normal(0, 1, videos)
            samples = np.repeat(np.arange(with_data), draw.integers(1, 8, with_data))
            statistic = kind(hard + draw.normal(0, 1, videos), samples, draw)  # type: ignore[operator]
            names: frozenset[Hashable] = frozenset(range(videos))
            if not paired:
                names = frozenset((place, name) for name in names)
                own = tuple((place, name) for name in statistic.clusters)
                statistic = type(statistic)(**(vars(statistic) | {"clusters": own}))
            sides.append(measured(f"c{place}", statistic, names))
        (pair,), _ = compare(sides)
        judged = pair.paired if paired else pair.whole
        found += bool(judged and judged["simulated"].verdict)
    return found / tries - 2 * (0.05 * 0.95 / tries) ** 0.5


@pytest.mark.parametrize("kind", [mean, skewed, per_word, share, rare, area])
@pytest.mark.parametrize(
    ("videos", "with_data"), [(5, 2), (5, 3), (5, 5), (8, 8), (20, 5), (30, 30), (100, 100)]
)
@pytest.mark.parametrize("tries", TRIES)
def test_few_verdicts_are_false(kind: object, videos: int, with_data: int, tries: int) -> None:
    assert verdicts(kind, videos, with_data, tries, paired=True) <= MOST


@pytest.mark.parametrize("kind", [mean, skewed, per_word, share, rare, area])
@pytest.mark.parametrize("videos", [5, 12, 40])
@pytest.mark.parametrize("tries", TRIES)
def test_few_verdicts_on_whole_corpora_are_false(kind: object, videos: int, tries: int) -> None:
    assert verdicts(kind, videos, videos, tries, paired=False) <= MOST
