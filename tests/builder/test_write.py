"""A written corpus loads, is the same bytes every time, and never stands there half made."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from datasets import get_dataset_config_names, load_dataset

from vid2book.builder import gather, parquet, write
from vid2book.builder.features import FEATURES
from vid2book.builder.write import EmptyCorpusError, write_corpus
from vid2book.folder import record


def bytes_of(out: Path) -> dict[str, bytes]:
    return {str(f.relative_to(out)): f.read_bytes() for f in out.rglob("*") if f.is_file()}


def test_it_loads_with_images(corpus, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    data = load_dataset(str(tmp_path / "out"), "default")
    assert {split: len(rows) for split, rows in data.items()} == {"train": 2, "test": 2}
    assert data["train"].features == FEATURES["default"]
    row = data["train"][1]
    assert row["id"] == "optics-1-00001"
    assert row["images"][0].size == (64, 48)
    for image, text, ocr, both, element in zip(
        *(row[k] for k in ("images", "texts", "ocr_texts", "text_ocr_list", "elements")),
        strict=True,
    ):
        assert (image is None) == (ocr is None) == (element["kind"] == "text")
        assert (text is None) == (both is None) == (element["kind"] == "image")


def test_every_video_and_decision_loads(corpus, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    videos = load_dataset(str(tmp_path / "out"), "videos", split="train")
    assert list(videos["video_id"]) == ["optics-1", "chat", "broken"]
    assert load_dataset(str(tmp_path / "out"), "decisions", split="test").num_rows == 2


def test_it_streams(corpus, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    stream = load_dataset(str(tmp_path / "out"), split="train", streaming=True)
    assert [row["id"] for row in stream] == ["optics-1-00000", "optics-1-00001"]


def test_two_writes_are_the_same_bytes(corpus, tmp_path: Path) -> None:
    assert write_corpus(corpus, tmp_path / "a") == write_corpus(corpus, tmp_path / "b")
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")


def test_the_number_of_processes_changes_nothing(
    corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gather, "VIDEOS_A_PROCESS", 1)
    one, three = (write_corpus(corpus, tmp_path / str(n), workers=n) for n in (1, 3))
    assert one == three
    assert bytes_of(tmp_path / "1") == bytes_of(tmp_path / "3")


def test_the_parquet_is_what_the_hub_likes(corpus, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    for file in (tmp_path / "out").rglob("*.parquet"):
        metadata = pq.read_metadata(file)
        assert b"huggingface" not in metadata.metadata
        assert b"huggingface" not in (pq.read_schema(file).metadata or {})
        assert b"content_defined_chunking" in metadata.metadata
        columns = [metadata.row_group(0).column(i) for i in range(metadata.num_columns)]
        assert all(column.has_offset_index for column in columns)
        # Text columns have no smallest and largest values: those would not always be the same.
        for column in columns:
            assert column.has_column_index == (column.physical_type != "BYTE_ARRAY")


def test_files_and_row_groups_are_cut_by_bytes(
    make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make.corpus(make.video("a"), make.video("b"), samples=5)
    row_bytes = 2 * len(make.jpeg(0)) + 500
    monkeypatch.setattr(parquet, "ROW_GROUP_BYTES", int(2.5 * row_bytes))
    monkeypatch.setattr(parquet, "FIRST_SHARD_BYTES", int(4.5 * row_bytes))
    written = write_corpus(corpus, tmp_path / "out")
    files = sorted((tmp_path / "out" / "data").iterdir())
    assert [f.name for f in files] == [f"train-{n:05d}.parquet" for n in range(3)]
    for file in files:
        metadata = pq.read_metadata(file)
        assert all(metadata.row_group(g).num_rows <= 2 for g in range(metadata.num_row_groups))
    assert written.sizes["default"]["train"].files == 3
    rows = load_dataset(str(tmp_path / "out"), split="train")
    assert list(rows["id"]) == [f"{v}-{n:05d}" for v in "ab" for n in range(5)]


def test_images_cost_little_more_than_their_bytes(make, tmp_path: Path) -> None:
    corpus = make.corpus(make.video("a"), samples=0)
    samples = [make.sample(corpus.videos[0], n, size=(640, 480)) for n in range(4)]
    corpus.samples(corpus.videos[0]).extend(samples)
    write_corpus(corpus, tmp_path / "out")
    images = sum(len(image) for sample in samples for image in sample.images if image)
    (file,) = (tmp_path / "out" / "data").iterdir()
    assert images < file.stat().st_size < images + 40_000


def test_a_split_without_samples_has_no_file(make, tmp_path: Path) -> None:
    corpus = make.corpus(make.video("a"), make.video("b", split="test"), status={"b": "filtered"})
    write_corpus(corpus, tmp_path / "out")
    assert set(load_dataset(str(tmp_path / "out"), "default")) == {"train"}
    assert set(load_dataset(str(tmp_path / "out"), "videos")) == {"train", "test"}


def test_a_config_without_rows_is_not_declared(make, tmp_path: Path) -> None:
    corpus = make.corpus(make.video("a"))
    corpus.decisions(corpus.videos[0]).clear()
    write_corpus(corpus, tmp_path / "out")
    assert get_dataset_config_names(str(tmp_path / "out")) == ["default", "videos", "transcripts"]


def test_attribution_names_kept_videos_only(corpus, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    with (tmp_path / "out" / "ATTRIBUTION.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["video_id"] for line in lines] == ["optics-1", "optics-2"]
    assert lines[0]["title"] == "Lecture optics-1, part one"
    assert lines[0]["license"] == "CC BY 4.0"


def test_nothing_kept_writes_nothing(make, tmp_path: Path) -> None:
    corpus = make.corpus(make.video("a"), status={"a": "failed"})
    with pytest.raises(EmptyCorpusError):
        write_corpus(corpus, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError("disk full")])
def test_an_interrupted_write_leaves_the_old_corpus(
    make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    out = tmp_path / "out"
    write_corpus(make.corpus(make.video("a")), out)
    (out / "preview").mkdir()
    before = bytes_of(out)

    def fail(*_: object) -> str:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(write, "render_card", fail)
        with pytest.raises((KeyboardInterrupt, OSError)):
            write_corpus(make.corpus(make.video("b")), out)
    assert bytes_of(out) == before
    write_corpus(make.corpus(make.video("b")), out)
    assert load_dataset(str(out), split="train")["id"][0] == "b-00000"
    assert not (out / "preview").exists()  # the book of the old one


def test_the_new_corpus_leaves_nothing_of_the_old(make, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_corpus(make.corpus(make.video("a"), make.video("t", split="test")), out)
    write_corpus(make.corpus(make.video("a")), out)
    assert [f.name for f in (out / "data").iterdir()] == ["train-00000.parquet"]
    assert not list(out.glob(".*/"))


def test_what_is_held_is_known_until_a_file_is_lost(corpus, tmp_path: Path) -> None:
    written = write_corpus(corpus, tmp_path)
    assert record.checked_record(tmp_path) == written
    (tmp_path / "data" / "test-00000.parquet").unlink()
    assert record.checked_record(tmp_path) is None


def test_it_tells_how_far_it_is(corpus, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_corpus(corpus, tmp_path / "out", lambda *step: told.append(step))
    assert told == [(n, 4) for n in range(1, 5)]  # videos
