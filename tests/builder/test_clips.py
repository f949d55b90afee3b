"""The table `clips`: what is in it, opened and decoded, and taken down with its video."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import av
import mlcroissant
import pyarrow.parquet as pq
import pytest
from datasets import Dataset, Video, get_dataset_config_names, load_dataset

from vid2book.builder import parquet, remove
from vid2book.builder.write import write_corpus
from vid2book.config import Config
from vid2book.folder import layout, record

from ..support.made_corpus import FakeCorpus, mp4


@pytest.fixture
def filmed(corpus: FakeCorpus) -> FakeCorpus:
    return replace(corpus, config=Config(clips={"enabled": True}))  # type: ignore[arg-type]


def opened(folder: Path, split: str = "train") -> Dataset:
    """Whose videos are bytes: what decodes them is no part of this project."""
    return load_dataset(str(folder), "clips", split=split).cast_column("video", Video(decode=False))


def test_each_paragraph_has_its_video(filmed: FakeCorpus, tmp_path: Path) -> None:
    write_corpus(filmed, tmp_path / "out")
    rows = list(opened(tmp_path / "out"))
    samples = load_dataset(str(tmp_path / "out"), split="train").remove_columns("images")
    said = [
        (sample["id"], element["clip_start"], element["clip_end"], text, written)
        for sample in samples
        for element, text, written in zip(
            sample["elements"], sample["texts"], [None, *sample["ocr_texts"]], strict=False
        )
        if text
    ]
    columns = ("sample_id", "clip_start", "clip_end", "text", "ocr_text")
    assert [tuple(row[name] for name in columns) for row in rows] == said
    assert rows[0]["id"] == "optics-1@0.0_15.0" and rows[0]["source_url"].endswith("/optics-1")
    for row in rows:
        assert row["video"]["path"] == f"{row['id']}.mp4"
        assert row["video"]["bytes"] == mp4(round(row["start"]))
        with av.open(io.BytesIO(row["video"]["bytes"])) as video:
            assert [frame.width for frame in video.decode(video=0)] == [64] * 5


def test_there_are_none_unless_the_config_asks(corpus: FakeCorpus, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    assert "clips" not in get_dataset_config_names(str(tmp_path / "out"))
    assert not (tmp_path / "out" / "clips").exists()
    assert "clips`**" not in (tmp_path / "out" / "README.md").read_text()


def test_a_build_without_them_takes_them_away(
    corpus: FakeCorpus, filmed: FakeCorpus, tmp_path: Path
) -> None:
    write_corpus(filmed, tmp_path / "out")
    assert layout.shards(tmp_path / "out", "clips")
    write_corpus(corpus, tmp_path / "out")
    assert not (tmp_path / "out" / "clips").exists()
    assert record.checked_record(tmp_path / "out") is not None


def test_equal_corpora_are_equal_bytes(filmed: FakeCorpus, tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_corpus(filmed, tmp_path / name)
    one, other = (
        [file.read_bytes() for file in layout.shards(tmp_path / name, "clips")]
        for name in ("one", "other")
    )
    assert one == other


def test_a_reader_loads_no_more_than_a_row_group(
    filmed: FakeCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = len(mp4(0))
    monkeypatch.setattr(parquet, "ROW_GROUP_BYTES", 2 * video)
    write_corpus(filmed, tmp_path / "out")
    (file,) = layout.shards(tmp_path / "out", "clips", "train")
    with pq.ParquetFile(file) as opened:
        groups = [opened.metadata.row_group(n) for n in range(opened.num_row_groups)]
        assert len(groups) > 1 and all(group.total_byte_size < 3 * video for group in groups)
        columns = [opened.metadata.row_group(0).column(n) for n in range(len(opened.schema))]
        assert {c.compression for c in columns if c.path_in_schema == "video.bytes"} == {
            "UNCOMPRESSED"
        }


def test_what_goes_takes_its_clips_along(make, filmed: FakeCorpus, tmp_path: Path) -> None:
    out = tmp_path / "out"
    corpus = make.corpus(make.video("a"), make.video("b"))
    write_corpus(replace(corpus, config=filmed.config), out)
    before = {row["id"]: row for row in opened(out)}
    remove(out, ["a"])
    assert {row["id"]: row for row in opened(out)} == {
        name: row for name, row in before.items() if row["video_id"] == "b"
    }
    assert before.keys() - {row["id"] for row in opened(out)}


def test_croissant_reads_them(filmed: FakeCorpus, tmp_path: Path) -> None:
    write_corpus(filmed, tmp_path)
    dataset = mlcroissant.Dataset(jsonld=tmp_path / "croissant.json")
    assert list(dataset.metadata.issues.errors) == []
    rows = {row["clips/id"]: row["clips/video"] for row in dataset.records("clips")}
    assert rows[b"optics-1@0.0_15.0"] == mp4(0)
    assert len(rows) == 8
