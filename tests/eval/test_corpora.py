"""Every kind of corpus opens as the same records; samples are the same for a seed; bad rows cost
themselves only."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from datasets import Dataset, DatasetDict, Features, Image, List, Value

from vid2book.eval.corpora import CorpusError, InterleavedCorpus, NoSplitError, open_corpus
from vid2book.eval.sources import HubDataset, reservoir
from vid2book.eval.train.order import count

from ..support.corpora import png, row, write_parquet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As `vid2book build` writes it: two shards of one split, one of another, another config."""
    shards = [row(f"v{i}") for i in range(5)], [row(f"v{i}") for i in range(5, 9)]
    for n, rows in enumerate(shards):
        write_parquet(tmp_path / "ours" / "data" / f"train-0000{n}-of-00002.parquet", rows)
    write_parquet(tmp_path / "ours/data/test-00000-of-00001.parquet", [row("t0")])
    write_parquet(tmp_path / "ours/videos/train-00000-of-00001.parquet", [{"video_id": "v0"}])
    return tmp_path / "ours"


def test_a_corpus_of_ours(folder: Path) -> None:
    records = list(open_corpus(folder).samples())
    assert [r.id for r in records] == [f"v{i}" for i in range(9)]
    first = records[0]
    assert first.video_id == "v0" and first.language == "en" and first.token_num == 1200
    assert first.texts == (None, "Paragraph 0 of v0.", None, "Paragraph 1 of v0.")
    assert first.ocr_texts == ("Slide 0 of v0", None, "Slide 1 of v0", None)
    assert [i and i[:4] for i in first.images] == [b"\x89PNG", None, b"\x89PNG", None]
    assert first.elements[2] is not None and first.elements[2].clip_start == 10.0
    assert [r.id for r in open_corpus(folder, "test").samples()] == ["t0"]
    with pytest.raises(CorpusError, match="no split 'dev'; it has test, train"):
        open_corpus(folder, "dev")


def test_a_sample_of_the_rows(folder: Path) -> None:
    corpus = open_corpus(folder)
    drawn = [r.id for r in corpus.samples(4, seed=1)]
    assert drawn == [r.id for r in open_corpus(folder).samples(4, seed=1)]
    assert len(set(drawn)) == 4 and drawn == sorted(drawn)
    assert len({tuple(r.id for r in corpus.samples(4, seed)) for seed in range(6)}) > 2
    assert len(list(corpus.samples(100, seed=1))) == 9


def test_variants_of_a_corpus_give_the_same_samples(folder: Path, tmp_path: Path) -> None:
    rows = [row(f"v{i}", images=1) for i in (8, 3, 1, 0, 2, 7, 6, 5, 4)]
    other = open_corpus(write_parquet(tmp_path / "other.parquet", rows))
    drawn = {r.id for r in open_corpus(folder).samples(4, seed=1)}
    assert {r.id for r in other.samples(4, seed=1)} == drawn


def test_reservoir_gives_each_row_the_same_chance() -> None:
    drawn = Counter(item for seed in range(2000) for _, item in reservoir("abcdefgh", 2, seed))
    assert all(abs(count - 500) < 100 for count in drawn.values()) and len(drawn) == 8


def test_bad_rows_cost_themselves_only(tmp_path: Path) -> None:
    good = {"images": [None, None], "texts": ["Good.", "Better."]}
    lines = [
        json.dumps(good),
        "{not json",
        "[1]",
        json.dumps({"images": [None], "texts": ["a", "b"]}),
        json.dumps({"text": "none"}),
        json.dumps({"images": [None], "texts": [None]}),
        json.dumps({"images": ["https://x.org/a.jpg", "no.png"], "texts": [None, "Here."]}),
        json.dumps({"text_list": ["a"], "image_info": [3]}),
        json.dumps({"images": ["../outside.png", None], "texts": [None, "There."]}),
    ]
    (tmp_path / "x.jsonl").write_text("\n".join(lines))
    corpus = open_corpus(tmp_path / "x.jsonl")
    assert [r.text for r in corpus.samples()] == ["Good.\nBetter.", "Here.", "There."]
    assert corpus.skipped == {
        "x.jsonl line 2: this is not JSON: Expecting property name enclosed in double quotes at "
        "character 2": 1,
        "x.jsonl line 3: expected a JSON object, found a list": 1,
        "'images' and 'texts' of a row differ in length": 1,
        "a row without lists 'images' and 'texts'": 1,
        "a row without an image and a text that can be read": 1,
        "an image that is only a URL; `vid2book measure --fetch` downloads it": 1,
        "an image whose file is missing": 1,
        "an image whose path leaves the folder of the corpus": 1,
        "'image_info' of a row is not as MMC4 has it": 1,
    }


def test_a_damaged_file_costs_itself_only(folder: Path) -> None:
    (folder / "data" / "train-00000-of-00002.parquet").write_bytes(b"PAR1 cut off")
    corpus = open_corpus(folder)
    assert [r.id for r in corpus.samples()] == ["v5", "v6", "v7", "v8"]
    assert corpus.skipped == {"train-00000-of-00002.parquet cannot be read": 1}


def test_obelics(tmp_path: Path) -> None:
    """Pages: texts and images in order, URL in `general_metadata`, images as struct or bytes."""
    page = {
        "images": [{"bytes": png(1), "path": None}, None],
        "texts": [None, "A caption."],
        "metadata": "[]",
        "general_metadata": json.dumps({"url": "https://example.org/page"}),
    }
    write_parquet(tmp_path / "pages" / "0.parquet", [page])
    (record,) = open_corpus(tmp_path / "pages").samples()
    assert record.video_id == "https://example.org/page"
    assert record.id == "https://example.org/page#0"
    assert record.images[0] == png(1) and record.texts == (None, "A caption.")
    assert record.elements == (None, None)


def test_mmc4(tmp_path: Path) -> None:
    """Images stand before the sentence that they were matched to."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(png(1))
    document = {
        "url": "https://example.org",
        "text_list": ["First.", "Second."],
        "image_info": [{"image_name": "a.png", "matched_text_index": 1, "raw_url": "https://a"}],
    }
    with gzip.open(tmp_path / "shard.jsonl.gz", "wt") as file:
        file.write(json.dumps(document))
    (record,) = open_corpus(tmp_path).samples()
    assert record.texts == ("First.", None, "Second.")
    assert record.images == (None, png(1), None)


def test_the_released_textbook(tmp_path: Path) -> None:
    name = "bbbbbbbbbbb@5.0_9.5#2.jpg"
    (tmp_path / "images" / "bbbbbbbbbbb").mkdir(parents=True)
    (tmp_path / "images" / "bbbbbbbbbbb" / name).write_bytes(png(1))
    sample = {
        "images": [f"/elsewhere/x/bbbbbbbbbbb/{name}", None, "/elsewhere/x/ccc/lost.jpg"],
        "texts": [None, "Add up.", None],
        "text_ocr_list": [None, "Add up. 4 + 5", None],
    }
    (tmp_path / "released.json").write_text(json.dumps([sample, {"images": [1], "texts": []}]))
    corpus = open_corpus(tmp_path / "released.json")
    (record,) = corpus.samples()
    assert record.video_id == "bbbbbbbbbbb"
    assert record.images == (png(1), None) and record.ocr_texts == ("4 + 5", None)
    assert corpus.skipped["an image whose file is missing"] == 1
    assert len(corpus.skipped) == 2


def test_saved_to_disk(tmp_path: Path) -> None:
    picture = png(1)
    rows = [{"images": [{"bytes": picture}, None], "texts": [None, f"{i}."]} for i in range(6)]
    features = Features({"images": List(Image()), "texts": List(Value("string"))})
    Dataset.from_list(rows, features=features).save_to_disk(tmp_path / "saved")
    corpus = open_corpus(tmp_path / "saved")
    assert [sample.images for sample in corpus.samples()] == [(picture, None)] * 6
    assert len({r.text for r in corpus.samples(3, seed=0)}) == 3


def test_splits_by_the_names_of_files_and_in_a_saved_dictionary(tmp_path: Path) -> None:
    for split in ("train", "test"):
        line = {"id": split, "images": [None], "texts": [split]}
        (tmp_path / f"{split}.jsonl").write_text(json.dumps(line))
    rows = {
        split: Dataset.from_list([{"texts": [split], "images": [None]}])
        for split in ("train", "test")
    }
    DatasetDict(rows).save_to_disk(tmp_path / "saved")
    for folder in (tmp_path, tmp_path / "saved"):
        trained, held_out = open_corpus(folder), open_corpus(folder, "test")
        assert [sample.text for sample in trained.samples()] == ["train"]
        assert [sample.text for sample in held_out.samples()] == ["test"]
        assert not trained.shares_rows(held_out)
    with pytest.raises(NoSplitError, match="no split 'dev'; it has test, train"):
        list(open_corpus(tmp_path / "saved", "dev").samples())
    # A file has no splits: all of it is whatever is asked for, which nobody may hold out.
    file = tmp_path / "train.jsonl"
    assert open_corpus(file).shares_rows(open_corpus(file, "test"))
    assert open_corpus(file).shares_rows(open_corpus(tmp_path))


def test_a_stream_of_the_hub_gives_the_samples_of_a_folder(folder: Path) -> None:
    """A folder stands for the repository; `load_dataset` streams both alike."""
    hub = InterleavedCorpus("org/name", HubDataset(str(folder / "data"), None, None, "train"))
    assert len(list(hub.samples())) == 9
    drawn = [r.id for r in hub.samples(4, seed=1)]
    assert len(set(drawn)) == 4 and drawn == [r.id for r in open_corpus(folder).samples(4, seed=1)]
    first = next(hub.samples())
    assert first.images[0] is not None and first.images[0][:4] == b"\x89PNG"
    assert first.elements[0] is not None


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "x.txt").write_text("x")
    for source, told in (
        (tmp_path / "nowhere", "not a folder or file"),
        (tmp_path / "empty", "holds no Parquet"),
        (tmp_path / "x.txt", "expected .jsonl"),
    ):
        with pytest.raises(CorpusError, match=told):
            open_corpus(source)
    with pytest.raises(CorpusError, match="org/none: cannot be opened on the Hub"):
        list(open_corpus("org/none").samples())


def test_samples_are_chosen_by_id_without_a_copy(tmp_path: Path) -> None:
    for shard in range(2):
        rows = [row(f"{shard}{n}") for n in range(5)]
        write_parquet(tmp_path / "data" / f"train-{shard:05d}.parquet", rows)
    write_parquet(tmp_path / "data" / "train-00002.parquet", rows[:0])
    every = open_corpus(tmp_path)
    ids = [sample.id for sample in every.samples()]
    few = every.only(frozenset({ids[1], ids[7], "another"}))
    assert [sample.id for sample in few.samples()] == [ids[1], ids[7]]
    assert len(list(few.samples(1))) == 1 and count(few) == 2 and count(every) == 10
    lines = tmp_path / "lines.jsonl"
    lines.write_text("{}\n")
    with pytest.raises(CorpusError, match="by id of Parquet files alone"):
        open_corpus(lines).only(frozenset())
