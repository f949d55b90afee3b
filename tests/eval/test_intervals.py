"""Intervals that hold what they promise, over clusters."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from vid2book.eval.estimates import area_under_curve, ratio, separation
from vid2book.eval.intervals import (
    adjusted,
    detectable,
    difference,
    interval,
    paired_difference,
    with_width,
)


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
        found = interval(ratio(values, videos))
        hits += found.low < 0 < found.high
        alone = interval(ratio(values, range(len(values))))
        naive += alone.low < 0 < alone.high
    assert 0.88 <= hits / 150 <= 0.99
    assert naive / 150 < 0.7


@pytest.mark.parametrize("videos", [6, 12])
def test_intervals_cover_with_few_videos_too(videos: int) -> None:
    hits = 0
    for seed in range(200):
        values = np.random.default_rng(seed).normal(0, 1, videos)
        found = interval(ratio(values, range(videos)))
        hits += found.low <= 0 <= found.high
    assert 0.9 <= hits / 200 <= 0.99


def test_a_share_weighs_by_its_count() -> None:
    found = interval(ratio([1, 9], ["a", "b"], count=[10, 10], most=1.0))
    assert found.value == 0.5 and found.n == 20 and found.clusters == 2
    assert 0 <= found.low < 0.1 and 0.9 < found.high <= 1  # two videos tell little


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


def test_only_videos_with_data_count() -> None:
    """Two of five videos have any: what the others lack must not make the interval narrow."""
    videos = ["a", "b", "c", "d", "e"]
    has = [1.0, 1.0, 0.0, 0.0, 0.0]
    first, second = ratio([2.0, 3.0, 0, 0, 0], videos, has), ratio([1.0, 1.0, 0, 0, 0], videos, has)
    assert interval(first).clusters == 2
    found = paired_difference(first, second)
    assert found.clusters == 2 and not found.excludes_zero
    half = ratio([2.0, 3.0], ["a", "e"])
    assert paired_difference(half, second).clusters == 1  # e has data in one alone
    assert difference(half, second).clusters == 2


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_none_or_all_is_no_point(share: float) -> None:
    found = interval(ratio([share] * 60, [i // 10 for i in range(60)], most=1.0))
    # Wilson's interval of 0 in 6, since a seventh video can be otherwise as a whole.
    assert (found.low, found.high) == pytest.approx(
        (0.0, 0.390) if share == 0 else (0.610, 1.0), abs=1e-3
    )
    percent = interval(ratio([100 * share] * 60, range(60), most=100.0))
    assert (percent.low, percent.high) == pytest.approx(
        (0.0, 6.02) if share == 0 else (93.98, 100.0), abs=1e-2
    )


def test_the_interval_of_a_share_stays_within_it() -> None:
    found = interval(ratio([1.0] + [0.0] * 19, range(20), most=1.0))
    assert found.low is not None and found.high is not None
    assert 0 < found.low < 0.05 < found.high < 0.35
    area = interval(
        separation([3, 1, 4, 1, 5, 1, 1, 1], [True, False] * 4, [0, 0, 1, 1, 2, 2, 3, 3])
    )
    assert area.high is not None and area.value is not None and area.value < area.high <= 1


def test_a_difference_of_all_and_none_is_no_point() -> None:
    all_of, none_of = (ratio([value] * 6, range(6), most=1.0) for value in (1.0, 0.0))
    found = paired_difference(all_of, none_of)
    assert found.value == 1.0 and found.excludes_zero
    assert found.low is not None and 0.4 < found.low < 0.5


def test_the_interval_of_a_difference_stays_within_what_shares_can_differ_by() -> None:
    right = [100.0] * 39 + [0.0]
    found = paired_difference(
        ratio(np.zeros(40), range(40), most=100.0), ratio(right, range(40), most=100.0)
    )
    assert found.value == pytest.approx(-97.5)
    assert found.low == -100.0 and found.high is not None and -97.5 < found.high < 0


def test_what_a_difference_could_have_shown() -> None:
    """The t test with that difference finds it four times in five."""
    draw = np.random.default_rng(0)
    sample = draw.normal(0, 1, 12)
    found = paired_difference(ratio(sample, range(12)), ratio(np.zeros(12), range(12)))
    assert found.error == pytest.approx(sample.std(ddof=1) / np.sqrt(12))
    assert found.effect == pytest.approx(sample.mean() / sample.std(ddof=1))
    told = detectable(1 / np.sqrt(12), 11)  # of a standard deviation of 1
    hits = 0
    for _ in range(400):
        again = ratio(draw.normal(told, 1, 12), range(12))
        hits += paired_difference(again, ratio(np.zeros(12), range(12))).excludes_zero
    assert 0.74 < hits / 400 < 0.88


def test_many_comparisons_are_corrected() -> None:
    ps = np.random.default_rng(0).random(200)
    assert (ps < 0.05).sum() > 3
    assert not any(p < 0.05 for p in adjusted(ps.tolist()))
    assert adjusted(ps.tolist()) == pytest.approx(false_discovery_control(ps))
    assert adjusted([0.01, None, 0.9]) == [pytest.approx(0.02), None, pytest.approx(0.9)]


def test_a_few_clusters_that_agree_tell_nothing_about_others() -> None:
    few = with_width(interval(ratio([2 / 3] * 4, range(4), most=1.0)))
    assert (few.value, few.low, few.high) == (2 / 3, None, None)
    five = with_width(interval(ratio([2 / 3] * 5, range(5), most=1.0)))
    assert five.low == five.high == pytest.approx(2 / 3)
    gap = with_width(paired_difference(ratio([3.0] * 2, range(2)), ratio([1.0] * 2, range(2))))
    assert (gap.value, gap.low, gap.high) == (2.0, None, None)
    at_the_end = with_width(interval(ratio([1.0] * 2, range(2), most=1.0)))
    assert (at_the_end.low, at_the_end.high) == pytest.approx((0.342, 1.0), abs=1e-3)


def test_many_clusters_are_left_out_in_groups() -> None:
    values = np.random.default_rng(1).normal(0, 1, 5000)
    found = interval(ratio(values, range(5000)))
    assert found.clusters == 5000
    assert found.error == pytest.approx(values.std() / np.sqrt(5000), rel=0.1)


def test_what_nothing_can_be_estimated_from_is_none() -> None:
    assert interval(ratio([], [])).value is None
    assert interval(ratio([0.0], ["a"], count=[0.0])).value is None
    one = interval(ratio([2.0, 4.0], ["a", "a"]))
    assert one.value == 3.0 and one.low is None and not one.excludes_zero
    with pytest.raises(ValueError, match="2 totals"):
        ratio([1.0, 2.0], ["a"])
