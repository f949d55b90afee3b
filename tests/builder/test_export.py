"""What is exported reads back, and the released format opens as a corpus."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import typer
import webdataset
from datasets import Image as ImageFeature
from datasets import load_dataset
from PIL import Image
from typer.testing import CliRunner

from vid2book.builder.changes import read_videos
from vid2book.builder.commands.export import export
from vid2book.builder.export import webdataset as ours
from vid2book.builder.export.formats import Format
from vid2book.builder.export.released import open_released
from vid2book.builder.export.write import write_export
from vid2book.builder.features import FEATURES
from vid2book.builder.write import write_corpus
from vid2book.folder.reader import CorpusFolder
from vid2book.folder.record import FolderError


@pytest.fixture
def out(make, tmp_path: Path) -> Path:
    videos = make.video("a.b"), make.video("c"), make.video("t", split="test")
    write_corpus(make.corpus(*videos, samples=3), tmp_path / "corpus")
    return tmp_path / "corpus"


def plain(rows) -> list[dict[str, object]]:
    """Rows with the bytes of their images."""
    features = rows.features.copy()
    features["images"] = [ImageFeature(decode=False)]
    found = rows.cast(features).to_list()
    for row in found:
        row["images"] = [image and (image["bytes"] or Path(image["path"]).read_bytes())
                         for image in row["images"]]  # fmt: skip
    return found


def test_webdataset_reads_back(out: Path, tmp_path: Path) -> None:
    assert write_export(out, Format.webdataset, tmp_path / "tars").samples == 9
    for split, count in (("train", 6), ("test", 3)):
        samples = list(
            webdataset.WebDataset(
                str(tmp_path / "tars" / f"{split}-000000.tar"), shardshuffle=False
            )
        )
        assert len(samples) == count
        for sample, row in zip(samples, plain(load_dataset(str(out), split=split)), strict=True):
            told = json.loads(sample["json"])
            pages = Image.open(io.BytesIO(sample["tiff"]))
            for page, image in zip(told["images"], row["images"], strict=True):
                assert (page < 0) == (image is None)
                if image:
                    pages.seek(page)
                    assert pages.tobytes() == Image.open(io.BytesIO(image)).tobytes()
                    assert image in sample["tiff"]  # as it is, not encoded again
            for text, was in zip(told["texts"], row["texts"], strict=True):
                assert text == (was or "")
            assert told["elements"][0]["score"] == -1.0
            assert told["id"] == row["id"]


def test_the_tars_open_in_datasets(make, tmp_path: Path) -> None:
    """Samples with other numbers of pictures, and without any."""
    corpus = make.corpus(*(make.video(name) for name in "abcd"), samples=0)
    for number, video in enumerate(corpus.videos):
        for clips in {1 + number, 4 - number}:
            corpus.samples(video).append(make.sample(video, clips, clips))
    video = corpus.videos[0]
    sample = make.sample(video, 99)
    only_text = {
        name: tuple(getattr(sample, name)[n] for n in (1, 3))
        for name in ("images", "texts", "ocr_texts", "text_ocr_list", "elements")
    }
    corpus.samples(video).insert(0, make.changed(sample, image_num=0, **only_text))
    write_corpus(corpus, tmp_path / "corpus")
    write_export(tmp_path / "corpus", Format.webdataset, tmp_path / "tars")
    pattern = str(tmp_path / "tars" / "*.tar")
    for streaming in (False, True):
        rows = load_dataset("webdataset", data_files=pattern, split="train", streaming=streaming)
        found = list(rows)
        originals = plain(load_dataset(str(tmp_path / "corpus"), split="train"))
        assert [row["json"]["id"] for row in found] == [row["id"] for row in originals]
        for row, was in zip(found, originals, strict=True):
            assert set(row) == {"__key__", "__url__", "json", "tiff"}
            named = [page for page in row["json"]["images"] if page >= 0]
            assert len(named) == sum(image is not None for image in was["images"])
            assert row["tiff"].n_frames == max(1, len(named))
    assert len({len(row["json"]["images"]) for row in found}) > 2


def test_tars_are_cut_by_size_and_are_the_same_bytes(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours, "SHARD_BYTES", 30_000)
    for name in ("one", "other"):
        write_export(out, Format.webdataset, tmp_path / name)
    files = sorted(f.name for f in (tmp_path / "one").iterdir())
    assert len(files) > 2
    assert [(tmp_path / "one" / f).read_bytes() for f in files] == [
        (tmp_path / "other" / f).read_bytes() for f in files
    ]
    pattern = str(tmp_path / "one" / "train-{000000..%06d}.tar")
    last = sum(name.startswith("train") for name in files) - 1
    keys = [s["__key__"] for s in webdataset.WebDataset(pattern % last, shardshuffle=False)]
    assert len(keys) == len(set(keys)) == 6


def test_the_released_format_reads_back(out: Path, tmp_path: Path) -> None:
    assert write_export(out, Format.mm_textbook, tmp_path / "mm").samples == 9
    samples = json.loads((tmp_path / "mm" / "train.json").read_text())
    assert set(samples[0]) == {
        "images", "texts", "text_ocr_list", "metadata", "image_num", "text_num", "token_num",
    }  # fmt: skip
    assert samples[0]["images"][:2] == ["a.b/a.b@0.0_15.0#0.jpg", None]
    assert (tmp_path / "mm" / "images" / samples[0]["images"][0]).is_file()
    back = open_released(tmp_path / "mm" / "train.json", tmp_path / "mm" / "images")
    assert back.features == FEATURES["default"]
    unknown = {"id", "source_urls", "subject", "course", "knowledge_point", "language", "license"}
    for row, first in zip(plain(back), plain(load_dataset(str(out), split="train")), strict=True):
        assert {k: v for k, v in row.items() if k not in unknown} == {
            k: v for k, v in first.items() if k not in unknown
        }
    assert len(set(back["id"])) == 6


def test_images_of_one_name_are_kept_apart(make, tmp_path: Path) -> None:
    corpus = make.corpus(make.video("a"), samples=0)
    first = make.sample(corpus.videos[0], 0)
    named = tuple(make.changed(e, name="a@0.0_9.0#1.jpg") for e in first.elements)
    corpus.samples(corpus.videos[0]).append(make.changed(first, elements=named))
    write_corpus(corpus, tmp_path / "corpus")
    write_export(tmp_path / "corpus", Format.mm_textbook, tmp_path / "mm")
    (sample,) = json.loads((tmp_path / "mm" / "train.json").read_text())
    paths = [path for path in sample["images"] if path]
    assert paths == ["a/a@0.0_9.0#1.jpg", "a/a@0.0_9.0#2.jpg"]
    files = [(tmp_path / "mm" / "images" / path).read_bytes() for path in paths]
    assert files == [image for image in first.images if image]


def test_the_released_dataset_opens(make, tmp_path: Path, caplog) -> None:
    """As its card describes it: paths of another machine, samples of several videos."""
    root = "/mnt/workspace/someone/interleaved_dataset/dataset_images_interval_7"
    names = ["-1uixJ1V-As@0.0_10.0#1", "-1uixJ1V-As@10.0_55.0#6", "bbbbbbbbbbb@5.0_9.5#2"]
    for number, name in enumerate([*names[:2], "other"]):
        path = tmp_path / "images" / name.split("@")[0] / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make.jpeg(number))
    sample = {
        "images": [f"{root}/-1uixJ1V-As/{names[0]}.jpg", None, f"{root}/-1uixJ1V-As/{names[1]}.jpg",
                   None, f"{root}/bbbbbbbbbbb/{names[2]}.jpg", None],
        "texts": [None, "Hi.", None, "Add up.", None, "Bye."],
        "text_ocr_list": [None, "Hi. 4 + 5 = 9", None, "Add up.", None, "Bye."],
        "metadata": [None] * 6, "image_num": 3, "text_num": 9, "token_num": 1737,
    }  # fmt: skip
    (tmp_path / "released.json").write_text(json.dumps([sample, sample]))
    rows = open_released(tmp_path / "released.json", tmp_path / "images")
    row = rows[0]
    assert [image and image.size for image in row["images"]] == [
        (64, 48), None, (64, 48), None, None,
    ]  # fmt: skip
    assert row["texts"] == [None, "Hi.", None, "Add up.", "Bye."]
    assert row["ocr_texts"] == ["4 + 5 = 9", None, "", None, None]
    assert row["video_ids"] == ["-1uixJ1V-As", "bbbbbbbbbbb"]
    assert row["source_urls"][0] == "https://www.youtube.com/watch?v=-1uixJ1V-As"
    assert (
        row["elements"][3] | {"kind": "text", "clip_start": 10.0, "clip_end": 55.0}
        == (row["elements"][3])
    )
    assert row["image_num"] == 2
    assert list(rows["id"]) == ["-1uixJ1V-As_0000", "-1uixJ1V-As_0001"]


def test_a_name_on_the_hub_is_told_how_to_become_a_folder() -> None:
    name = Path("org/name@1.0.0")
    line = "hf download org/name --repo-type dataset --revision 1.0.0 --local-dir name"
    for read in (CorpusFolder, read_videos):
        with pytest.raises(FolderError, match=line):
            read(name)
    with pytest.raises(FolderError, match="there is no such folder; `vid2book build` makes"):
        read_videos(Path("/no/such/corpus"))


def test_the_command(out: Path, tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(export)
    done = CliRunner().invoke(app, [str(out), str(tmp_path / "o"), "--to", "mm-textbook"])
    assert done.exit_code == 0
    assert done.stdout.startswith("9 samples")
    for target in (tmp_path / "o", out):
        again = CliRunner().invoke(app, [str(out), str(target), "--to", "webdataset"])
        assert again.exit_code == 2
        assert "name a new folder" in again.stderr
    books = CliRunner().invoke(app, [str(out), str(tmp_path / "b"), "--to", "epub"])
    count = len(list((tmp_path / "b").iterdir()))
    assert 0 < count < 9 and books.stdout.startswith(f"{count} books (9 samples), ")
    nothing = CliRunner().invoke(app, [str(tmp_path), str(tmp_path / "n"), "--to", "webdataset"])
    assert "not a corpus" in nothing.stderr


def test_an_interrupted_export_leaves_nothing(out: Path, tmp_path: Path, monkeypatch) -> None:
    def fail(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(ours, "_add_sample", fail)
    with pytest.raises(KeyboardInterrupt):
        write_export(out, Format.webdataset, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("new")] == []
