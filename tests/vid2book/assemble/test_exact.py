"""`reduce` decides what a comparison of each picture with each decides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vid2book.assemble import again, near, postings
from vid2book.assemble import reduce as reducing
from vid2book.assemble.summarise import Summary
from vid2book.config import Reduce

from ...support import quadratic
from ...support.summaries import corpus, decisions, reduced


@pytest.fixture(params=["batches of 7, crowds of 4", "as it is"])
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes at which small corpora take the ways of large ones."""
    if request.param == "as it is":
        return
    monkeypatch.setattr(reducing, "_AT_ONCE", 7)
    monkeypatch.setattr(near, "_CROWD", 4)
    for name in ("_IN_MEMORY", "_MERGED_AT_ONCE", "_FOUND_AT_ONCE"):
        monkeypatch.setattr(postings, name, 50)


@pytest.mark.parametrize("cards", [{"card_distance": 0}, {"min_same_card_words": 1.0}])
def test_what_one_end_card_is_is_a_setting(cards: dict[str, Any]) -> None:
    other = 0
    for seed in range(6):
        videos, settings = corpus(40, seed), Reduce(**cards)
        expected = quadratic.decisions(videos, settings)
        assert decisions(reduced(videos, settings), videos, settings) == expected
        other += expected != quadratic.decisions(videos, Reduce())
    assert other


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("distance", [0, 3, 6, 12, 64])
def test_it_decides_what_the_comparison_of_all_pairs_decides(seed: int, distance: int) -> None:
    videos, settings = corpus(40, seed), Reduce(phash_distance=distance)
    expected = quadratic.decisions(videos, settings)
    assert decisions(reduced(videos, settings), videos, settings) == expected


def test_these_corpora_have_what_there_is_to_decide() -> None:
    for decide in ("the same picture", "the same end card", "says and shows"):
        for seed in range(6):
            told = quadratic.decisions(corpus(40, seed), Reduce())
            if any(d.reason.startswith(decide) for video in told for d in video):
                break
        else:
            pytest.fail(f"no picture with {decide!r}")


@pytest.mark.parametrize("seed", range(12))
def test_a_corpus_that_changed_is_decided_as_if_it_were_new(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Videos come and go, behind the others and amid them; all is decided without batches."""
    random, settings = np.random.default_rng(seed), Reduce(phash_distance=int(4 + seed % 9))
    videos, others = corpus(40, seed), corpus(20, seed + 100)
    found = reduced(videos, settings)
    monkeypatch.setattr(reducing, "_Pictures", None)
    for number, other in enumerate(others):
        new = Summary(f"new{number}", other.duration, other.speech, other.pictures)
        place = int(random.integers(len(videos) + 1))
        videos = [*videos[:place], new, *videos[place:]]
        if random.random() < 0.5:
            videos.pop(int(random.integers(len(videos))))
        found = reduced(videos, settings, found)
        assert decisions(found, videos, settings) == quadratic.decisions(videos, settings)


def test_where_much_changed_all_is_decided_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    videos, settings = corpus(40, 0), Reduce()
    found = reduced(videos, settings)
    expected = quadratic.decisions(videos[::-1], settings)
    assert decisions(reduced(videos[::-1], settings, found), videos[::-1], settings) == expected
    monkeypatch.setattr(again, "_MOST", 5)
    more = [*corpus(40, 1)[:1], *videos[1:]]
    expected = quadratic.decisions(more, settings)
    assert decisions(reduced(more, settings, found), more, settings) == expected
