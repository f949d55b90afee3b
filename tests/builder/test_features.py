"""The columns are those that the corpus is documented with, and rows say what records say."""

from __future__ import annotations

import json

import pytest

from vid2book.builder.features import FEATURES, rows
from vid2book.builder.splits import splits
from vid2book.folder.record import CorpusError

COLUMNS = {
    "id": "string",
    "images": "list<struct<bytes: binary, path: string>>",
    "texts": "list<string>",
    "ocr_texts": "list<string>",
    "text_ocr_list": "list<string>",
    "elements": "list<struct<kind: string, video_id: string, start: double, end: double, "
    "clip_start: double, clip_end: double, name: string, score: double, drop: string>>",
    "image_num": "int64",
    "text_num": "int64",
    "token_num": "int64",
    "video_ids": "list<string>",
    "source_urls": "list<string>",
    "subject": "string",
    "course": "string",
    "knowledge_point": "string",
    "language": "string",
    "license": "string",
}


def _plain(arrow_type: object) -> str:
    return str(arrow_type).replace("item: ", "").replace("element: ", "")


def test_columns_of_default_are_as_documented() -> None:
    schema = FEATURES["default"].arrow_schema
    assert {field.name: _plain(field.type) for field in schema} == COLUMNS


def test_a_sample_row_holds_the_record(corpus) -> None:
    video = corpus.videos[0]
    sample = corpus.samples(video)[0]
    _, row = next(rows(corpus, "default", [video]))
    assert list(row) == list(FEATURES["default"])
    assert row["images"][0] == {"bytes": sample.images[0], "path": sample.elements[0].name}
    assert row["images"][1] is None
    assert row["texts"] == list(sample.texts)
    assert row["elements"][1]["kind"] == "text"
    assert row["license"] == "CC BY 4.0"


def test_every_video_has_a_row_without_local_paths(corpus) -> None:
    found = [row for _, row in rows(corpus, "videos", corpus.videos)]
    assert [row["status"] for row in found] == ["kept", "kept", "filtered", "failed"]
    assert all(list(row) == list(FEATURES["videos"]) for row in found)
    assert "/home" not in json.dumps(found)
    assert found[3]["reason"] == "cannot read broken.mp4"
    assert json.loads(found[0]["metadata"]) == {"channel": "Optics"}
    assert json.loads(found[0]["versions"])["read"] == "PP-OCR 3.1"
    assert found[0]["relevance"] == 4.0
    assert found[3]["relevance"] is None


def test_decisions_keep_their_scores(corpus) -> None:
    found = [row for _, row in rows(corpus, "decisions", corpus.videos[:1])]
    assert list(found[0]) == list(FEATURES["decisions"])
    assert (found[0]["score"], found[0]["threshold"]) == (0.9, 0.5)
    assert found[1]["score"] is None


def test_a_sample_id_twice_is_an_error(make) -> None:
    corpus = make.corpus(make.video("a"))
    corpus.samples(corpus.videos[0]).append(make.sample(corpus.videos[0], 0))
    with pytest.raises(CorpusError, match="'a-00000'"):
        list(rows(corpus, "default", corpus.videos))


def test_the_id_of_another_video_is_an_error(make) -> None:
    corpus = make.corpus(make.video("a"))
    corpus.samples(corpus.videos[0]).append(make.sample(make.video("b"), 0))
    with pytest.raises(CorpusError, match="'b-00000'"):
        list(rows(corpus, "default", corpus.videos))


def test_a_video_id_twice_is_an_error(make) -> None:
    with pytest.raises(CorpusError, match="twice"):
        splits(make.corpus(make.video("a"), make.video("a")))


@pytest.mark.parametrize("name", ["all", "../up", "", "a-b", "Ten fold"])
def test_a_split_that_cannot_be_loaded_is_an_error(make, name: str) -> None:
    with pytest.raises(CorpusError, match="split"):
        splits(make.corpus(make.video("a", split=name)))


def test_splits_keep_the_order_of_the_manifest(make) -> None:
    videos = [make.video(i, split=s) for i, s in (("c", "train"), ("b", "test"), ("a", "train"))]
    found = splits(make.corpus(*videos))
    assert {s: [v.video_id for v in vs] for s, vs in found.items()} == {
        "train": ["c", "a"],
        "test": ["b"],
    }
