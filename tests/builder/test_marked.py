"""A corpus that marks what should go: whoever reads it gets what stays, or all if they ask."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from datasets import load_dataset
from huggingface_hub import DatasetCard
from typer.testing import CliRunner

from vid2book import cli
from vid2book.builder.changes import read_videos
from vid2book.builder.export.formats import Format
from vid2book.builder.export.write import write_export
from vid2book.builder.features import outcome_of
from vid2book.builder.finish import _missing as missing
from vid2book.builder.removal import take_out
from vid2book.builder.write import write_corpus
from vid2book.config import Config
from vid2book.eval.corpora import open_corpus
from vid2book.folder import record
from vid2book.models.tokens import TokenCounter
from vid2book.records import Decision
from vid2book.viewer import write_book
from vid2book.viewer.page import dropped
from vid2book.viewer.why import why

FACE, CHAT = "align: a talking head", "judge: small talk"
SAME = "reduce: the same picture as in video a, which comes first"


@pytest.fixture
def marked(make, tmp_path: Path) -> Path:
    """Of `a` a picture and a text are marked; of `b`, which is filtered, everything."""
    corpus = make.corpus(make.video("a"), make.video("b"), make.video("c"), samples=1)
    for video, drops in (("a", [FACE, "", "", CHAT]), ("b", [CHAT] * 4), ("c", [SAME, "", "", ""])):
        outcome, samples, decisions = corpus.results[video]
        elements = [
            make.changed(e, score=n / 4, drop=drop)
            for n, (e, drop) in enumerate(zip(samples[0].elements, drops, strict=True))
        ]
        status = "filtered" if video == "b" else "kept"
        outcome = make.changed(outcome, status=status, marked=sum(map(bool, drops)))
        samples = [make.changed(samples[0], elements=tuple(elements))]
        corpus.results[video] = outcome, samples, decisions
    write_corpus(make.changed(corpus, config=Config(decide="mark")), tmp_path / "corpus")
    return tmp_path / "corpus"


def test_the_rows_hold_all_with_reasons_and_scores(marked: Path) -> None:
    rows = load_dataset(str(marked), split="train")
    assert [e["drop"] for e in rows[0]["elements"]] == [FACE, "", "", CHAT]
    assert [e["score"] for e in rows[0]["elements"]] == [0, 0.25, 0.5, 0.75]
    assert rows[1]["image_num"] == sum(i is not None for i in rows[1]["images"]) == 2
    assert list(load_dataset(str(marked), "videos", split="train")["marked"]) == [2, 4, 1]


def test_what_is_marked_is_not_told_as_missing(marked: Path) -> None:
    outcomes = [outcome_of(row) for row in read_videos(marked).values()]
    assert [outcome.status for outcome in outcomes] == ["kept", "filtered", "kept"]
    assert missing(outcomes, ()) is None
    table = missing([replace(outcome, marked=0) for outcome in outcomes], ())
    assert table is not None and table.row_count == 1


def test_the_card_says_what_is_counted(marked: Path) -> None:
    written = record.checked_record(marked)
    assert written is not None
    assert (written.images, written.marked_images, written.marked_texts) == (2, 4, 3)
    card = (marked / "README.md").read_text()
    assert "| Images | 2 |" in card
    assert "| Marked and not counted above | 4 images, 3 texts |" in card
    assert "per image; marked or not" in card
    assert "| `image_num` | number of images, marked ones included |" in card


def test_the_lines_of_the_card_leave_out_what_is_marked(marked: Path) -> None:
    text = DatasetCard.load(marked / "README.md").text
    code = [block.split("```")[0] for block in text.split("```python\n")[1:]]
    names: dict[str, object] = {}
    for block in code:
        exec(block.replace("ORG/NAME", str(marked)), names)
    left = names["textbook"]
    assert [len(row["elements"]) for row in left] == [2, 3]
    assert all(not e["drop"] for row in left for e in row["elements"])


def test_attribution_names_whatever_is_in_the_rows(marked: Path) -> None:
    lines = (marked / "ATTRIBUTION.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["video_id", "a", "b", "c"]


def test_transcripts_are_of_kept_videos(marked: Path) -> None:
    rows = load_dataset(str(marked), "transcripts", split="train")
    assert list(rows["video_id"]) == ["a", "c"]
    assert rows[0]["segments"][0]["words"][1] == {
        "start": 1.0, "end": 1.5, "word": "light", "score": 0.9,
    }  # fmt: skip
    assert (rows[0]["language_score"], rows[0]["source"]) == (0.97, "tiny.en 1.2")


def test_measure_and_train_read_what_stays_unless_asked(marked: Path) -> None:
    corpus = open_corpus(marked)
    samples = list(corpus.samples())
    assert [s.id for s in samples] == ["a-00000", "c-00000"]
    assert [[e.kind for e in s.elements if e] for s in samples] == [
        ["text", "image"], ["text", "image", "text"],
    ]  # fmt: skip
    assert [len(s.images) == len(s.texts) == len(s.elements) for s in samples] == [True, True]
    assert samples[0].token_num is None  # that of the row counts what was left out
    assert corpus.skipped == {
        "a position that is marked as to be dropped": 3,
        "a sample of which everything is marked as to be dropped": 1,
    }
    everything = open_corpus(marked, marked=True)
    assert [len(s.texts) for s in everything.samples()] == [4, 4, 4]
    assert not everything.skipped


@pytest.mark.parametrize("to", list(Format))
def test_an_export_holds_what_stays_unless_asked(marked: Path, tmp_path: Path, to: Format) -> None:
    assert write_export(marked, to, tmp_path / "out").samples == 2
    assert write_export(marked, to, tmp_path / "all", marked=True).samples == 3


def test_what_stays_is_counted_anew(marked: Path, tmp_path: Path) -> None:
    write_export(marked, Format.mm_textbook, tmp_path / "out")
    first, _ = json.loads((tmp_path / "out" / "train.json").read_text())
    text_num = sum(TokenCounter()(text) for text in first["texts"] if text)
    assert (first["image_num"], first["text_num"]) == (1, text_num)
    assert first["token_num"] == text_num + 576


def test_the_book_shows_what_stays_unless_asked(marked: Path, tmp_path: Path) -> None:
    write_book(marked, tmp_path / "book")
    pages = {v: (tmp_path / "book" / "videos" / f"{v}.html").read_text() for v in "ab"}
    assert pages["a"].count("<figure") == 1 and pages["b"].count("<figure") == 0
    assert "Marked by" not in pages["a"] and "should not be in the corpus" in pages["b"]
    result = CliRunner().invoke(cli.app, ["view", str(marked), "--no-browser", "--marked"])
    assert result.exit_code == 0, result.output
    page = (marked / "preview" / "videos" / "a.html").read_text()
    assert page.count("<figure") == 2
    assert f"Marked by {FACE}" in page and f"Marked by {CHAT}" in page


def test_what_the_book_shows_as_marked_is_not_left_out_as_well() -> None:
    judged = Decision("a", "sentence", "judge", 1.0, 2.0, False, "chat")
    faced = Decision("a", "keyframe", "align", 0.0, 9.0, False, "a talking head")
    unread = Decision("a", "line", "read", 0.0, 9.0, False, "the recogniser is unsure")
    elements = [
        {"kind": "text", "start": 0.5, "end": 2.0, "drop": CHAT},
        {"kind": "image", "start": 3.0, "end": 9.0, "drop": FACE},
    ]
    decided = [(decision, b"") for decision in (judged, faced, unread)]
    assert [item.decision for item in dropped(decided)] == [judged, faced, unread]
    assert [item.decision for item in dropped(decided, elements)] == [unread]
    assert [item.decision for item in dropped(decided, elements[1:])] == [judged, unread]


def test_why_tells_that_a_piece_is_marked(marked: Path) -> None:
    told = why(marked, "a", 2.0)
    assert [(p.kind, p.drop) for p in told.corpus] == [("image", FACE), ("text", "")]


def test_a_removed_video_is_named_by_no_mark(marked: Path) -> None:
    take_out(marked, ["a"])
    rows = load_dataset(str(marked), split="train")
    assert rows[1]["elements"][0]["drop"] == (
        "reduce: the same picture as in a video that was removed, which comes first"
    )
    assert list(load_dataset(str(marked), "transcripts", split="train")["video_id"]) == ["c"]
    assert (marked / "README.md").read_text().count("decide: mark") == 1
