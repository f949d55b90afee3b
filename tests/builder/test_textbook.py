"""The builder gives the rows of the corpus, however many processes ask, and never old ones."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from datasets import DatasetDict, load_dataset
from datasets.exceptions import DatasetGenerationError

from vid2book.builder import MultimodalTextbook, textbook
from vid2book.builder.write import write_corpus


def prepared(corpus, config: str = "default", **kwargs: object) -> DatasetDict:
    builder = MultimodalTextbook(corpus=corpus, config_name=config)
    builder.download_and_prepare(**kwargs)
    return builder.as_dataset()


@pytest.mark.parametrize("config", ["default", "videos", "decisions"])
def test_it_gives_what_a_written_corpus_gives(corpus, tmp_path: Path, config: str) -> None:
    write_corpus(corpus, tmp_path / "out")
    written = load_dataset(str(tmp_path / "out"), config)
    built = prepared(corpus, config)
    assert built.keys() == written.keys()
    for split in built:
        assert built[split].features == written[split].features
        decoded = [built[split].to_list(), written[split].to_list()]
        assert decoded[0] == decoded[1]


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


def test_the_path_of_a_corpus_does_not_matter(corpus) -> None:
    same = dataclasses.replace(corpus)
    one, other = MultimodalTextbook(corpus=corpus), MultimodalTextbook(corpus=same)
    assert one.cache_dir == other.cache_dir
