"""The builder gives the rows of the corpus, however many processes ask, and never old ones."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from datasets import DatasetDict, Version, Video, load_dataset
from datasets.exceptions import DatasetGenerationError, NonMatchingSplitsSizesError

from vid2book import config
from vid2book.builder import MultimodalTextbook, textbook
from vid2book.builder.features import FEATURES
from vid2book.builder.write import EmptyCorpusError, write_corpus
from vid2book.config import Config
from vid2book.folder.record import FORMAT
from vid2book.pipeline.local import Event


def prepared(corpus, table: str = "default", **kwargs: object) -> DatasetDict:
    builder = MultimodalTextbook(corpus=corpus, config_name=table)
    builder.download_and_prepare(**kwargs)
    return builder.as_dataset()


@pytest.mark.parametrize("table", list(FEATURES))
def test_it_gives_what_a_written_corpus_gives(corpus, tmp_path: Path, table: str) -> None:
    corpus = dataclasses.replace(corpus, config=Config(clips={"enabled": True}))
    write_corpus(corpus, tmp_path / "out")
    written = load_dataset(str(tmp_path / "out"), table)
    built = prepared(corpus, table)
    assert built.keys() == written.keys()
    for split in built:
        assert built[split].features == written[split].features
        found = [built[split], written[split]]
        if table == "clips":  # whose decoder is no part of this project
            found = [data.cast_column("video", Video(decode=False)) for data in found]
        assert found[0].to_list() == found[1].to_list()


def test_processes_do_not_change_the_order(make) -> None:
    corpus = make.corpus(*(make.video(f"v{n}") for n in range(5)))
    ids = [f"v{n}-{k:05d}" for n in range(5) for k in range(2)]
    assert list(prepared(corpus, num_proc=2)["train"]["id"]) == ids


def test_it_streams(corpus) -> None:
    stream = MultimodalTextbook(corpus=corpus).as_streaming_dataset(split="test")
    assert [row["images"][0].size for row in stream] == [(64, 48)] * 2


def test_an_edited_manifest_is_not_answered_with_old_rows(make) -> None:
    first = prepared(make.corpus(make.video("a", subject="Physics")))
    second = prepared(make.corpus(make.video("a", subject="Optics")))
    assert (first["train"][0]["subject"], second["train"][0]["subject"]) == ("Physics", "Optics")


def test_the_same_corpus_is_built_once(corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(corpus)
    monkeypatch.setattr(textbook, "rows", None)
    assert len(prepared(corpus)["train"]) == 2


def test_what_stood_in_for_a_failed_back_end_is_built_again(make) -> None:
    video = make.video("a")
    prepared(dataclasses.replace(make.corpus(video, samples=1), provisional=("a",)))
    assert len(prepared(make.corpus(video, samples=3))["train"]) == 3
    assert len(prepared(make.corpus(video, samples=2))["train"]) == 3


def opened(corpus, monkeypatch: pytest.MonkeyPatch, *events: Event) -> MultimodalTextbook:
    """A builder over a manifest, whose run ends with these events."""
    monkeypatch.setattr(textbook, "open_corpus", lambda *_: corpus)
    monkeypatch.setattr(textbook, "fill", lambda *_, workers: events)
    return MultimodalTextbook(manifest="lectures")


def test_a_process_that_died_is_tried_again(make, monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    """Or the short dataset would be the answer for good."""
    a, b = make.video("a"), make.video("b")
    short, whole = make.corpus(a, b, status={"b": "failed"}), make.corpus(a, b)
    lost = Event(b, failure="its process died (out of memory?)", kept=False)
    first = opened(short, monkeypatch, Event(a), lost)
    first.download_and_prepare()
    assert len(first.as_dataset(split="train")) == 2
    assert "b failed, and is tried again next time: its process died" in caplog.text
    second = opened(whole, monkeypatch, Event(a), Event(b))
    second.download_and_prepare()
    assert len(second.as_dataset(split="train")) == 4
    third = opened(short, monkeypatch)
    third.download_and_prepare()
    assert len(third.as_dataset(split="train")) == 4  # now it is cached


def test_a_video_that_cannot_be_read_is_not_tried_again(
    make, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = make.video("a"), make.video("b")
    corpus = make.corpus(a, b, status={"b": "failed"})
    opened(corpus, monkeypatch, Event(a), Event(b, failure="no video")).download_and_prepare()
    again = opened(make.corpus(a, b), monkeypatch)
    again.download_and_prepare()
    assert len(again.as_dataset(split="train")) == 2


@pytest.mark.parametrize("kept", [True, False])
def test_a_build_of_nothing_raises(make, monkeypatch: pytest.MonkeyPatch, kept: bool) -> None:
    video = make.video("a")
    event = Event(video, failure="no such model", kept=kept)
    corpus = make.corpus(video, status={"a": "failed"})
    with pytest.raises(EmptyCorpusError, match=r"'default' \(a: failed, cannot read .*a.mp4\)"):
        opened(corpus, monkeypatch, event).download_and_prepare()
    opened(make.corpus(video), monkeypatch, Event(video)).download_and_prepare()


def test_a_split_without_rows_is_left_out(make) -> None:
    videos = make.video("a"), make.video("b", split="test")
    corpus = make.corpus(*videos, status={"b": "filtered"})
    assert set(prepared(corpus)) == {"train"}
    assert set(prepared(corpus, "videos")) == {"train", "test"}


def test_duplicate_ids_are_an_error(make) -> None:
    corpus = make.corpus(make.video("a"))
    corpus.samples(corpus.videos[0]).append(make.sample(corpus.videos[0], 0))
    with pytest.raises(DatasetGenerationError) as caught:
        prepared(corpus)
    assert "'a-00000'" in str(caught.value.__cause__)


def test_a_manifest_is_opened_and_run(make, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []
    corpus = make.corpus(make.video("a"))
    monkeypatch.setattr(textbook, "open_corpus", lambda *given: calls.append(given) or corpus)
    monkeypatch.setattr(textbook, "fill", lambda *_, workers: [calls.append(workers)][:0])
    builder = MultimodalTextbook(manifest="lectures", pipeline="offline", workers=3)
    assert calls == [("lectures", "offline", None)]
    builder.download_and_prepare()
    assert calls[1:] == [3]
    assert builder.as_dataset(split="train")[0]["id"] == "a-00000"


def test_without_a_manifest_it_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="manifest="):
        MultimodalTextbook()


def test_an_argument_without_a_name_is_no_cache_folder(corpus, tmp_path: Path) -> None:
    lectures = tmp_path / "lectures"
    lectures.mkdir()
    with pytest.raises(TypeError, match=r"MultimodalTextbook\(manifest='.*lectures'\)"):
        MultimodalTextbook(str(lectures), corpus=corpus)
    assert not list(tmp_path.rglob("*.lock")) and not list(lectures.iterdir())


def test_the_path_of_a_corpus_does_not_matter(corpus) -> None:
    same = dataclasses.replace(corpus)
    one, other = MultimodalTextbook(corpus=corpus), MultimodalTextbook(corpus=same)
    assert one.cache_dir == other.cache_dir


def test_pipelines_that_ship_are_configs_too(make, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    corpus = make.corpus(make.video("a"))
    monkeypatch.setattr(textbook, "open_corpus", lambda *given: asked.append(given[1]) or corpus)
    shipped = set(config.names())
    assert set(MultimodalTextbook.builder_configs) == set(FEATURES) | (shipped - {"offline"})
    for name in sorted(shipped - {"offline"}):
        assert (
            MultimodalTextbook(config_name=name, manifest="lectures").info.features
            == FEATURES["default"]
        )
        assert asked.pop() == name
    MultimodalTextbook(config_name="videos", manifest="lectures", pipeline="mine.yaml")
    assert asked == ["mine.yaml"]


def test_who_asks_for_clips_has_them_made(make, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Config] = []
    monkeypatch.setattr(
        textbook,
        "open_corpus",
        lambda *given: asked.append(given[1]) or make.corpus(make.video("a")),
    )
    mine = Config(privacy={"mask": True}, clips={"rate": 5.0})
    MultimodalTextbook(config_name="clips", manifest="lectures", pipeline=mine)
    assert asked == [Config(privacy={"mask": True}, clips={"rate": 5.0, "enabled": True})]
    hidden = Config(privacy={"faces": "blur"})
    with pytest.raises(config.ConfigError, match="leave the clips out"):
        MultimodalTextbook(config_name="clips", manifest="lectures", pipeline=hidden)


def test_a_version_is_that_of_the_columns_or_ones_own(corpus) -> None:
    assert MultimodalTextbook(corpus=corpus).info.version == Version(f"{FORMAT}.0.0")
    mine = MultimodalTextbook(corpus=corpus, version="1.1.0")
    mine.download_and_prepare()
    assert mine.info.version == Version("1.1.0")
    assert "1.1.0" in Path(mine.cache_dir).parts


def test_lost_rows_are_an_error(corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a process finds the store gone."""
    whole = textbook.rows
    monkeypatch.setattr(textbook, "rows", lambda *given: list(whole(*given))[:-1])
    with pytest.raises(NonMatchingSplitsSizesError):
        prepared(corpus)


def test_the_rows_of_a_written_corpus_are_verified(corpus, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    (file,) = (tmp_path / "out" / "data").glob("test-*.parquet")
    pq.write_table(pq.read_table(file).slice(0, 1), file)
    with pytest.raises(NonMatchingSplitsSizesError):
        load_dataset(str(tmp_path / "out"))


def test_a_folder_built_anew_is_not_answered_with_old_rows(make, tmp_path: Path) -> None:
    for subject in ("Physics", "Biology"):  # the same sizes
        write_corpus(make.corpus(make.video("a", subject=subject)), tmp_path / "out")
        for table in ("default", "videos"):
            assert (
                load_dataset(str(tmp_path / "out"), table, split="train")[0]["subject"] == subject
            )
