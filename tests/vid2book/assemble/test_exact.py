"""`reduce` decides what a comparison of each picture with each decides."""

from __future__ import annotations

import pytest

from vid2book.assemble import near, postings
from vid2book.assemble import reduce as reducing
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


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("distance", [0, 3, 6, 12, 64])
def test_it_decides_what_the_comparison_of_all_pairs_decides(seed: int, distance: int) -> None:
    videos, settings = corpus(40, seed), Reduce(phash_distance=distance)
    expected = quadratic.decisions(videos, settings)
    assert decisions(reduced(videos, settings), videos, settings) == expected
    reasons = " ".join(decision.reason for told in expected for decision in told)
    assert "the same picture" in reasons and "the same end card" in reasons
    assert "says and shows" in reasons
