from __future__ import annotations

from pathlib import Path

import pytest

from vid2book.eval.truth import CorpusKeyframe, Score, compared_words, score, score_corpus

from ..support.corpora import row, write_parquet

TRUTH = {
    "id": "a",
    "sentences": [
        {"start": 0, "end": 2, "text": "Hello friends, my dog is fine.", "off_topic": True},
        {"start": 2, "end": 5, "text": "A square has 4 equal sides.", "off_topic": False},
    ],
    "states": [
        {"start": 2.0, "end": 3.0, "text": ["Squares"], "final": False},
        {"start": 3.0, "end": 5.0, "text": ["Squares", "four equal sides"]},
        {"start": 6.0, "end": 8.0, "text": ["Circles"]},
    ],
}


def test_a_perfect_corpus_scores_one() -> None:
    shown = [CorpusKeyframe(4.9, "Squares\nfour equal sides"), CorpusKeyframe(7.0, "Circles")]
    found = score(TRUTH, shown, "A square has four equal sides.")
    assert found == Score(2, 2, 0, 5, 5, 6, 0, 6, 0)
    assert found.keyframe_f1 == found.ocr_recall == 1.0
    assert found.word_error == found.off_topic_share == 0.0


def test_a_build_step_is_neither_wanted_nor_extra_and_a_second_picture_is_extra() -> None:
    shown = [
        CorpusKeyframe(2.5, ""),
        CorpusKeyframe(4.0, ""),
        CorpusKeyframe(4.5, ""),
        CorpusKeyframe(5.5, ""),
    ]
    found = score(TRUTH, shown, "")
    assert (found.hit, found.extra) == (1, 2)
    assert found.keyframe_f1 == pytest.approx(2 / 5)


def test_lost_and_kept_words_are_counted() -> None:
    found = score(TRUTH, [], "My dog is fine. A circle has 4 equal sides.")
    assert (found.spoken, found.lost) == (6, 1)
    assert (found.off_topic, found.off_topic_kept) == (6, 4)


def test_numbers_and_number_words_are_equal() -> None:
    assert compared_words("It's 20 %, or Twenty!") == ["its", "twenty", "or", "twenty"]
    assert compared_words("光合作用 x² = 2×x_1") == compared_words("光 合 作 用 x^2 = 2 x x₁")
    assert compared_words("光合作用") == ["光", "合", "作", "用"]


def test_scores_add_up() -> None:
    one = score(TRUTH, [CorpusKeyframe(7.0, "Circles")], "A square has four equal sides.")
    assert (one + one).hit == 2 and (one + one).keyframe_f1 == one.keyframe_f1


def test_what_a_corpus_marks_is_not_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    kept = row("a", images=2)
    for element in kept["elements"]:
        element["drop"] = "judge: sponsor" if element["start"] > 10 else ""
    write_parquet(tmp_path / "corpus" / "train-00000.parquet", [kept])
    card = "---\nconfigs:\n- config_name: default\n  data_files: train-00000.parquet\n---\n"
    (tmp_path / "corpus" / "README.md").write_text(card)
    states = [{"start": 10.0 * k, "end": 10.0 * k + 9, "text": ["Slide"]} for k in (0, 1)]
    sentences = [{"start": 0, "end": 9, "text": "Paragraph 0 of a."}]
    truth = {"id": "a", "states": states, "sentences": sentences}
    found = score_corpus(tmp_path / "corpus", [truth])["a"]
    assert (found.wanted, found.hit, found.extra, found.lost) == (2, 1, 0, 0)
