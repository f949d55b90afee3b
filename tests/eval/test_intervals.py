"""Intervals that hold what they promise, over clusters."""

from __future__ import annotations

import numpy as np
import pytest

from vid2book.eval.intervals import area_under_curve, interval, paired_difference, ratio, separation


def clustered(seed: int, videos: int = 40, per: int = 10) -> tuple[np.ndarray, list[int]]:
    """Values around 0 that are alike within a video."""
    draw = np.random.default_rng(seed)
    of_video = draw.normal(0, 1, videos)
    values = np.repeat(of_video, per) + draw.normal(0, 0.3, videos * per)
    return values, [i for i in range(videos) for _ in range(per)]


def test_clustered_intervals_cover_the_truth_and_unclustered_do_not() -> None:
    hits = naive = 0
    for seed in range(150):
        values, videos = clustered(seed)
        found = interval(ratio(values, videos), seed=0, resamples=300)
        hits += found.low < 0 < found.high
        alone = interval(ratio(values, range(len(values))), seed=0, resamples=300)
        naive += alone.low < 0 < alone.high
    assert 0.88 <= hits / 150 <= 0.99
    assert naive / 150 < 0.7


@pytest.mark.parametrize("videos", [6, 12])
def test_intervals_cover_with_few_videos_too(videos: int) -> None:
    hits = 0
    for seed in range(200):
        values = np.random.default_rng(seed).normal(0, 1, videos)
        found = interval(ratio(values, range(videos)), resamples=1000)
        hits += found.low <= 0 <= found.high
    assert 0.9 <= hits / 200 <= 0.99


def test_a_share_weighs_by_its_count() -> None:
    found = interval(ratio([1, 9], ["a", "b"], count=[10, 10]))
    assert found.value == 0.5 and found.n == 20 and found.clusters == 2
    assert 0.1 <= found.low <= found.high <= 0.9


def test_area_under_curve_counts_pairs_and_half_of_ties() -> None:
    scores, right = [1, 2, 2, 3], [False, True, False, True]
    assert area_under_curve(scores, right) == pytest.approx(3.5 / 4)
    draw = np.random.default_rng(0)
    scores, right = draw.integers(0, 9, 60), draw.random(60) < 0.4
    up, down = scores[right][:, None], scores[~right][None, :]
    assert area_under_curve(scores, right) == pytest.approx(
        ((up > down) + 0.5 * (up == down)).mean()
    )
    assert np.isnan(area_under_curve([1.0], [True]))


def test_the_interval_of_an_area_resamples_clusters() -> None:
    draw = np.random.default_rng(1)
    right = np.tile([True, False], 200)
    scores = right + draw.normal(0, 1, 400)
    found = interval(separation(scores, right, np.arange(400) // 10))
    assert found.value == pytest.approx(area_under_curve(scores, right))
    assert 0.03 < found.high - found.low < 0.2 and found.low < found.value < found.high


def test_a_paired_difference_is_sharper_than_two_intervals() -> None:
    values, videos = clustered(3)
    noise = np.random.default_rng(4).normal(0, 0.05, len(values))
    first, second = ratio(values + 0.1 + noise, videos), ratio(values, videos)
    found = paired_difference(first, second)
    assert found.value == pytest.approx(0.1 + noise.mean())
    assert found.excludes_zero and found.high - found.low < 0.1
    alone = interval(first)
    assert alone.high - alone.low > 0.3
    assert not paired_difference(second, second).excludes_zero


def test_only_shared_videos_are_compared() -> None:
    first = ratio([1.0, 5.0, 100.0], ["a", "b", "x"])
    second = ratio([0.0, 0.0, 50.0], ["b", "a", "y"])
    found = paired_difference(first, second)
    assert found.value == 3.0 and found.clusters == 2
    nothing = paired_difference(first, ratio([1.0], ["z"]))
    assert nothing.value is None and nothing.low is None


def test_same_seed_same_numbers() -> None:
    values, videos = clustered(5)
    statistic = ratio(values, videos)
    assert interval(statistic, seed=7) == interval(statistic, seed=7)
    assert interval(statistic, seed=7) != interval(statistic, seed=8)


def test_what_nothing_can_be_estimated_from_is_none() -> None:
    assert interval(ratio([], [])).value is None
    assert interval(ratio([0.0], ["a"], count=[0.0])).value is None
    one = interval(ratio([2.0, 4.0], ["a", "a"]))
    assert one.value == 3.0 and one.low is None and not one.excludes_zero
    with pytest.raises(ValueError, match="2 totals"):
        ratio([1.0, 2.0], ["a"])
